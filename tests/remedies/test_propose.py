"""What is proposed for which findings, and in which order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailtrust.core.clients import CLIENTS
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import BasicConstraints, ParseProblem, UnreadableCertificate
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.observation import FailureKind, Handshake, Stage
from mailtrust.core.model.pool import Source
from mailtrust.core.model.remedy import (
    ConfigureServer,
    Remedy,
    ReplaceCertificate,
    Run,
    ServeChain,
    ServeSameCertificate,
    TrustAnchorOnClients,
    UseName,
)
from mailtrust.core.model.settings import Settings
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.remedies.best_chain import best_chain
from mailtrust.core.remedies.configure_server import CURES
from mailtrust.core.remedies.propose import propose
from mailtrust.core.remedies.replace_certificate import OTHER_CONTENT, OTHER_ISSUER, ROUTINE
from mailtrust.core.remedies.serve_chain import BY_ANOTHER_PATH, BY_ORDER, DISAGREEMENTS
from mailtrust.core.rules import RULES
from mailtrust.core.targets import with_steps
from mailtrust.core.validation.evaluate import evaluate

AIA = "http://ca.example.net/issuing.crt"


def only(found: Any) -> Any:
    found = tuple(found)
    assert len(found) == 1, found
    return found[0]


def proposed(caseworld: Any, evidence: Any) -> tuple[Remedy, ...]:
    findings: tuple[Finding, ...] = caseworld.findings(evidence)
    remedies = propose(evidence, findings)
    known = {finding.id for finding in findings}
    for remedy in remedies:
        assert remedy.cures
        assert set(remedy.cures) <= known
        assert remedy.safe == (remedy.decision is None)
    assert len({remedy.id for remedy in remedies}) == len(remedies)
    cured = {one for remedy in remedies for one in remedy.cures}
    assert known <= cured, known - cured
    return remedies


def accepted_with(evidence: Any, goal: ServeChain) -> set[str]:
    """The clients that would accept the first server, were the goal reached."""
    seen = evidence.case.observations[0]
    assert isinstance(seen.result, Handshake)
    chain = tuple(evidence.certificates[one] for one in (goal.leaf, *goal.intermediates))
    mended = replace(seen, result=replace(seen.result, presented_chain=chain))
    return {
        client.id
        for client in evidence.clients.values()
        if evaluate(
            mended,
            pool=evidence.case.pool,
            store=evidence.stores[client.anchor_store],
            client=client,
            now=evidence.now,
            local_anchors=evidence.case.local_anchors(),
        ).outcome
        is Outcome.ACCEPTED
    }


def knowable() -> set[str]:
    return {client.id for client in CLIENTS if not client.unknown_because}


def test_every_rule_has_a_way_out() -> None:
    ways = {"chain-incomplete"} | BY_ORDER | BY_ANOTHER_PATH | DISAGREEMENTS
    ways |= ROUTINE | OTHER_ISSUER | OTHER_CONTENT | CURES.keys()
    assert {rule.ID for rule in RULES} == ways


class TestServeChain:
    def test_missing_intermediate(self, caseworld: Any) -> None:
        leaf = caseworld.leaf(ca_issuers=(AIA,))
        evidence = caseworld.judge(
            caseworld.seen((leaf,)), pool=caseworld.pool((caseworld.intermediate.certificate, Source.AIA, AIA))
        )
        remedy = only(proposed(caseworld, evidence))
        assert remedy.id == f"serve-chain:{leaf.fingerprint[:16]}"
        assert remedy.safe
        assert remedy.goal == ServeChain(leaf.fingerprint, (caseworld.intermediate.certificate.fingerprint,), (AIA,))
        assert accepted_with(evidence, remedy.goal) == knowable()

    def test_one_remedy_for_all_that_is_wrong_with_a_chain(self, caseworld: Any) -> None:
        stranger = caseworld.make_root("Stranger").certificate
        leaf = caseworld.leaf()
        mess = (leaf, caseworld.root.certificate, stranger, caseworld.intermediate.certificate, leaf)
        evidence = caseworld.judge(caseworld.seen(mess, 993), caseworld.seen((leaf,), 465))
        remedy = only(proposed(caseworld, evidence))
        assert {one.partition(":")[0] for one in remedy.cures} == {
            "chain-incomplete",
            "chain-wrong-order",
            "chain-unrelated",
            "chain-duplicate",
            "chain-root-included",
            "ports-disagree",
        }
        assert remedy.goal.intermediates == (caseworld.intermediate.certificate.fingerprint,)

    def test_each_leaf_has_its_own(self, caseworld: Any) -> None:
        evidence = caseworld.judge(
            caseworld.seen((caseworld.leaf(),), 993),
            caseworld.seen((caseworld.leaf(),), 465),
            pool=caseworld.pool((caseworld.intermediate.certificate, Source.AIA, AIA)),
        )
        chains = [one for one in proposed(caseworld, evidence) if isinstance(one.goal, ServeChain)]
        assert len(chains) == 2

    def test_never_an_intermediate_that_ends_before_its_leaf_when_another_lasts(self, caseworld: Any) -> None:
        short = caseworld.make_intermediate(caseworld.root, "Twin CA", begins=-900, ends=30)
        twin = caseworld.make_intermediate(caseworld.root, "Twin CA")
        leaf = caseworld.leaf(issuer=short)
        evidence = caseworld.judge(
            caseworld.seen((leaf, short.certificate)), pool=caseworld.pool((twin.certificate, Source.CATALOGUE, "list"))
        )
        remedy = only(proposed(caseworld, evidence))
        assert remedy.goal.intermediates == (twin.certificate.fingerprint,)
        assert remedy.cures[0].startswith("chain-outlived")

    def test_no_lasting_chain_means_renewal(self, caseworld: Any) -> None:
        short = caseworld.make_intermediate(caseworld.root, "Short CA", begins=-900, ends=30)
        evidence = caseworld.judge(caseworld.seen((caseworld.leaf(issuer=short), short.certificate)))
        remedy = only(proposed(caseworld, evidence))
        assert isinstance(remedy.goal, ReplaceCertificate)
        assert remedy.safe

    def test_the_way_that_most_clients_can_go(self, caseworld: Any) -> None:
        """The new root is in few stores; the cross-sign under it leads to one that all have."""
        new = caseworld.make_root("New Root")
        cross = caseworld.cross(caseworld.root, new)
        issuing = caseworld.make_intermediate(new, "New Issuing")
        leaf = caseworld.leaf(issuer=issuing)
        evidence = caseworld.judge(
            caseworld.seen((leaf, issuing.certificate)),
            pool=caseworld.pool((cross.certificate, Source.CATALOGUE, "list")),
            by_store={"mozilla": (new.certificate, caseworld.root.certificate)},
        )
        remedy = only(proposed(caseworld, evidence))
        assert remedy.goal.intermediates == (issuing.certificate.fingerprint, cross.certificate.fingerprint)
        assert accepted_with(evidence, remedy.goal) == knowable()

    def test_no_longer_than_needed(self, caseworld: Any) -> None:
        old = caseworld.make_root("Old Root")
        cross = caseworld.cross(old, caseworld.root)
        leaf = caseworld.leaf()
        evidence = caseworld.judge(
            caseworld.seen((leaf, caseworld.root.certificate, caseworld.intermediate.certificate)),
            pool=caseworld.pool((cross.certificate, Source.CATALOGUE, "list")),
            anchors=(caseworld.root.certificate, old.certificate),
        )
        best = best_chain(evidence, leaf)
        assert best is not None
        assert best.intermediates == (caseworld.intermediate.certificate,)

    def test_expired_cross_sign_is_left_out(self, caseworld: Any) -> None:
        cross = caseworld.cross(caseworld.make_root("Old Root"), caseworld.root, ends=-3)
        chain = (caseworld.leaf(), caseworld.intermediate.certificate, cross.certificate)
        evidence = caseworld.judge(caseworld.seen(chain))
        remedy = only(proposed(caseworld, evidence))
        assert remedy.goal.intermediates == (caseworld.intermediate.certificate.fingerprint,)
        assert accepted_with(evidence, remedy.goal) == knowable()

    def test_a_private_root_is_never_sent(self, caseworld: Any) -> None:
        own = caseworld.make_root("Corp Root")
        sub = caseworld.make_intermediate(own, "Corp Sub")
        leaf = caseworld.leaf(issuer=sub, public=False)
        evidence = caseworld.judge(caseworld.seen((leaf, own.certificate, sub.certificate)))
        chain = only(one for one in proposed(caseworld, evidence) if isinstance(one.goal, ServeChain))
        assert chain.goal.intermediates == (sub.certificate.fingerprint,)

    def test_an_issuer_found_nowhere_needs_a_person(self, caseworld: Any) -> None:
        issuer = caseworld.make_intermediate(caseworld.root, "GTS CA 9Z9", "Google Trust Services")
        leaf = caseworld.leaf(issuer=issuer, ca_issuers=(AIA,))
        remedy = only(proposed(caseworld, caseworld.judge(caseworld.seen((leaf,)))))
        assert not remedy.safe
        assert remedy.goal.origins == ("https://pki.goog/repository/", AIA)
        assert "https://pki.goog/repository/" in str(remedy.decision)

    def test_the_ca_s_page_is_named_beside_where_it_was_found(self, caseworld: Any) -> None:
        issuer = caseworld.make_intermediate(
            caseworld.make_root("Go Daddy Root", "GoDaddy.com, Inc."), "Go Daddy Secure CA", "GoDaddy.com, Inc."
        )
        leaf = caseworld.leaf(issuer=issuer)
        evidence = caseworld.judge(
            caseworld.seen((leaf,)),
            pool=caseworld.pool((issuer.certificate, Source.AIA, AIA)),
            anchors=(caseworld.make_root("Go Daddy Root", "GoDaddy.com, Inc.").certificate,),
        )
        remedy = only(proposed(caseworld, evidence))
        assert remedy.goal.origins == (AIA, "https://certs.godaddy.com/repository/")


class TestReplace:
    def test_renewal_is_safe_and_keeps_everything(self, caseworld: Any) -> None:
        leaf = caseworld.leaf("mail.example.com", "imap.example.com", ends=-1)
        evidence = caseworld.judge(caseworld.seen((leaf, caseworld.intermediate.certificate)))
        remedy = only(proposed(caseworld, evidence))
        assert remedy.safe
        assert remedy.goal.spec.dns_names == ("mail.example.com", "imap.example.com")
        assert remedy.goal.spec.common_name == "mail.example.com"
        assert remedy.goal.replaces == leaf.fingerprint

    def test_a_missing_name_is_added_for_every_host_that_lacks_it(self, caseworld: Any) -> None:
        chain = (caseworld.leaf("mail.example.com"), caseworld.intermediate.certificate)
        hosts = ("mail.example.com", "autodiscover.example.com", "imap.example.com")
        evidence = caseworld.judge(*(caseworld.seen(chain, 443, host) for host in hosts))
        replacing = only(one for one in proposed(caseworld, evidence) if isinstance(one.goal, ReplaceCertificate))
        assert replacing.goal.spec.dns_names == hosts
        assert not replacing.safe
        assert len(replacing.cures) == 2

    def test_a_slip_is_set_right(self, caseworld: Any) -> None:
        leaf = caseworld.leaf("webmail.example.com", "autdiscover.example.com")
        evidence = caseworld.judge(
            caseworld.seen((leaf, caseworld.intermediate.certificate), 443, "autodiscover.example.com")
        )
        replacing = only(one for one in proposed(caseworld, evidence) if isinstance(one.goal, ReplaceCertificate))
        assert replacing.goal.spec.dns_names == ("autodiscover.example.com", "webmail.example.com")

    def test_a_public_one_carries_nothing_of_the_inside(self, caseworld: Any) -> None:
        own = caseworld.own("mail.example.com", "corp-sbs", "corp-sbs.local", ip_addresses=("10.0.0.1",))
        evidence = caseworld.judge(caseworld.seen((own,)))
        replacing = only(one for one in proposed(caseworld, evidence) if isinstance(one.goal, ReplaceCertificate))
        assert replacing.goal.spec.dns_names == ("mail.example.com",)
        assert replacing.goal.spec.ip_addresses == ()
        assert "a public CA" in str(replacing.decision)

    def test_names_of_the_inside_alone_stay_with_the_own_ca(self, caseworld: Any) -> None:
        own = caseworld.own("exch01.corp.local")
        evidence = caseworld.judge(caseworld.seen((own,), 443, "exch01.corp.local"))
        replacing = only(one for one in proposed(caseworld, evidence) if isinstance(one.goal, ReplaceCertificate))
        assert replacing.goal.spec.dns_names == ("exch01.corp.local",)
        assert replacing.goal.spec.lifetime_days == 365

    @pytest.mark.parametrize("public", [True, False])
    def test_a_name_of_the_inside_does_not_cost_the_public_ones(self, caseworld: Any, public: bool) -> None:
        issuer = caseworld.intermediate if public else caseworld.make_root("Corp Root")
        leaf = caseworld.leaf("mail.example.com", issuer=issuer, public=public)
        seen = caseworld.seen((leaf, issuer.certificate), 443, "exch01.corp.local")
        evidence = caseworld.judge(seen, local_roots=() if public else (issuer.certificate,))
        remedy = only(one for one in proposed(caseworld, evidence) if isinstance(one.goal, ReplaceCertificate))
        assert remedy.goal.spec.dns_names == ("exch01.corp.local", "mail.example.com")
        assert "No public CA certifies exch01.corp.local" in str(remedy.decision)
        said = " ".join(str(step.say) for step in only(with_steps((remedy,), evidence)).steps)
        assert "ACME" not in said
        assert "Otherwise" not in said

    @pytest.mark.parametrize(
        ("fault", "demand"),
        [
            ({"signature_hash": "sha1"}, "signed with SHA-256"),
            ({"key": "rsa-1024"}, "a new key (rsa-2048)"),
            ({"extended_key_usage": ("1.3.6.1.5.5.7.3.2",)}, "for TLS servers (serverAuth"),
            ({"basic_constraints": BasicConstraints(True, None)}, "CA:FALSE"),
            ({"ends": 2000, "public": False}, "at most 825 days"),
        ],
    )
    def test_the_ca_is_told_what_was_wrong_with_the_old_one(
        self, caseworld: Any, fault: dict[str, Any], demand: str
    ) -> None:
        own = caseworld.make_root("Corp Root")
        leaf = caseworld.leaf(issuer=own, **fault)
        evidence = caseworld.judge(caseworld.seen((leaf,)), local_roots=(own.certificate,))
        remedy = only(one for one in proposed(caseworld, evidence) if isinstance(one.goal, ReplaceCertificate))
        assert demand in str(remedy.decision)

    def test_who_made_it_himself_is_told_how_to_make_it_better(self, caseworld: Any) -> None:
        evidence = caseworld.judge(caseworld.seen((caseworld.own(),)))
        for product, shell in (("nginx", "sh"), ("iis", "cmd")):
            known = replace(evidence, settings=Settings(product=product))
            remedy = next(one for one in proposed(caseworld, known) if isinstance(one.goal, ReplaceCertificate))
            (told,) = with_steps((remedy,), known)
            (made,) = (one.do for one in told.steps if isinstance(one.do, Run) and "cert self-signed" in one.do.command)
            assert made == Run("mailtrust cert self-signed mail.example.com --out mail.example.com", shell)

    def test_a_hoster_s_names_are_not_taken_over(self, caseworld: Any) -> None:
        chain = (caseworld.leaf("*.hoster.net", "hoster.net"), caseworld.intermediate.certificate)
        evidence = caseworld.judge(caseworld.seen(chain, 993))
        replacing = only(one for one in proposed(caseworld, evidence) if isinstance(one.goal, ReplaceCertificate))
        assert replacing.goal.spec.dns_names == ("mail.example.com",)

    def test_what_a_wildcard_covers_is_not_listed(self, caseworld: Any) -> None:
        chain = (caseworld.leaf("*.example.com"), caseworld.intermediate.certificate)
        evidence = caseworld.judge(
            caseworld.seen(chain, 993), caseworld.seen(chain, 443, "example.com"), caseworld.seen(chain, 443)
        )
        replacing = only(one for one in proposed(caseworld, evidence) if isinstance(one.goal, ReplaceCertificate))
        assert replacing.goal.spec.dns_names == ("example.com", "*.example.com")

    @pytest.mark.parametrize(
        ("key", "wanted"), [("ec-p256", "ec-p256"), ("ec-p384", "ec-p384"), ("rsa-1024", "rsa-2048")]
    )
    def test_the_key_is_of_the_same_kind_and_strong(self, caseworld: Any, key: str, wanted: str) -> None:
        leaf = caseworld.leaf(ends=-1, key=key)
        evidence = caseworld.judge(caseworld.seen((leaf, caseworld.intermediate.certificate)))
        assert only(proposed(caseworld, evidence)).goal.spec.key == wanted

    def test_client_auth_only_where_it_was_missed(self, caseworld: Any) -> None:
        evidence = caseworld.judge(caseworld.seen((caseworld.leaf(ends=-1), caseworld.intermediate.certificate)))
        assert only(proposed(caseworld, evidence)).goal.spec.extended_key_usage == ("1.3.6.1.5.5.7.3.1",)


class TestClientsSide:
    def test_self_signed_a_certificate_before_an_anchor(self, caseworld: Any) -> None:
        own = caseworld.own()
        evidence = caseworld.judge(caseworld.seen((own,)))
        remedies = proposed(caseworld, evidence)
        assert [type(one.goal) for one in remedies] == [ReplaceCertificate, TrustAnchorOnClients]
        assert remedies[1].goal.anchor == own.fingerprint
        assert not any(one.safe for one in remedies)

    def test_an_own_ca_its_anchor_first(self, caseworld: Any) -> None:
        own = caseworld.make_root("Corp Root")
        leaf = caseworld.leaf(issuer=own, public=False)
        evidence = caseworld.judge(
            caseworld.seen((leaf,)), pool=caseworld.pool((own.certificate, Source.AIA, "http://pki.corp/root.crt"))
        )
        remedies = proposed(caseworld, evidence)
        assert [type(one.goal) for one in remedies] == [TrustAnchorOnClients, ReplaceCertificate]
        assert own.certificate.fingerprint in str(remedies[0].decision)
        assert "gmail-android" in remedies[0].goal.clients

    def test_another_name_comes_after_another_certificate(self, caseworld: Any) -> None:
        chain = (caseworld.leaf("mail.example.com"), caseworld.intermediate.certificate)
        evidence = caseworld.judge(
            caseworld.seen(chain, 443, "exchange.example.com"), caseworld.seen(chain, 443, "mail.example.com")
        )
        remedies = proposed(caseworld, evidence)
        assert [type(one.goal) for one in remedies] == [ReplaceCertificate, UseName]
        assert remedies[1].goal == UseName(("mail.example.com",), "exchange.example.com")

    @pytest.mark.parametrize("host", ["exch01.corp.local", "192.0.2.1"])
    def test_but_before_it_where_no_certificate_could_help(self, caseworld: Any, host: str) -> None:
        chain = (caseworld.leaf("mail.example.com"), caseworld.intermediate.certificate)
        remedies = proposed(caseworld, caseworld.judge(caseworld.seen(chain, 443, host)))
        assert isinstance(remedies[0].goal, UseName)

    def test_a_name_right_under_the_wildcard_rather_than_the_domain_itself(self, caseworld: Any) -> None:
        leaf = caseworld.leaf(recipe=server_recipe("*.example.com", "example.com"))
        seen = caseworld.seen((leaf, caseworld.intermediate.certificate), 443, "mail.eu.example.com")
        remedy = only(one for one in proposed(caseworld, caseworld.judge(seen)) if isinstance(one.goal, UseName))
        assert remedy.goal.names == ("mail-eu.example.com", "example.com")

    def test_no_name_to_use_no_such_remedy(self, caseworld: Any) -> None:
        leaf = caseworld.leaf(recipe=server_recipe("*.example.org"))
        evidence = caseworld.judge(caseworld.seen((leaf, caseworld.intermediate.certificate)))
        assert not any(isinstance(one.goal, UseName) for one in proposed(caseworld, evidence))


class TestServers:
    def test_the_best_of_two_certificates(self, caseworld: Any) -> None:
        good = (caseworld.leaf(), caseworld.intermediate.certificate)
        old = (caseworld.leaf(ends=-1), caseworld.intermediate.certificate)
        evidence = caseworld.judge(caseworld.seen(good, 993), caseworld.seen(old, 465))
        remedies = proposed(caseworld, evidence)
        assert isinstance(remedies[0].goal, ServeSameCertificate)
        assert remedies[0].goal.leaf == good[0].fingerprint
        assert remedies[0].cures == ("ports-disagree:mail.example.com", f"expired:{old[0].fingerprint[:16]}")
        assert remedies[0].goal.observations == (evidence.case.observations[1].id,)
        assert remedies[0].safe

    def test_of_two_bad_ones_neither_is_spread_unasked(self, caseworld: Any) -> None:
        evidence = caseworld.judge(
            caseworld.seen((caseworld.own(),), 993), caseworld.seen((caseworld.own(ends=200),), 465)
        )
        same = only(one for one in proposed(caseworld, evidence) if isinstance(one.goal, ServeSameCertificate))
        # The opportunistic sender accepts anything, so something accepts it; nobody else does.
        clients = [one for one in evidence.clients.values() if one.id == "gmail-android"]
        alone = caseworld.judge(*evidence.case.observations, clients=clients)
        asked = only(one for one in proposed(caseworld, alone) if isinstance(one.goal, ServeSameCertificate))
        assert same.goal.leaf == asked.goal.leaf
        assert not asked.safe

    def test_settings(self, caseworld: Any) -> None:
        chain = (caseworld.leaf(), caseworld.intermediate.certificate)
        evidence = caseworld.judge(
            caseworld.seen(caseworld.failure(FailureKind.TLS_NOT_OFFERED, Stage.CAPABILITY), 143),
            caseworld.seen(chain, 993, tls_version="TLSv1"),
            caseworld.seen(caseworld.failure(FailureKind.ALERT, Stage.HANDSHAKE), 443),
            caseworld.seen(caseworld.failure(), 465),
        )
        settings = [one.goal.setting for one in proposed(caseworld, evidence) if isinstance(one.goal, ConfigureServer)]
        assert sorted(settings) == ["mend-handshake", "offer-tls", "open-network", "tls-version"]

    def test_a_name_without_address_is_cured_in_dns(self, caseworld: Any) -> None:
        nowhere = caseworld.failure(FailureKind.NO_ADDRESS, Stage.RESOLVE, "no such name")
        evidence = caseworld.judge(caseworld.seen(nowhere, 25, found_by="mx"))
        remedy = only(proposed(caseworld, evidence))
        assert remedy.goal == ConfigureServer("correct-dns")
        assert not remedy.safe
        (filled,) = with_steps((remedy,), evidence)
        assert [step.do.command for step in filled.steps if isinstance(step.do, Run)] == [
            "nslookup mail.example.com",
            "mailtrust check mail.example.com:25",
        ]

    def test_safe_ones_come_first(self, caseworld: Any) -> None:
        chain = (
            caseworld.leaf("other.example.com", ends=5),
            caseworld.intermediate.certificate,
            caseworld.root.certificate,
        )
        evidence = caseworld.judge(caseworld.seen(chain, 993), caseworld.seen(caseworld.failure(), 465))
        remedies = proposed(caseworld, evidence)
        assert [one.safe for one in remedies] == sorted((one.safe for one in remedies), reverse=True)


def test_nothing_to_cure_nothing_to_propose(caseworld: Any) -> None:
    evidence = caseworld.judge(caseworld.seen((caseworld.leaf(), caseworld.intermediate.certificate)))
    assert propose(evidence, ()) == ()


def _faulty(caseworld: Any) -> dict[str, Any]:
    broken = UnreadableCertificate(b"0", "ab" * 32, (ParseProblem("certificate", "it ends too early"),))
    box = caseworld.make_root("FG200E4Q17900000", "Fortinet")
    distrusted = TrustAnchor(caseworld.root.certificate, distrust_after=caseworld.now - timedelta(days=30))
    no_ca = caseworld.make_intermediate(
        caseworld.root, "Odd CA", basic_constraints=BasicConstraints(ca=False, path_length=None)
    )
    other = caseworld.make_intermediate(caseworld.root, "Elsewhere")
    chain = (caseworld.leaf(), caseworld.intermediate.certificate)
    seen, judge = caseworld.seen, caseworld.judge
    return {
        "unreadable leaf": judge(seen((broken,))),
        "unreadable stranger": judge(seen((*chain, broken))),
        "interceptor": judge(seen((caseworld.leaf(issuer=box, public=False), box.certificate))),
        "distrusted": judge(seen(chain), anchors=(distrusted,)),
        "no CA": judge(seen((caseworld.leaf(issuer=no_ca), no_ca.certificate))),
        "wrong signature": judge(seen((caseworld.leaf(signing_key=other.key), chain[1]))),
        "critical": judge(seen((caseworld.leaf(extensions=(("1.2.3.4", True, b"\x05\x00"),)), chain[1]))),
        "old TLS": judge(seen(chain, tls_version="TLSv1")),
        "no key": judge(seen(chain, key_proven=False)),
        "injection": judge(seen(chain, 143, bytes_before_tls=b"* OK")),
        "no address": judge(seen(caseworld.failure(FailureKind.NO_ADDRESS, Stage.RESOLVE), 25)),
        "sni": judge(seen(chain, 25), seen((caseworld.leaf("a.example.net"), chain[1]), 25, offer=Offer.NO_SNI)),
        "own CA into the open, leaf twice": judge(
            seen(2 * (caseworld.leaf(issuer=box, public=False, ca_issuers=("ldap:///CN=x",)),))
        ),
        "future": judge(seen((caseworld.leaf(begins=3), chain[1]))),
    }


def test_where_something_stands_in_between_nothing_on_the_server_is_safe(caseworld: Any) -> None:
    first, *others = proposed(caseworld, _faulty(caseworld)["interceptor"])
    assert first.kind == "configure-server"
    assert others
    assert not any(remedy.safe for remedy in others)
    assert all("Look from another network first" in remedy.decision.render(str) for remedy in others)


def test_no_finding_is_left_without_a_way(caseworld: Any) -> None:
    for name, evidence in _faulty(caseworld).items():
        assert proposed(caseworld, evidence), name
