"""Rules about Edge servers and hybrid mail, branch by branch."""

from dataclasses import replace
from typing import Any

import pytest
from tests.services.world import border
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
from mailtrust.core.issuance.recipe import CLIENT_AUTH, SERVER_AUTH
from mailtrust.core.model.exchange import (
    EdgeSubscription,
    ExchangeOrganisation,
    Hybrid,
    NotRead,
    SendConnector,
)
from mailtrust.core.model.finding import Finding


class TestEdgeAndHybrid:
    def test_an_edge_server_that_was_not_exported(self) -> None:
        it = organisation(good(), edge_subscriptions=(EdgeSubscription("EDGE1", "Paris", NOW),))
        assert kinds(judged("edge-subscription-stale", it)) == {"Unknown"}

    def test_nobody_says_when_it_was_subscribed(self) -> None:
        it = border.with_edge().broken
        it = replace(it, edge_subscriptions=(EdgeSubscription("EDGE1", "Paris"),))
        assert kinds(judged("edge-subscription-stale", it)) == {"Unknown"}

    @pytest.mark.parametrize("rule", ["hybrid-certificate-unfit", "hybrid-connectors-disagree"])
    def test_that_there_is_none_somebody_must_have_said(self, rule: str) -> None:
        it = organisation(good())
        assert kinds(judged(rule, it)) == {"NotApplicable"}
        assert kinds(judged(rule, replace(it, send_connectors=None))) == {"Unknown"}
        refused = replace(it, not_read=(NotRead("", "Get-HybridConfiguration", "Access is denied."),))
        assert kinds(judged(rule, refused)) == {"Unknown"}
        old = organisation(good(version="8.3.342.4"))
        assert kinds(judged(rule, replace(old, send_connectors=None))) == {"NotApplicable"}

    def test_whether_an_edge_server_is_subscribed_was_refused(self) -> None:
        refused = (NotRead("", "Get-EdgeSubscription", "Access is denied."),)
        it = replace(organisation(good()), edge_subscriptions=None, not_read=refused)
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
