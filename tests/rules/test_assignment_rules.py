"""Rules about assigned certificates, branch by branch: what the world of organisations does not show."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.world import border, newer, old
from tests.services.world.making import (
    NOW,
    Exported,
    auth_certificate,
    changed,
    directories,
    mailbox,
    organisation,
    own,
    public,
)

from mailtrust.core.formats.exchange.tls_certificate_name import name_of
from mailtrust.core.issuance.recipe import CLIENT_AUTH, SERVER_AUTH
from mailtrust.core.model.acceptance import Accepted, Standing
from mailtrust.core.model.assignment import AssignmentEvidence, Served
from mailtrust.core.model.exchange import (
    AuthConfig,
    ClientAccessSettings,
    EdgeSubscription,
    ExchangeOrganisation,
    ExchangeServer,
    Hybrid,
    IisBinding,
    NotRead,
    ReceiveConnector,
    SendConnector,
    UmSettings,
    VirtualDirectory,
)
from mailtrust.core.model.finding import Finding, NotApplicable, Passed, RuleResult, Unknown
from mailtrust.core.model.settings import Settings, Threshold
from mailtrust.core.rules.assigning import ASSIGNMENT_RULES, judge_assignments
from mailtrust.core.rules.assigning.grounds.accepting import settle_assignments
from mailtrust.core.rules.assigning.grounds.versions import takes_extended_protection
from mailtrust.core.services.exchange.due import due
from mailtrust.core.services.exchange.enabling import Enable, enable
from mailtrust.core.services.exchange.removing import Remove, remove

AUTH, INNER = auth_certificate(), own("MAIL1")
FRONT = public("mail.example.com")
BY_ID = {rule.ID: rule for rule in ASSIGNMENT_RULES}


def judged(rule: str, it: ExchangeOrganisation | None, **more: Any) -> tuple[RuleResult, ...]:
    settings = more.pop("settings", Settings())
    evidence = AssignmentEvidence(NOW, settings, {}, organisation=it, **more)
    return judge_assignments(evidence, (BY_ID[rule],))


def kinds(results: Iterable[RuleResult]) -> set[str]:
    return {type(one).__name__ for one in results}


def problems(results: Iterable[RuleResult]) -> dict[str, str]:
    """What was found, by the fact that names it, and how much it weighs."""
    return {str(one.fact("problem")): one.severity.value for one in results if isinstance(one, Finding)}


def good(**more: Any) -> ExchangeServer:
    return mailbox("MAIL1", FRONT, INNER, AUTH, **more)


def with_front(**facts: Any) -> ExchangeServer:
    """The server with something else about its clients' certificate."""
    return replace(good(), certificates=(replace(FRONT, **facts), INNER, AUTH))


@pytest.mark.parametrize("rule", sorted(BY_ID))
def test_without_exchange_no_rule_says_that_all_is_well(rule: str) -> None:
    assert kinds(judged(rule, None)) == {"NotApplicable"}


@pytest.mark.parametrize("rule", sorted(BY_ID))
def test_what_is_in_order_passes_or_is_no_matter(rule: str) -> None:
    it = organisation(good(), auth=AUTH)
    assert kinds(judged(rule, it)) <= {"Passed", "NotApplicable"}


@pytest.mark.parametrize("rule", sorted(BY_ID))
def test_a_server_of_which_only_the_name_is_known_passes_nothing(rule: str) -> None:
    bare = ExchangeServer("MAIL1", "mail1.corp.example", "15.2.1544.4")
    results = judged(rule, ExchangeOrganisation((bare,)))
    # That nobody is asked about Unified Messaging that cannot be there is known.
    allowed = {"Passed", "Unknown"} if rule == "service-um-startup-mode" else {"Unknown", "NotApplicable"}
    assert kinds(results) <= allowed


