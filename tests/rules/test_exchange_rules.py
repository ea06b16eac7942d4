"""Rules about Exchange's own: OAuth, transport, the back end, Extended Protection; what the world does not show."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.services.world.judging import AUTH, FRONT, INNER, good, judged, kinds, problems
from tests.services.world.making import (
    NOW,
    auth_certificate,
    directories,
    mailbox,
    organisation,
    own,
    public,
)

from mailtrust.core.model.assignment import Served
from mailtrust.core.model.exchange import (
    AuthConfig,
    ExchangeOrganisation,
    ExchangeServer,
    Hybrid,
    IisBinding,
    VirtualDirectory,
)
from mailtrust.core.model.finding import Finding, Unknown
from mailtrust.core.services.exchange.versions import takes_extended_protection


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
        ids=["unbound", "missing", "foreign"],  # a thumbprint is another in each process
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
        # By default it would be given IMAP and POP besides.
        assert " -Services SMTP " in str(found.explanation.admin)


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
