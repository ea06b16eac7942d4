"""What servers are told to present and what they do: a machine of dictionaries, an outside of dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from tests.apply.fake_machine import FakeMachine
from tests.services.exchange_world import certificate

from mailtrust.core.formats.connect_to import Detours, Resolve
from mailtrust.core.formats.target import parse_target
from mailtrust.core.model.acceptance import Accepted
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import ConfiguredCertificate, Listening
from mailtrust.core.model.exchange import (
    ClientAccessSettings,
    ExchangeOrganisation,
    ExchangeServer,
    IisBinding,
    VirtualDirectory,
)
from mailtrust.core.model.finding import Finding, Passed
from mailtrust.core.model.kept import Assignment, Holdings, KeptCertificate, KeptServer
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Place, Server, Settings
from mailtrust.core.rules.assigning import served_not_assigned
from mailtrust.core.services.assigned import only_seen
from mailtrust.core.services.least_set import Order, Reuse
from mailtrust.core.targets.configured import kemp
from mailtrust.core.targets.mending.surveyed import Surveyed
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.core.x509.thumbprint import thumbprint
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.edge.lookup.dns_answers import Found, MxRecord
from mailtrust.flows.services_assigned import Told, chosen, told
from mailtrust.flows.services_check import shown_at
from mailtrust.flows.services_least import least, of_targets
from mailtrust.flows.services_served import evidence_of, shown, shown_by_mailstore, untold

if TYPE_CHECKING:
    from tests.flows.conftest import Outside

HOST, ADDRESS, OWN = "mail.example.com", "192.0.2.1", "198.51.100.7"
NGINX = """\
http {
  server { listen 443 ssl; server_name mail.example.com; ssl_certificate /tls/web.pem; ssl_certificate_key /tls/k; }
  server { listen 127.0.0.1:8443 ssl; ssl_certificate /tls/none.pem; ssl_certificate_key /tls/k; }
}
"""


def server(
    name: str, target: str, product: str | None, reach: str = "", port: int | None = None, **more: str
) -> Server:
    return Server(name, (Place(target, HOST, port),), product, reach, **more)


WEB = server("web", f"https://{HOST}", "nginx", "ssh://root@web.example.com", 443, configuration="/n.conf")
NOTHING = Holdings()


def machine(leaf: Certificate) -> FakeMachine:
    pem = to_pem_chain((leaf,)).encode()
    return FakeMachine(files={"/n.conf": (NGINX.encode(), 0o644, "0:0"), "/tls/web.pem": (pem, 0o644, "0:0")})


async def told_of(
    servers: tuple[Server, ...],
    machines: Mapping[str, Any] | None = None,
    organisation: ExchangeOrganisation | None = None,
    holdings: Holdings = NOTHING,
) -> Told:
    return await told(servers, organisation, holdings, machines or {})


@pytest.fixture
def leaf(caseworld: Any) -> Certificate:
    """What servers are told to present."""
    made: Certificate = caseworld.leaf()
    return made


@pytest.fixture
def other(caseworld: Any) -> Certificate:
    """What nobody told them."""
    made: Certificate = caseworld.leaf(begins=-9)
    return made


@pytest.fixture
def web(leaf: Certificate, outside: Outside) -> Callable[[], Any]:
    """The server of the world as it is read, with its own address in the DNS."""
    outside.hosts["web.example.com"] = Found((OWN,))

    async def read() -> Told:
        return await told_of((WEB,), {WEB.reach: machine(leaf)})

    return read


class TestTold:
    async def test_a_configuration_and_what_is_missing_in_it(self, web: Any, leaf: Certificate) -> None:
        known = await web()
        (one,) = known.assigned
        assert (one.server, one.product, one.certificate) == ("web", "nginx", leaf)
        assert one.named_in == ("/n.conf:2",)
        (note,) = map(str, known.notes)
        assert note == "web: /n.conf:3 names /tls/none.pem, in which no certificate can be read."

    async def test_a_server_that_is_not_read(self, caseworld: Any) -> None:
        archive = server("archive", HOST, "mailstore")
        others = (
            archive,
            server("f5", HOST, "f5", "local"),
            server("ex", HOST, "exchange"),
            server("x", HOST, None),
        )
        known = await told_of(others)
        notes = [str(note) for note in known.notes]
        assert [note.split(":")[0] for note in notes] == ["archive", "f5", "ex", "x"]
        assert "Service Configuration" in notes[0]
        assert "services collect" in notes[2]

    async def test_a_store_tells_of_those_that_are_not_read(self, leaf: Certificate, caseworld: Any) -> None:
        holdings = Holdings(
            certificates=(KeptCertificate(leaf, (), True, caseworld.now),),
            servers=(KeptServer("mx", "postfix"), KeptServer("other", None)),
            assignments=tuple(Assignment(name, "smtp", leaf.fingerprint, caseworld.now) for name in ("mx", "other")),
        )
        known = await told_of((server("mx", HOST, "postfix"),), holdings=holdings)
        assert [(one.server, one.services) for one in known.assigned] == [("mx", ("smtp",))]
        assert known.notes == ()

    def test_servers_by_name(self) -> None:
        exported = ExchangeOrganisation((ExchangeServer("MAIL1", "mail1.corp.example", ""),))
        assert chosen((), (WEB,), exported) == ((), exported)
        assert chosen((), (WEB,), None) == ((WEB,), None)
        assert chosen(("WEB", "mail1.corp.example"), (WEB,), exported) == ((WEB,), exported)
        assert chosen(("web",), (WEB,), exported)[1] == replace(exported, servers=())
        with pytest.raises(UserProblem, match="There are: web, MAIL1"):
            chosen(("mx",), (WEB,), exported)
        with pytest.raises(UserProblem, match="No server is known"):
            chosen(("mx",), (), None)


class TestShown:
    async def test_the_server_itself_and_where_clients_look(
        self, web: Any, outside: Outside, leaf: Certificate, other: Certificate
    ) -> None:
        outside.present(leaf, port=443, address=OWN)
        outside.present(other, port=443)
        known = await web()
        seen = await shown(known, outside.edge())
        assert [(one.place, one.server, one.service) for one in seen.served] == [
            (f"https://{HOST}:443@{OWN}", "web", f"http server {HOST}"),
            (f"https://{HOST}:443@{ADDRESS}", "", f"http server {HOST}"),
        ]
        assert {one.configured for one in seen.served} == {(thumbprint(leaf),)}
        # 127.0.0.1 of another machine is nobody's business here.
        assert {endpoint.address for endpoint, _ in outside.wishes} == {OWN, ADDRESS}
        results = tuple(served_not_assigned.judge(evidence_of(known, seen, Settings(), outside.edge())))
        assert [type(one) for one in results] == [Passed, Finding]
        evidence = evidence_of(known, seen, Settings(), outside.edge())
        assert [one.id for one in untold(evidence)] == [f"served-not-assigned:{HOST}:443"]
        accepted = Accepted("served-not-assigned", HOST, "A proxy has its own.", date(2099, 1, 1))
        assert untold(replace(evidence, settings=Settings(accepted=(accepted,)))) == ()

    async def test_a_port_that_is_shut_is_told(self, web: Any, outside: Outside) -> None:
        seen = await shown(await web(), outside.edge())
        assert [str(note) for note in seen.notes] == [
            f"https://{HOST}:443@{OWN} presents no certificate: ECONNREFUSED",
            f"https://{HOST}:443@{ADDRESS} presents no certificate: ECONNREFUSED",
        ]

    async def test_a_server_that_has_no_address(self, web: Any, outside: Outside) -> None:
        known = await web()
        del outside.hosts["web.example.com"]
        seen = await shown(known, outside.edge())
        assert str(seen.notes[0]) == "web has no address here: it was not asked itself."

    async def test_no_connection_was_left(self, web: Any, outside: Outside) -> None:
        outside.left_out.add((HOST, 443, OWN))
        seen = await shown(await web(), outside.edge())
        assert any("four connections" in str(note) for note in seen.notes)

    async def test_a_balancer_is_asked_where_its_services_are(self, outside: Outside, leaf: Certificate) -> None:
        lm = server("lm", f"https://{HOST}", "kemp", "kemp://admin@lm.example.com", 443)
        outside.hosts["lm.example.com"] = Found(("192.0.2.250",))
        outside.present(leaf, port=443, address=OWN)
        place = ConfiguredCertificate("kemp", "443", "", 0, "/mail", "/mail", listens=(Listening(443, OWN),))
        known = Told((), (Surveyed(lm, kemp, {}, (place,)),), (), None, ())
        seen = await shown(known, outside.edge())
        assert [(one.place, one.server) for one in seen.served] == [(f"https://{HOST}:443@{OWN}", "lm")]

    async def test_a_port_of_which_nobody_knows_what_it_speaks(self, leaf: Certificate, outside: Outside) -> None:
        exim = server("mx", f"smtp://{HOST}", "exim", "local", 25, configuration="/e.conf")
        conf = "daemon_smtp_ports = 25 : 2626\ntls_certificate = /tls/web.pem\ntls_privatekey = /tls/k\nbegin acl\n"
        fake = machine(leaf)
        fake.files["/e.conf"] = (conf.encode(), 0o644, "0:0")
        known = await told_of((exim,), {"local": fake})
        seen = await shown(known, outside.edge())
        assert any(str(note).startswith("Port 2626 of mx was not asked") for note in seen.notes)
        assert ("127.0.0.1", 25) in {(endpoint.address, endpoint.port) for endpoint, _ in outside.wishes}

    async def test_what_a_store_has_put_down_is_compared(
        self, outside: Outside, caseworld: Any, leaf: Certificate, other: Certificate
    ) -> None:
        holdings = Holdings(
            certificates=(KeptCertificate(leaf, (), True, caseworld.now),),
            servers=(KeptServer("mx", "postfix"),),
            assignments=(Assignment("mx", "smtp", leaf.fingerprint, caseworld.now),),
        )
        outside.present(other, port=25)
        known = await told_of((server("mx", f"smtp://{HOST}", "postfix", "", 25),), holdings=holdings)
        seen = await shown(known, outside.edge())
        (finding,) = served_not_assigned.judge(evidence_of(known, seen, Settings(), outside.edge()))
        assert isinstance(finding, Finding)
        assert "The store has put down" in str(finding.explanation.admin)


class TestExchange:
    def organisation(self, *thumbprints: str) -> ExchangeOrganisation:
        front, inner = thumbprints
        return ExchangeOrganisation(
            (
                ExchangeServer(
                    "MAIL1",
                    "mail1.example.com",
                    "15.2.1544.4",
                    certificates=(
                        replace(certificate("A", HOST, services=("IIS", "IMAP")), thumbprint=front),
                        replace(certificate("B", "MAIL1", services=("SMTP",), issuer=""), thumbprint=inner),
                    ),
                    client_access=(ClientAccessSettings("IMAP", HOST, (f"{HOST}:993:SSL", "nonsense", f"{HOST}:143")),),
                    bindings=(IisBinding("Default Web Site", 443, front),),
                    directories=(
                        VirtualDirectory("EWS", "front", (f"https://{HOST}/EWS", "http://plain", "https://[")),
                    ),
                ),
                ExchangeServer("GONE", "gone.example.com", ""),
                ExchangeServer("EDGE1", "edge1.example.com", "", edge=True),
            )
        )

    async def test_each_service_at_its_ports(self, outside: Outside, leaf: Certificate, other: Certificate) -> None:
        front, inner = leaf, other
        outside.hosts["mail1.example.com"] = outside.hosts["edge1.example.com"] = Found((OWN,))
        outside.present(inner, port=25, address=OWN)
        outside.present(front, port=443, address=OWN)
        outside.present(inner, port=993, address=OWN)
        outside.present(inner, port=443)
        known = await told_of((), organisation=self.organisation(thumbprint(front), thumbprint(inner)))
        seen = await shown(known, outside.edge())
        assert [(one.place.partition("@")[0], one.server, one.service) for one in seen.served] == [
            ("smtp://mail1.example.com:25", "MAIL1", "SMTP"),
            ("imaps://mail1.example.com:993", "MAIL1", "IMAP"),
            ("https://mail1.example.com:443", "MAIL1", "IIS"),
            ("smtp://edge1.example.com:25", "EDGE1", "SMTP"),
            (f"https://{HOST}:443", "", "IIS"),
        ]
        assert [str(note) for note in seen.notes] == [
            "gone.example.com has no address here: it was not asked itself.",
            f"imaps://{HOST}:993@{ADDRESS} presents no certificate: ECONNREFUSED",
        ]
        evidence = evidence_of(known, seen, Settings(), outside.edge(), balancer="bridging")
        findings = {
            one.id: str(one.explanation.admin)
            for one in served_not_assigned.judge(evidence)
            if isinstance(one, Finding)
        }
        # What MAIL1 presents at IMAP by mistake is met at the front, too: one thing to mend.
        assert set(findings) == {"served-not-assigned:MAIL1:IMAP"}
        assert "it is assigned to SMTP" in findings["served-not-assigned:MAIL1:IMAP"]

    async def test_of_a_server_alone_the_names_of_clients_may_lead_to_another(
        self, outside: Outside, leaf: Certificate, other: Certificate
    ) -> None:
        """MAIL2 behind the same name has a certificate of its own."""
        (first, *_) = self.organisation(thumbprint(leaf), "B" * 40).servers
        bound = (IisBinding("Default Web Site", 443, thumbprint(other)),)
        whole = ExchangeOrganisation((first, replace(first, name="MAIL2", fqdn="mail2.example.com", bindings=bound)))
        outside.hosts["mail1.example.com"] = Found((OWN,))
        outside.present(leaf, port=443, address=OWN)
        outside.present(other, port=443)
        _, alone = chosen(("MAIL1",), (), whole)
        known = await told((), alone, NOTHING, {}, exported=whole)
        seen = await shown(known, outside.edge())
        assert [one.server for one in seen.served] == ["MAIL1", ""]
        assert untold(evidence_of(known, seen, Settings(), outside.edge())) == ()

    async def test_a_server_that_is_looked_at_by_its_name_may_present_what_it_may_when_it_is_asked_itself(
        self, outside: Outside, leaf: Certificate, other: Certificate
    ) -> None:
        """IMAP's wildcard is chosen by X509CertificateName, not by its services; the back end is bound at 444."""
        wildcard = replace(
            certificate("A", "*.example.com", services=("IIS",), days_old=None), thumbprint=thumbprint(leaf)
        )
        setup = certificate("B", "MAIL1", services=("IMAP", "IIS"), issuer="", days_old=None)
        mail1 = ExchangeServer(
            "MAIL1",
            "mail1.example.com",
            "15.2.1544.4",
            certificates=(wildcard, replace(setup, thumbprint=thumbprint(other))),
            client_access=(ClientAccessSettings("IMAP", HOST),),
            bindings=(
                IisBinding("Default Web Site", 443, thumbprint(leaf)),
                IisBinding("Exchange Back End", 444, thumbprint(other)),
            ),
        )
        outside.hosts["mail1.example.com"] = Found((OWN,))
        for port in (993, 443):
            outside.present(leaf, port=port, address=OWN)
        outside.present(other, port=444, address=OWN)
        urls = ("imaps://mail1.example.com", "https://mail1.example.com", "https://mail1.example.com:444")
        known = await told_of((), organisation=ExchangeOrganisation((mail1,)))
        seen = await shown_at([(url, parse_target(url)) for url in urls], known.organisation, outside.edge(), Detours())
        configured = [one.configured for one in seen.served]
        assert [one and set(one) for one in configured] == [
            {thumbprint(leaf), thumbprint(other)},
            {thumbprint(leaf)},
            None,
        ]
        assert untold(evidence_of(known, seen, Settings(), outside.edge())) == ()

    async def test_where_clients_are_led_and_nothing_is(self, outside: Outside) -> None:
        outside.hosts["mail1.example.com"] = outside.hosts["edge1.example.com"] = Found((OWN,))
        del outside.hosts[HOST]
        known = await told_of((), organisation=self.organisation("A" * 40, "B" * 40))
        seen = await shown(known, outside.edge())
        assert [str(note) for note in seen.notes if HOST in str(note)] == [
            f"{HOST} has no address here: it was not asked."
        ]