class TestCertificates:
    RULE = "service-certificate-not-valid"

    @pytest.mark.parametrize(
        ("facts", "problem", "severity"),
        [
            ({"status": "Revoked"}, "revoked", "critical"),
            ({"status": "Invalid"}, "invalid", "error"),
            ({"status": "Untrusted"}, "untrusted", "warning"),
            ({"status": "RevocationCheckFailure"}, "revocation-unknown", "warning"),
            ({"status": "Unknown"}, "unknown", "warning"),
            ({"has_private_key": False}, "no-key", "error"),
            ({"status": "DateInvalid", "certificate": None, "not_after": None}, "expired", "critical"),
        ],
    )
    def test_what_is_the_matter(self, facts: dict[str, Any], problem: str, severity: str) -> None:
        assert problems(judged(self.RULE, organisation(with_front(**facts), auth=AUTH))) == {problem: severity}

    def test_not_valid_yet(self) -> None:
        early = public("mail.example.com", age=-3)
        it = organisation(mailbox("MAIL1", early, INNER, AUTH), auth=AUTH)
        assert problems(judged(self.RULE, it)) == {"not-yet-valid": "error"}

    @pytest.mark.parametrize(
        ("age", "lasts", "severity"), [(60, 90, None), (73, 90, "warning"), (81, 90, "critical"), (300, 366, None)]
    )
    def test_soon_is_a_fifth_of_its_life_and_sixty_days_at_most(
        self, age: int, lasts: int, severity: str | None
    ) -> None:
        it = organisation(mailbox("MAIL1", public("mail.example.com", age=age, lasts=lasts), INNER, AUTH), auth=AUTH)
        assert problems(judged(self.RULE, it)) == ({"expiring": severity} if severity else {})

    def test_days_are_taken_at_their_word(self) -> None:
        it = organisation(mailbox("MAIL1", public("mail.example.com", lasts=110), INNER, AUTH), auth=AUTH)
        assert problems(judged(self.RULE, it, settings=Settings(warn=Threshold(days=120)))) == {"expiring": "warning"}

    def test_what_serves_nothing_may_end(self) -> None:
        former = public("mail.example.com", services=(), age=400, lasts=200)
        assert (
            problems(judged(self.RULE, organisation(good(certificates=(FRONT, INNER, AUTH, former)), auth=AUTH))) == {}
        )

    def test_one_that_can_take_its_place_is_named_with_the_steps(self) -> None:
        ended = public("mail.example.com", age=400, lasts=390)
        ready = public("mail.example.com", services=())
        it = organisation(mailbox("MAIL1", ended, INNER, AUTH, ready), auth=AUTH)
        (found,) = [one for one in judged(self.RULE, it) if isinstance(one, Finding)]
        told = str(found.explanation.admin)
        assert ready.thumbprint in told
        assert "--services IIS,SMTP" in told
        # What is named mends it: the former one lies there, and is presented no more.
        change = enable(it, Enable(("MAIL1",), ready.thumbprint, ("IIS", "SMTP")), NOW)
        (left,) = [one for one in judged(self.RULE, change.after) if isinstance(one, Finding)]
        assert (left.severity.value, left.fact("superseded")) == ("info", True)
        away = remove(change.after, Remove(("MAIL1",), ended.thumbprint), NOW)
        assert kinds(judged(self.RULE, away.after)) == {"Passed"}

    def test_one_that_ended_and_is_still_bound_is_not_superseded(self) -> None:
        ended = public("mail.example.com", age=400, lasts=390)
        server = mailbox("MAIL1", ended, INNER, AUTH, FRONT)
        (found,) = [one for one in judged(self.RULE, organisation(server, auth=AUTH)) if isinstance(one, Finding)]
        assert (found.fact("problem"), found.severity.value) == ("expired", "critical")

    def test_what_setup_made_keeps_its_list_and_serves_the_back_end_alone(self) -> None:
        inner = own("MAIL1", age=1900, services=("IMAP", "POP", "IIS", "SMTP"))
        it = organisation(mailbox("MAIL1", FRONT, inner, AUTH), auth=AUTH)
        assert problems(judged(self.RULE, it)) == {}
        # Nobody says what is bound: it may be the one that clients see.
        assert problems(judged(self.RULE, changed(it, MAIL1={"bindings": None}))) == {"expired": "critical"}

    def test_the_certificate_of_a_federation_serves_too(self) -> None:
        ended = public("federation.example.com", services=(), age=400, lasts=390)
        it = organisation(good(certificates=(FRONT, INNER, AUTH, ended)), auth=AUTH, federation=(ended.thumbprint,))
        assert problems(judged(self.RULE, it)) == {"expired": "critical"}


