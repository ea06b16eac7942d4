"""Findings on where paths end, and the kinds of certificates."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailtrust.core.clients import CLIENTS
from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.finding import Passed, Severity, Unknown
from mailtrust.core.model.pool import Source
from mailtrust.core.remedies.propose import propose
from mailtrust.core.rules.tls_intercepted import interceptor
from mailtrust.core.validation.kinds import Kind, kind_of


def only(found: tuple[Any, ...]) -> Any:
    assert len(found) == 1, found
    return found[0]


class TestSelfSigned:
    def test_critical_for_most(self, caseworld: Any) -> None:
        own = caseworld.own()
        evidence = caseworld.judge(caseworld.seen((own,), 993), caseworld.seen((own,), 443))
        finding = only(caseworld.findings(evidence, "self-signed"))
        assert finding.severity is Severity.CRITICAL
        assert {"gmail-android", "dotnet-windows", "java-mail", "chrome"} <= set(finding.clients)
        assert "Dynamics CRM E-mail Router" in str(finding.explanation.admin)
        assert len(finding.observations) == 2
        for other in ("chain-incomplete", "anchor-unknown", "anchor-private"):
            assert caseworld.findings(evidence, other) == ()

    def test_trusted_locally_it_passes_with_who_takes_it_for_a_root(self, caseworld: Any) -> None:
        own = caseworld.own()
        clients = tuple(one for one in CLIENTS if not one.id.startswith(("firefox", "thunderbird")))
        evidence = caseworld.judge(caseworld.seen((own,), 443), local_roots=(own,), clients=clients)
        assert isinstance(only(caseworld.results(evidence, "self-signed")), Passed)

    def test_who_refuses_it_even_as_a_root_is_named_and_no_root_is_offered(self, caseworld: Any) -> None:
        own = caseworld.own()
        evidence = caseworld.judge(caseworld.seen((own,), 443), local_roots=(own,))
        finding = only(caseworld.findings(evidence, "self-signed"))
        assert set(finding.clients) == {"firefox", "thunderbird"}
        assert "even as a root" in str(finding.title)
        assert "refuse it even where it has been brought" in str(finding.explanation.admin)
        kinds = {remedy.kind for remedy in propose(evidence, (finding,))}
        assert kinds == {"replace-certificate"}

    def test_others_pass(self, caseworld: Any) -> None:
        evidence = caseworld.judge(caseworld.seen((caseworld.leaf(), caseworld.intermediate.certificate)))
        assert isinstance(only(caseworld.results(evidence, "self-signed")), Passed)


class TestPrivate:
    def test_root_found_by_aia(self, caseworld: Any) -> None:
        own = caseworld.make_root("Corp Root")
        leaf = caseworld.leaf(issuer=own, public=False)
        evidence = caseworld.judge(
            caseworld.seen((leaf,)), pool=caseworld.pool((own.certificate, Source.AIA, "http://pki.corp/root.crt"))
        )
        finding = only(caseworld.findings(evidence, "anchor-private"))
        assert finding.severity is Severity.CRITICAL
        assert finding.certificates == (leaf.fingerprint, own.certificate.fingerprint)
        assert "--roots" in str(finding.explanation.admin)
        assert caseworld.findings(evidence, "chain-incomplete") == ()
        assert caseworld.findings(evidence, "anchor-unknown") == ()

    def test_an_intermediate_missing_below_a_private_root_is_missing_too(self, caseworld: Any) -> None:
        own = caseworld.make_root("Corp Root 2")
        sub = caseworld.make_intermediate(own, "Corp Sub 2")
        leaf = caseworld.leaf(issuer=sub, public=False)
        evidence = caseworld.judge(
            caseworld.seen((leaf,)),
            pool=caseworld.pool((own.certificate, Source.AIA, "a"), (sub.certificate, Source.AIA, "b")),
        )
        assert only(caseworld.findings(evidence, "chain-incomplete")).fact("missing") == ("Corp Sub 2",)
        assert caseworld.findings(evidence, "anchor-private")

    def test_with_its_root_on_all_clients_it_passes_for_who_heeds_it(self, caseworld: Any) -> None:
        own = caseworld.make_root("Corp Root")
        leaf = caseworld.leaf(issuer=own, public=False)
        evidence = caseworld.judge(caseworld.seen((leaf,)), local_roots=(own.certificate,))
        heeding = {client for client, profile in evidence.clients.items() if profile.trusts_local_anchors}
        for finding in caseworld.findings(evidence, "anchor-private"):
            assert heeding.isdisjoint(finding.clients)
        assert "outlook-windows" in caseworld.accepting(evidence)

    def test_deployed_by_group_policy_only(self, caseworld: Any) -> None:
        own = caseworld.make_root("Corp Root")
        leaf = caseworld.leaf(issuer=own, public=False)
        evidence = caseworld.judge(caseworld.seen((leaf,)), local_roots=(own.certificate,), deployed=("gpo",))
        finding = only(caseworld.findings(evidence, "anchor-private"))
        assert "outlook-windows" not in finding.clients
        assert "java-mail" in finding.clients


class TestUnknown:
    def test_a_root_that_one_store_lacks(self, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        chain = (leaf, caseworld.intermediate.certificate)
        evidence = caseworld.judge(caseworld.seen(chain), by_store={"java": ()})
        finding = only(caseworld.findings(evidence, "anchor-unknown"))
        assert finding.clients == ("java-mail",)
        assert finding.severity is Severity.ERROR
        assert finding.fact("root") == "Public Root"
        assert caseworld.findings(evidence, "chain-incomplete") == ()

    def test_a_path_into_the_open_is_unknown(self, caseworld: Any) -> None:
        evidence = caseworld.judge(caseworld.seen((caseworld.leaf(),)), anchors=())
        assert isinstance(only(caseworld.results(evidence, "anchor-unknown")), Unknown)

    @pytest.mark.parametrize("sent", [False, True])
    def test_issuers_in_a_ring_were_found_all_the_same(self, caseworld: Any, sent: bool) -> None:
        first, second = caseworld.make_root("Ring A"), caseworld.make_root("Ring B")
        ring = (caseworld.cross(second, first).certificate, caseworld.cross(first, second).certificate)
        leaf = caseworld.leaf(issuer=first)
        pool = caseworld.pool(*((one, Source.AIA, "http://pki.example.com/") for one in ring))
        evidence = caseworld.judge(caseworld.seen((leaf, *(ring if sent else ()))), pool=pool)
        for rule in ("anchor-unknown", "chain-incomplete"):
            told = str(only(caseworld.results(evidence, rule)))
            assert "in a ring" in told
            assert "found nowhere" not in told

    def test_an_organisation_s_own_ca_in_a_ring_is_not_called_found_nowhere(self, caseworld: Any) -> None:
        first, second = caseworld.make_root("Ring A"), caseworld.make_root("Ring B")
        ring = (caseworld.cross(second, first).certificate, caseworld.cross(first, second).certificate)
        leaf = caseworld.leaf(issuer=first, public=False, ca_issuers=("ldap:///CN=corp-CA",))
        evidence = caseworld.judge(caseworld.seen((leaf, *ring)))
        assert kind_of(leaf, evidence) is Kind.PRIVATE_CA
        told = str(only(caseworld.results(evidence, "chain-incomplete")))
        assert "in a ring" in told
        assert "found nowhere" not in told

    def test_a_ring_with_a_way_into_the_open_is_said_to_lead_there(self, caseworld: Any) -> None:
        first, second, lost = (caseworld.make_root(name) for name in ("Ring A", "Ring B", "Lost Root"))
        crosses = (caseworld.cross(second, first), caseworld.cross(first, second), caseworld.cross(lost, second))
        pool = caseworld.pool(*((one.certificate, Source.AIA, "http://pki.example.com/") for one in crosses))
        evidence = caseworld.judge(caseworld.seen((caseworld.leaf(issuer=first),)), pool=pool)
        told = str(only(caseworld.results(evidence, "anchor-unknown")))
        assert "Lost Root" in told
        assert "in a ring" not in told

    def test_known_to_all_passes(self, caseworld: Any) -> None:
        evidence = caseworld.judge(caseworld.seen((caseworld.leaf(), caseworld.intermediate.certificate)))
        assert isinstance(only(caseworld.results(evidence, "anchor-unknown")), Passed)


class TestDistrusted:
    def test_leaves_issued_after_the_day(self, caseworld: Any) -> None:
        limited = TrustAnchor(caseworld.root.certificate, distrust_after=caseworld.now - timedelta(days=30))
        chain = (caseworld.leaf(), caseworld.intermediate.certificate)
        evidence = caseworld.judge(
            caseworld.seen(chain), by_store={"mozilla": (limited,)}, anchors=(caseworld.root.certificate,)
        )
        finding = only(caseworld.findings(evidence, "anchor-distrusted"))
        assert "thunderbird" in finding.clients
        assert "java-mail" not in finding.clients
        assert "issued after 2026-05-02" in str(finding.explanation.admin)

    def test_unlimited_passes(self, caseworld: Any) -> None:
        evidence = caseworld.judge(caseworld.seen((caseworld.leaf(), caseworld.intermediate.certificate)))
        assert isinstance(only(caseworld.results(evidence, "anchor-distrusted")), Passed)


class TestIntercepted:
    def test_a_firewall_s_ca(self, caseworld: Any) -> None:
        box = caseworld.make_root("FG200E4Q17900000", "Fortinet")
        leaf = caseworld.leaf(issuer=box, public=False)
        evidence = caseworld.judge(caseworld.seen((leaf, box.certificate)))
        finding = only(caseworld.findings(evidence, "tls-intercepted"))
        assert finding.fact("looks_like") == "Fortinet FortiGate"
        assert "looks as if" in str(finding.title)
        assert finding.severity is Severity.CRITICAL

    def test_an_own_ca_passes(self, caseworld: Any) -> None:
        own = caseworld.make_root("Corp Root")
        evidence = caseworld.judge(caseworld.seen((caseworld.leaf(issuer=own, public=False), own.certificate)))
        assert isinstance(only(caseworld.results(evidence, "tls-intercepted")), Passed)

    @pytest.mark.parametrize(
        ("common_name", "organisation", "product"),
        [
            ("Avast Web/Mail Shield Root", "Avast Web/Mail Shield", "Avast"),
            ("Zscaler Intermediate Root CA", "Zscaler Inc.", "Zscaler"),
            ("mitmproxy", "mitmproxy", "mitmproxy"),
            ("ESET SSL Filter CA", "ESET, spol. s r. o.", "ESET"),
            ("GeoTrust TLS RSA CA G1", "DigiCert Inc", None),
            ("Sectigo RSA Domain Validation Secure Server CA", "Sectigo Limited", None),
            ("R11", "Let's Encrypt", None),
            ("Corp Issuing CA 1", "Contoso", None),
        ],
    )
    def test_names(self, caseworld: Any, common_name: str, organisation: str, product: str | None) -> None:
        name = caseworld.make_root(common_name, organisation).certificate.subject
        assert interceptor(name) == product

    def test_a_public_root_vouches_for_a_vendor_of_firewalls(self, caseworld: Any) -> None:
        sub = caseworld.make_intermediate(caseworld.root, "Sophos Issuing", "Sophos Ltd")
        evidence = caseworld.judge(caseworld.seen((caseworld.leaf(issuer=sub), sub.certificate)))
        assert caseworld.findings(evidence, "tls-intercepted") == ()


class TestKinds:
    def test_by_store(self, caseworld: Any) -> None:
        chain = (caseworld.leaf(public=False), caseworld.intermediate.certificate)
        evidence = caseworld.judge(caseworld.seen(chain))
        assert kind_of(chain[0], evidence) is Kind.PUBLIC_CA
        assert kind_of(caseworld.intermediate.certificate, evidence) is Kind.PUBLIC_CA
        assert kind_of(caseworld.root.certificate, evidence) is Kind.PUBLIC_CA

    def test_by_what_only_public_cas_do(self, caseworld: Any) -> None:
        evidence = caseworld.judge(caseworld.seen((caseworld.leaf(),)), anchors=())
        assert kind_of(caseworld.leaf(), evidence) is Kind.PUBLIC_CA
        assert kind_of(caseworld.leaf(public=False), evidence) is Kind.UNKNOWN

    def test_by_where_the_path_ends(self, caseworld: Any) -> None:
        own = caseworld.make_root("Corp Root")
        leaf = caseworld.leaf(issuer=own, public=False)
        evidence = caseworld.judge(caseworld.seen((leaf, own.certificate)))
        assert kind_of(leaf, evidence) is Kind.PRIVATE_CA
        assert kind_of(own.certificate, evidence) is Kind.PRIVATE_CA

    def test_a_local_root_stays_private(self, caseworld: Any) -> None:
        own = caseworld.make_root("Corp Root")
        leaf = caseworld.leaf(issuer=own, public=False)
        evidence = caseworld.judge(caseworld.seen((leaf,)), local_roots=(own.certificate,))
        assert kind_of(leaf, evidence) is Kind.PRIVATE_CA
        assert kind_of(own.certificate, evidence) is Kind.PRIVATE_CA

    def test_signed_with_its_own_key(self, caseworld: Any) -> None:
        own = caseworld.own()
        assert kind_of(own, caseworld.judge(caseworld.seen((own,)))) is Kind.SELF_SIGNED

    def test_by_an_issuer_in_a_directory(self, caseworld: Any) -> None:
        own = caseworld.make_root("corp-CA")
        leaf = caseworld.leaf(issuer=own, public=False, ca_issuers=("ldap:///CN=corp-CA",))
        assert kind_of(leaf, caseworld.judge(caseworld.seen((leaf,)))) is Kind.PRIVATE_CA

    def test_by_a_directory_s_name(self, caseworld: Any) -> None:
        from mailtrust.core.x509 import der

        own = caseworld.make_root("corp-CA")
        component = der.encode(
            der.SEQUENCE,
            bytes.fromhex("060a0992268993f22c640119"),
            der.encode(0x16, b"local"),
        )
        name = der.encode(der.SEQUENCE, der.encode(0x31, component))
        directory = caseworld.make_intermediate(own, "AD CA", subject=name)
        leaf = caseworld.leaf(issuer=directory, public=False)
        assert kind_of(leaf, caseworld.judge(caseworld.seen((leaf,)))) is Kind.PRIVATE_CA

    def test_an_anchor_somebody_added_makes_nothing_public(self, caseworld: Any) -> None:
        own = caseworld.make_root("Corp Root")
        leaf = caseworld.leaf(issuer=own, public=False)
        added = replace(TrustAnchor(own.certificate), locally_added=True)
        evidence = caseworld.judge(caseworld.seen((leaf,)), anchors=(added,))
        assert kind_of(leaf, evidence) is Kind.PRIVATE_CA