class TestMailStore:
    async def test_its_ports_are_all_that_can_be_known(self, outside: Outside, leaf: Certificate) -> None:
        for port in (8460, 8462, 993):
            outside.present(leaf, port=port)
        known = await told_of((server("archive", HOST, "mailstore"), server("x", HOST, None)))
        seen = await shown_by_mailstore(known, outside.edge())
        assert {endpoint.port for endpoint, _ in outside.wishes} == {8460, 8462, 8463, 143, 993}
        (one,) = only_seen(known.assigned, seen.served)
        assert one.services == (
            "MailStore Client", "MailStore Web Access / Outlook Add-in (HTTPS)", "IMAP (TLS)",
        )  # fmt: skip
        nobody = await shown_by_mailstore(await told_of((WEB,), {WEB.reach: machine(leaf)}), outside.edge())
        assert nobody.served == ()

    async def test_a_line_of_its_that_was_given_another_port(self, outside: Outside, leaf: Certificate) -> None:
        outside.present(leaf, port=443)
        there = Server("archive", (Place(f"https://{HOST}", HOST, 443),), "mailstore")
        seen = await shown_by_mailstore(await told_of((there,)), outside.edge())
        (one,) = only_seen((), seen.served)
        assert ((one.server, one.services), seen.notes) == (("archive", ("MailStore",)), ())

    async def test_it_has_no_address_but_for_the_port_that_is_led_elsewhere(
        self, outside: Outside, leaf: Certificate
    ) -> None:
        del outside.hosts[HOST]
        outside.present(leaf, port=8462, address=OWN)
        known = await told_of((server("archive", HOST, "mailstore"),))
        detours = Detours(resolve=(Resolve(HOST, 8462, (OWN,)),))
        seen = await shown_by_mailstore(known, outside.edge(), detours)
        assert [one.place for one in seen.served] == [f"https://{HOST}:8462@{OWN}"]
        assert [str(note) for note in seen.notes] == [f"{HOST} has no address here: it was not asked."]

    async def test_a_detour_leads_to_a_server_without_a_name(self, outside: Outside, leaf: Certificate) -> None:
        outside.present(leaf, port=8443, address=OWN)
        there = Server("lab", (Place("https://lab.example.com:8443", "lab.example.com", 8443),))
        detours = Detours(resolve=(Resolve("lab.example.com", 8443, (OWN,)),))
        seen = await shown(await told_of((there,)), outside.edge(), detours)
        assert [one.place for one in seen.served] == [f"https://lab.example.com:8443@{OWN}"]