class TestWildcards:
    RULE = "service-wildcard"
    WILD = public("*.example.com", services=("IMAP", "SMTP"))

    def server(self, name: str, *, running: bool | None = True) -> ExchangeOrganisation:
        settings = ClientAccessSettings("IMAP", name, ("mail.example.com:993:SSL",), running)
        return organisation(good(certificates=(self.WILD, INNER), client_access=(settings,)))

    def test_chosen_by_a_name_that_it_covers_it_is_as_microsoft_wants_it(self) -> None:
        assert Passed(self.RULE, "MAIL1/IMAP") in judged(self.RULE, self.server("mail.example.com"))

    def test_a_name_that_it_does_not_cover(self) -> None:
        (found,) = [one for one in judged(self.RULE, self.server("mail1.corp.example")) if isinstance(one, Finding)]
        assert found.severity.value == "warning"
        assert "-X509CertificateName mail.example.com" in str(found.explanation.admin)

    def test_the_name_itself_is_a_wildcard(self) -> None:
        (found,) = [one for one in judged(self.RULE, self.server("*.example.com")) if isinstance(one, Finding)]
        assert found.fact("names") == ("*.example.com",)

    def test_a_service_that_does_not_run_hurts_nobody(self) -> None:
        (found,) = [one for one in judged(self.RULE, self.server("", running=False)) if isinstance(one, Finding)]
        assert found.severity.value == "info"


class TestAbsence:
    RULE = "service-absent"

    def test_no_binding_in_front(self) -> None:
        bound = (IisBinding("Exchange Back End", 444, INNER.thumbprint),)
        found = [one for one in judged(self.RULE, organisation(good(bindings=bound))) if isinstance(one, Finding)]
        assert [one.subject for one in found] == ["MAIL1/Default Web Site:443"]

    def test_one_of_two_bindings_of_a_site_is_enough_and_told_once(self) -> None:
        lost = IisBinding("Default Web Site", 443, "F" * 40, "127.0.0.1")
        bound = good().bindings or ()
        for bindings in ((lost, *bound), (*bound, lost), (lost, lost, *bound)):
            results = judged(self.RULE, organisation(good(bindings=bindings)))
            assert [one.subject for one in results if isinstance(one, Finding)] == ["MAIL1/Default Web Site:443"]
            assert Passed(self.RULE, "MAIL1/Default Web Site:443") not in results

    @pytest.mark.parametrize(
        ("role", "severity"), [("FrontendTransport", "error"), ("HubTransport", "warning"), ("", "error")]
    )
    def test_a_connector_behind_the_front_end_weighs_less(self, role: str, severity: str) -> None:
        connector = ReceiveConnector("Relay", "MAIL1", "relay.corp.example", frozenset({"Tls"}), role=role)
        results = judged(self.RULE, organisation(good(receive_connectors=(connector,))))
        assert [one.severity.value for one in results if isinstance(one, Finding)] == [severity]

    def test_a_connector_without_tls_needs_none(self) -> None:
        connector = ReceiveConnector("Relay", "MAIL1", "relay.corp.example", frozenset({"None"}))
        results = judged(self.RULE, organisation(good(receive_connectors=(connector,), client_access=())))
        assert all("Relay" not in one.subject for one in results if isinstance(one, Finding | Passed | Unknown))

    def test_several_that_fit_are_enough(self) -> None:
        two = [public("mail.example.com", services=("IMAP", "SMTP")) for _ in range(2)]
        settings = ClientAccessSettings("IMAP", "mail.example.com", (), running=True)
        results = judged(
            self.RULE, organisation(good(certificates=(*two, INNER), client_access=(settings,), bindings=None))
        )
        assert Passed(self.RULE, "MAIL1/IMAP") in results


