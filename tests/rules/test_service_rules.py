"""Rules about services and connectors of Exchange, branch by branch: what the world of organisations does not show."""

from dataclasses import replace
from typing import Any

import pytest
from tests.services.world.judging import AUTH, FRONT, INNER, good, judged, kinds, problems, with_front
from tests.services.world.making import (
    NOW,
    changed,
    mailbox,
    organisation,
    own,
    public,
)

from mailtrust.core.formats.exchange.tls_certificate_name import name_of
from mailtrust.core.model.exchange import (
    ClientAccessSettings,
    ExchangeOrganisation,
    ExchangeServer,
    IisBinding,
    ReceiveConnector,
    SendConnector,
    UmSettings,
    VirtualDirectory,
)
from mailtrust.core.model.finding import Finding, Passed, Unknown
from mailtrust.core.model.settings import Settings, Threshold
from mailtrust.core.model.text import text
from mailtrust.core.services.exchange.enabling.enable import Enable, enable
from mailtrust.core.services.exchange.removing.remove import Remove, remove


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
            ({"status": "DateInvalid"}, "chain-ended", "error"),
        ],
    )
    def test_what_is_the_matter(self, facts: dict[str, Any], problem: str, severity: str) -> None:
        assert problems(judged(self.RULE, organisation(with_front(**facts), auth=AUTH))) == {problem: severity}

    def test_whose_status_is_not_said_may_be_revoked(self) -> None:
        results = judged(self.RULE, organisation(with_front(status=""), auth=AUTH))
        assert kinds(results) == {"Unknown"}
        # What serves nobody need not be known.
        idle = public("mail.example.com", services=(), status="")
        assert kinds(judged(self.RULE, organisation(good(certificates=(FRONT, INNER, AUTH, idle)), auth=AUTH))) == {
            "Passed"
        }

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

    def test_what_is_typed_says_on_which_server(self) -> None:
        (found,) = [
            one
            for one in judged(self.RULE, organisation(with_front(status="Untrusted"), auth=AUTH))
            if isinstance(one, Finding)
        ]
        assert f"Get-ExchangeCertificate -Server MAIL1 -Thumbprint {FRONT.thumbprint}" in str(found.explanation.admin)

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

    def test_a_certificate_of_a_store_that_exchange_does_not_list_may_be_there(self) -> None:
        bound = tuple(replace(one, thumbprint="F" * 40, store="WebHosting") for one in good().bindings or ())
        for rule in (self.RULE, "exchange-backend-binding"):
            results = judged(rule, organisation(good(bindings=bound)))
            assert not [one for one in results if isinstance(one, Finding)]
            assert "WebHosting" in "".join(str(one.why) for one in results if isinstance(one, Unknown))

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

    def test_what_connectors_there_are_nobody_said(self) -> None:
        """Certificates alone were pasted: that no connector lacks one is not known."""
        said = text("The export holds nothing of {part} for {where}.", part="Get-ReceiveConnector", where="MAIL1")
        asked = Unknown(self.RULE, said, "MAIL1/SMTP")
        for version in ("15.2.1544.4", ""):
            assert asked in judged(self.RULE, organisation(good(receive_connectors=(), version=version)))
        # Until 2010 a server of clients alone has none.
        assert asked not in judged(self.RULE, organisation(good(receive_connectors=(), version="14.3.513.0")))

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


class TestNames:
    RULE = "service-name-missing"

    @staticmethod
    def _at(url: str, **more: Any) -> ExchangeServer:
        return good(directories=(VirtualDirectory("OWA", "front", (url,), "None"),), **more)

    @pytest.mark.parametrize(
        ("url", "balancer", "severity"),
        [
            ("https://webmail.example.com/owa", "none", "error"),
            ("https://webmail.example.com/owa", "layer-4", "error"),
            ("https://webmail.example.com/owa", "unknown", "warning"),
            ("https://mail1.corp.example/owa", "none", "warning"),
            ("https://mail1/owa", "none", "warning"),
        ],
    )
    def test_a_url_is_missing(self, url: str, balancer: str, severity: str) -> None:
        results = judged(self.RULE, organisation(self._at(url)), balancer=balancer)
        (finding,) = (one for one in results if isinstance(one, Finding))
        assert (finding.subject, finding.severity.value) == ("MAIL1/IIS", severity)
        said = str(finding.explanation.admin)
        assert said.startswith("Clients are sent to ")
        assert " by OWA on MAIL1" in said
        assert ("--balancer" in said) is (balancer == "unknown")

    def test_all_names_are_held(self) -> None:
        assert kinds(judged(self.RULE, organisation(self._at("https://MAIL.example.com/owa")))) == {"Passed"}

    def test_the_balancers_certificate_is_looked_at_on_the_wire(self) -> None:
        it = organisation(self._at("https://webmail.example.com/owa"))
        assert kinds(judged(self.RULE, it, balancer="bridging")) == {"NotApplicable"}

    def test_another_binding_has_the_name(self) -> None:
        other = public("webmail.example.com")
        sites = (
            IisBinding("Default Web Site", 443, FRONT.thumbprint),
            IisBinding("Default Web Site", 443, other.thumbprint, host="webmail.example.com"),
        )
        server = self._at("https://webmail.example.com/owa", bindings=sites)
        server = replace(server, certificates=(*server.certificates, other))
        assert kinds(judged(self.RULE, organisation(server))) == {"Passed"}

    def test_the_binding_that_clients_reach_counts(self) -> None:
        inside = IisBinding("Default Web Site", 443, INNER.thumbprint, "127.0.0.1")
        server = self._at("https://mail.example.com/owa", bindings=(*(good().bindings or ()), inside))
        assert kinds(judged(self.RULE, organisation(server))) == {"Passed"}

    def test_nobody_knows_which_of_two_is_presented(self) -> None:
        other = public("webmail.example.com")
        server = self._at("https://mail.example.com/owa", certificates=(FRONT, other, INNER, AUTH), bindings=None)
        (unknown,) = judged(self.RULE, organisation(server))
        assert isinstance(unknown, Unknown)
        assert unknown.subject == "MAIL1/IIS"

    def test_imap_is_called_otherwise(self) -> None:
        imap = ClientAccessSettings("IMAP", "mail.example.com", ("imap.example.com:993:SSL",), running=True)
        shown = public("mail.example.com", services=("IIS", "IMAP", "SMTP"))
        server = mailbox("MAIL1", shown, INNER, AUTH, client_access=(imap,))
        results = judged(self.RULE, organisation(server), balancer="none")
        assert [one.subject for one in results if isinstance(one, Finding)] == ["MAIL1/IMAP"]