class TestLeast:
    async def test_configurations_targets_and_what_is_there(self, web: Any, outside: Outside, caseworld: Any) -> None:
        known = await web()

        async def found(*targets: str, ca: Any = "public") -> Any:
            besides = await of_targets(targets, outside.edge().resolver, Detours())
            return least(known, besides, NOTHING, Settings(), outside.edge(), ca=ca, sni=True, most_names=100)

        one = await found()
        (part,) = one.found.parts
        assert isinstance(part, Reuse)
        assert [it.server for it in one.today] == ["web"]
        more = await found("https://archive.corp.local:8462", "smtp.example.net:25", "imap.example.net")
        assert [type(it).__name__ for it in more.found.parts] == ["Order", "Order"]
        assert {name for it in more.found.parts for name in it.names} == {
            HOST, "archive.corp.local", "smtp.example.net", "imap.example.net",
        }  # fmt: skip
        (mine,) = (await found("https://archive.corp.local:8462", ca="own")).found.parts
        assert isinstance(mine, Order)

    async def test_a_mail_domain_needs_its_hosts_and_not_those_of_others(self) -> None:
        mx = Found((MxRecord(10, "mx.example.org"), MxRecord(20, "mx.elsewhere.example")))
        address = Found((ADDRESS,))
        names = ("mx.example.org", "mx.elsewhere.example", "mail.example.org", "autodiscover.example.org")
        resolver = FakeResolver(exchangers={"example.org": mx}, hosts=dict.fromkeys(names, address))
        for target in ("example.org", "user@example.org"):
            found = await of_targets((target,), resolver, Detours())
            assert {one.names for one in found.needs} == {
                ("mx.example.org",), ("mail.example.org",), ("autodiscover.example.org",),
            }  # fmt: skip
            (remark,) = map(str, found.remarks)
            assert remark.startswith("Mail for example.org goes to mx.elsewhere.example,")