class TestUnifiedMessaging:
    RULE = "service-um-startup-mode"

    def test_nobody_said_how_it_starts(self) -> None:
        server = with_front(services=frozenset({"UM"}))
        results = judged(self.RULE, organisation(replace(server, version="15.1.2507.61")))
        assert kinds(results) == {"Unknown"}

    @pytest.mark.parametrize(("version", "cmdlet"), [("15.1.2507.61", "Set-UMService"), ("14.3.513.0", "Set-UMServer")])
    def test_the_cmdlet_of_that_release(self, version: str, cmdlet: str) -> None:
        server = replace(with_front(services=frozenset({"UM"})), version=version, um=(UmSettings("UM", "TCP"),))
        (found,) = [one for one in judged(self.RULE, organisation(server)) if isinstance(one, Finding)]
        assert f"{cmdlet} " in str(found.explanation.admin)

    def test_its_call_router(self) -> None:
        server = replace(
            with_front(services=frozenset({"UMCallRouter"})),
            version="15.1.2507.61",
            um=(UmSettings("UMCallRouter", "Dual"),),
        )
        assert kinds(judged(self.RULE, organisation(server))) == {"Passed"}


class TestConnectors:
    RULE = "connector-name-stale"

    def sends(self, name: str, *servers: str) -> ExchangeOrganisation:
        connector = SendConnector("Out", "mail.example.com", servers or ("MAIL1",), name, ("SMTP:*;1",))
        return organisation(good(), send_connectors=(connector,))

    def test_a_name_that_is_none(self) -> None:
        assert problems(judged(self.RULE, self.sends("mail.example.com"))) == {"unreadable": "error"}

    def test_markers_in_small_letters_name_it_too(self) -> None:
        name = f"<i>{FRONT.issuer}<s>{FRONT.subject}"
        assert kinds(judged(self.RULE, self.sends(name))) == {"Passed"}

    def test_a_source_server_that_was_not_exported(self) -> None:
        assert kinds(judged(self.RULE, self.sends(str(name_of(FRONT)), "MAIL9"))) == {"Unknown"}

    def test_the_successor_is_named(self) -> None:
        former = public("mail.example.com", ca="R10")
        (found,) = [one for one in judged(self.RULE, self.sends(str(name_of(former)))) if isinstance(one, Finding)]
        assert FRONT.thumbprint in str(found.explanation.admin)

    def test_a_disabled_connector_names_what_it_likes(self) -> None:
        it = self.sends("<I>x<S>y")
        off = replace((it.send_connectors or ())[0], enabled=False)
        assert kinds(judged(self.RULE, replace(it, send_connectors=(off,)))) == {"NotApplicable"}


class TestAuth:
    RULE = "exchange-auth-expiring"
    ENDING = auth_certificate(age=1790)

    def it(self, auth: AuthConfig, *certificates: Any, more: tuple[ExchangeServer, ...] = ()) -> ExchangeOrganisation:
        return replace(organisation(good(certificates=(FRONT, INNER, *certificates)), *more), auth=auth)

    def test_none_is_named(self) -> None:
        assert problems(judged(self.RULE, self.it(AuthConfig("")))) == {"none": "error"}

    def test_none_of_the_servers_has_it(self) -> None:
        assert problems(judged(self.RULE, self.it(AuthConfig("A" * 40)))) == {"missing": "critical"}

    def test_one_of_the_servers_lacks_it(self) -> None:
        other = mailbox("MAIL2", FRONT, own("MAIL2"))
        it = self.it(AuthConfig(AUTH.thumbprint), AUTH, more=(other,))
        assert problems(judged(self.RULE, it)) == {"missing-on-some": "error"}

    def test_it_ends_soon_and_has_no_successor(self) -> None:
        it = self.it(AuthConfig(self.ENDING.thumbprint), self.ENDING)
        assert problems(judged(self.RULE, it)) == {"expiring": "warning"}

    @pytest.mark.parametrize(
        ("hours", "found"),
        [(49, {}), (24 * 90, {"expiring": "warning", "next-late": "error"}), (-30, {"next-unpublished": "warning"})],
    )
    def test_it_has_a_successor(self, hours: int, found: dict[str, str]) -> None:
        auth = AuthConfig(self.ENDING.thumbprint, next=AUTH.thumbprint, next_effective=NOW + timedelta(hours=hours))
        assert problems(judged(self.RULE, self.it(auth, self.ENDING, AUTH))) == found

    def test_a_successor_without_a_day(self) -> None:
        auth = AuthConfig(self.ENDING.thumbprint, next=AUTH.thumbprint)
        assert problems(judged(self.RULE, self.it(auth, self.ENDING, AUTH)))["next-undated"] == "warning"

    def test_a_successor_that_has_ended(self) -> None:
        gone = auth_certificate(age=2000)
        auth = AuthConfig(AUTH.thumbprint, next=gone.thumbprint, next_effective=NOW + timedelta(hours=49))
        assert problems(judged(self.RULE, self.it(auth, AUTH, gone))) == {"next-expired": "error"}

    def test_bare_certificates_hint_at_it(self) -> None:
        bare = [replace(one, services=None, status="") for one in (FRONT, INNER, AUTH)]
        it = replace(organisation(good(certificates=tuple(bare))), auth=None)
        (unknown,) = judged(self.RULE, it)
        assert isinstance(unknown, Unknown)
        assert "Get-AuthConfig" in str(unknown.why)

    def test_before_2013_there_was_no_oauth(self) -> None:
        assert kinds(judged(self.RULE, organisation(good(version="14.3.513.0")))) == {"NotApplicable"}


class TestTransportAndBackEnd:
    @pytest.mark.parametrize(
        ("internal", "problem", "severity"), [("", "none", "error"), ("F" * 40, "not-in-store", "error")]
    )
    def test_the_internal_transport_certificate_is_missing(self, internal: str, problem: str, severity: str) -> None:
        it = organisation(good(internal_transport=internal))
        assert problems(judged("exchange-transport-certificate", it)) == {problem: severity}

    @pytest.mark.parametrize(("age", "problem"), [(1900, "expired"), (1800, "expiring")])
    def test_it_ends(self, age: int, problem: str) -> None:
        it = organisation(mailbox("MAIL1", FRONT, own("MAIL1", age=age)))
        assert problems(judged("exchange-transport-certificate", it)) == {problem: "warning"}

    def test_it_has_no_key(self) -> None:
        it = organisation(mailbox("MAIL1", FRONT, own("MAIL1", has_private_key=False)))
        assert problems(judged("exchange-transport-certificate", it)) == {"no-key": "error"}

    @pytest.mark.parametrize(
        ("thumbprint", "problem", "severity"),
        [("", "unbound", "error"), ("F" * 40, "missing", "error"), (FRONT.thumbprint, "foreign", "warning")],
    )
    def test_the_back_end(self, thumbprint: str, problem: str, severity: str) -> None:
        bound = (
            IisBinding("Default Web Site", 443, FRONT.thumbprint),
            IisBinding("Exchange Back End", 444, thumbprint),
        )
        assert problems(judged("exchange-backend-binding", organisation(good(bindings=bound)))) == {problem: severity}

    def test_in_2013_roles_could_be_apart(self) -> None:
        front, back = good().bindings or ()
        access = good(version="15.0.1497.48", bindings=(front,))
        assert kinds(judged("exchange-backend-binding", organisation(access))) == {"Unknown"}
        mailboxes = good(version="15.0.1497.48", bindings=(back,), directories=())
        assert "Finding" not in kinds(judged("service-absent", organisation(mailboxes)))

    @pytest.mark.parametrize(("age", "problem"), [(1900, "expired"), (1800, "expiring")])
    def test_the_back_ends_certificate_ends(self, age: int, problem: str) -> None:
        it = organisation(mailbox("MAIL1", FRONT, own("MAIL1", age=age)))
        assert problems(judged("exchange-backend-binding", it)) == {problem: "warning"}

    def test_a_new_one_is_made_where_none_lies_there(self) -> None:
        server = good(certificates=(FRONT,), bindings=(IisBinding("Default Web Site", 443, FRONT.thumbprint),))
        (found,) = [one for one in judged("exchange-backend-binding", organisation(server)) if isinstance(one, Finding)]
        assert "New-ExchangeCertificate -Server MAIL1" in str(found.explanation.admin)


class TestExtendedProtection:
    RULE = "extended-protection-mismatch"

    def it(self, *, version: str = "15.2.1544.14", **more: Any) -> ExchangeOrganisation:
        return organisation(good(version=version, **{"directories": directories("Require"), **more}))

    @pytest.mark.parametrize(
        ("version", "known"),
        [
            ("15.2.986.28", True), ("15.2.986.15", False), ("15.2.1118.7", False), ("15.2.1118.11", True),
            ("15.2.1544.4", True), ("15.2.2562.17", True), ("15.1.2507.61", True), ("15.1.2308.8", False),
            ("15.0.1497.38", True), ("15.0.1497.2", False), ("14.3.513.0", False), ("", True),
        ],
    )  # fmt: skip
    def test_which_builds_know_it(self, version: str, known: bool) -> None:
        assert takes_extended_protection(good(version=version)) is known

    def test_it_is_off(self) -> None:
        assert kinds(judged(self.RULE, self.it(directories=directories("None")))) == {"Passed"}

    def test_setup_turned_it_on_and_the_export_does_not_say(self) -> None:
        unsaid = (VirtualDirectory("OWA", "front"),)
        (unknown,) = judged(self.RULE, self.it(directories=unsaid))
        assert isinstance(unknown, Unknown)
        assert "-ShowExtendedProtection" in str(unknown.why)

    @pytest.mark.parametrize(
        ("balancer", "kind"),
        [("none", "Passed"), ("layer-4", "Passed"), ("bridging", "Unknown"), ("unknown", "Unknown")],
    )
    def test_nobody_has_looked(self, balancer: Any, kind: str) -> None:
        assert kinds(judged(self.RULE, self.it(), balancer=balancer)) == {kind}

    @pytest.mark.parametrize(
        ("balancer", "first", "second"),
        [
            ("bridging", "Finding", "Passed"),
            ("layer-4", "Passed", "Passed"),
            ("none", "Passed", "Passed"),
            ("unknown", "Unknown", "Passed"),
        ],
    )
    def test_two_servers_with_a_certificate_each(self, balancer: Any, first: str, second: str) -> None:
        other = public("mail.example.com", ca="R12")
        two = mailbox("MAIL2", other, own("MAIL2"), AUTH, version="15.2.1544.14", directories=directories("Require"))
        it = self.it()
        it = replace(it, servers=(*it.servers, two))
        assert other.certificate is not None
        seen = Served("https", "", "exchange", "IIS", other.certificate, "https://mail.example.com:443@192.0.2.1")
        results = judged(self.RULE, it, balancer=balancer, served=(seen,))
        assert [type(one).__name__ for one in results] == [first, second]

    @pytest.mark.parametrize(
        ("target", "hurt"),
        [("https://mail1.corp.example/", True), ("https://balancer.corp.example/", True), ("https://mail2/", False)],
    )
    def test_where_the_hybrid_agent_leads(self, target: str, hurt: bool) -> None:
        other = mailbox("MAIL2", FRONT, own("MAIL2"))
        it = self.it()
        it = replace(it, servers=(*it.servers, other), hybrid=Hybrid(agent_targets=(target,)))
        assert ("hybrid-agent" in problems(judged(self.RULE, it, balancer="none"))) is hurt


class TestEdgeAndHybrid:
    def test_an_edge_server_that_was_not_exported(self) -> None:
        it = organisation(good(), edge_subscriptions=(EdgeSubscription("EDGE1", "Paris", NOW),))
        assert kinds(judged("edge-subscription-stale", it)) == {"Unknown"}

    def test_nobody_says_when_it_was_subscribed(self) -> None:
        it = border.with_edge().broken
        it = replace(it, edge_subscriptions=(EdgeSubscription("EDGE1", "Paris"),))
        assert kinds(judged("edge-subscription-stale", it)) == {"Unknown"}

    @pytest.mark.parametrize(
        ("facts", "problem"),
        [
            ({"status": "RevocationCheckFailure"}, "status"),
            ({"services": frozenset({"IIS"})}, "no-smtp"),
            ({"root_ca_type": "Enterprise"}, "not-public"),
        ],
    )
    def test_what_exchange_online_does_not_take(self, facts: dict[str, Any], problem: str) -> None:
        assert problems(judged("hybrid-certificate-unfit", self.hybrid(**facts))) == {problem: "error"}

    def test_a_certificate_that_is_no_servers(self) -> None:
        odd = public("mail.example.com", eku=(CLIENT_AUTH,))
        it = changed(self.hybrid(), MAIL1={"certificates": (odd, INNER, AUTH)})
        assert problems(judged("hybrid-certificate-unfit", it)) == {"no-server-auth": "error"}

    def test_nobody_says_whose_it_is(self) -> None:
        assert kinds(judged("hybrid-certificate-unfit", self.hybrid(root_ca_type=""))) == {"Unknown"}

    def test_no_connector_names_one(self) -> None:
        it = self.hybrid()
        sends = tuple(replace(one, tls_certificate_name="") for one in it.send_connectors or ())
        results = judged("hybrid-connectors-disagree", replace(it, send_connectors=sends, hybrid=None))
        assert problems(results) == {"unnamed": "error"}

    def test_the_renewed_one_is_named_by_none(self) -> None:
        renewed = public("mail.example.com", "www.example.com", age=1, ca="R12", services=())
        it = changed(self.hybrid(), MAIL1={"certificates": (FRONT, INNER, AUTH, renewed)})
        assert problems(judged("hybrid-connectors-disagree", it)) == {"renewed": "warning"}

    def test_the_renewed_one_is_judged_before_it_is_shown(self) -> None:
        private = public("mail.example.com", age=1, ca="Own CA", root_ca_type="Enterprise", eku=(SERVER_AUTH,))
        it = changed(self.hybrid(), MAIL1={"certificates": (FRONT, INNER, AUTH, private)})
        found = {one.fact("problem"): one for one in judged("hybrid-certificate-unfit", it) if isinstance(one, Finding)}
        assert {code: one.severity.value for code, one in found.items()} == {
            "not-public": "warning",
            "no-client-auth": "info",
        }
        assert all(one.fact("coming") is True for one in found.values())

    def test_a_server_that_sends_too_lacks_it(self) -> None:
        other = mailbox("MAIL2", public("other.example.com"), own("MAIL2"))
        it = self.hybrid()
        sends = tuple(replace(one, source_servers=("MAIL1", "MAIL2")) for one in it.send_connectors or ())
        it = replace(it, servers=(*it.servers, other), send_connectors=sends)
        assert problems(judged("hybrid-connectors-disagree", it)) == {"not-on-all": "error"}

    def test_a_server_that_was_not_exported(self) -> None:
        it = self.hybrid()
        sends = tuple(replace(one, source_servers=("MAIL1", "MAIL7")) for one in it.send_connectors or ())
        assert kinds(judged("hybrid-connectors-disagree", replace(it, send_connectors=sends))) == {"Unknown"}

    def hybrid(self, **facts: Any) -> ExchangeOrganisation:
        name = str(name_of(FRONT))
        cloud = SendConnector(
            "Outbound to Office 365", "mail.example.com", ("MAIL1",), name, ("SMTP:example.mail.onmicrosoft.com;1",),
            cloud_services_mail=True,
        )  # fmt: skip
        return organisation(with_front(**facts), send_connectors=(cloud,), hybrid=Hybrid(name, ("MAIL1",)))


EXPORTED: tuple[Exported, ...] = (
    old.of_2010(), newer.one_of_2016(), newer.many_of_2016(), newer.on_the_move(), border.classic_hybrid(),
    border.with_edge(), border.half_broken(),
)  # fmt: skip


@given(st.sampled_from(EXPORTED), st.data())
def test_whatever_is_missing_no_rule_fails_and_each_answers(it: Exported, data: st.DataObject) -> None:
    """Servers without this or that, refused or never asked."""
    empty: dict[str, Any] = {
        "certificates": (), "bindings": None, "directories": None, "internal_transport": None, "client_access": (),
        "receive_connectors": (), "um": (), "version": "", "fqdn": "",
    }  # fmt: skip
    servers = tuple(
        replace(one, **{name: empty[name] for name in data.draw(st.sets(st.sampled_from(sorted(empty))))})
        for one in it.broken.servers
    )
    whole: dict[str, Any] = {"auth": None, "send_connectors": None, "edge_subscriptions": None, "hybrid": None}
    gone = {name: whole[name] for name in data.draw(st.sets(st.sampled_from(sorted(whole))))}
    made = replace(it.broken, servers=servers, not_read=(NotRead("", "Get-AuthConfig", "no"),), **gone)
    results = judge_assignments(AssignmentEvidence(NOW, Settings(), {}, organisation=made, balancer="bridging"))
    assert {one.rule for one in results} == set(BY_ID)
    assert not [one for one in results if isinstance(one, Unknown) and "mistake" in str(one.why)]
    ids = [one.id for one in results if isinstance(one, Finding)]
    assert len(ids) == len(set(ids))


class TestAccepting:
    EVIDENCE = AssignmentEvidence(NOW, Settings(), {}, organisation=newer.on_the_move().broken)
    RULE = "exchange-backend-binding"

    def standing(self, endpoint: str, *, rule: str = RULE, days: int = 5) -> Standing:
        accepted = Accepted(rule, endpoint, "known", (NOW + timedelta(days=days)).date())
        evidence = replace(self.EVIDENCE, settings=Settings(accepted=(accepted,)))
        (settled,) = settle_assignments(evidence, judge_assignments(evidence))
        return settled.standing

    @pytest.mark.parametrize("endpoint", ["exse", "exse.corp.example", "https://exse.corp.example:443", "*"])
    def test_a_server_by_any_of_its_names(self, endpoint: str) -> None:
        assert self.standing(endpoint) is Standing.IN_FORCE

    def test_elsewhere_over_and_unneeded(self) -> None:
        assert self.standing("mail.example.org") is Standing.ELSEWHERE
        assert self.standing("exse", days=-1) is Standing.RAN_OUT
        assert self.standing("ex16") is Standing.UNNEEDED

    def test_what_is_the_whole_organisations_is_accepted_everywhere_or_on_all_servers_named(self) -> None:
        assert self.standing("*", rule="exchange-auth-expiring") is Standing.IN_FORCE


def test_what_is_due_stands_in_order_of_time() -> None:
    it = newer.on_the_move().broken
    found = due(it)
    assert [one.at for one in found] == sorted(one.at for one in found)
    kinds_ = {one.kind for one in found}
    assert kinds_ == {"auth", "auth-next", "auth-next-effective", "certificate", "internal-transport"}
    (effective,) = [one for one in found if one.kind == "auth-next-effective"]
    assert effective.at == NOW + timedelta(hours=49)
    assert effective.servers == ("EX13", "EXSE")
    assert isinstance(next(iter(judged("service-absent", None))), NotApplicable)
