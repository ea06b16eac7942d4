"""What certificates are needed for, which of those that are there can be used again, and how the answer is told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.configured.conftest import issued as issued_certificates
from tests.services.exchange_world import NOW, certificate, connector
from tests.services.world.making import Exported
from tests.services.world.twelve import TWELVE

from mailtrust.core.model.assignment import Assigned
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import ConfiguredCertificate, Listening
from mailtrust.core.model.exchange import (
    ClientAccessSettings,
    ExchangeOrganisation,
    ExchangeServer,
    SendConnector,
    VirtualDirectory,
)
from mailtrust.core.model.kept import Holdings, KeptCertificate
from mailtrust.core.model.settings import Place, Server, Threshold
from mailtrust.core.services.candidates import candidates_of
from mailtrust.core.services.least_set import Ca, Candidate, Order, least_set
from mailtrust.core.services.least_words import (
    Least,
    commands_for,
    remarks_on,
    request_in_exchange,
    why_several,
)
from mailtrust.core.services.needs import Need, of_configuration, of_exchange, of_others
from mailtrust.lab.pki import Issued

issued = issued_certificates

WARN = Threshold(days=30)
NAMES = "autodiscover.example.com imap.example.com mail.example.com out.example.com smtp.example.com"
ENABLE = "mailtrust services enable --export exchange.json"
MAIL = ExchangeServer(
    "MAIL1",
    "mail1.corp.local",
    "15.2.1544.4",
    certificates=(
        certificate("A", "mail.example.com", services=("SMTP", "IIS"), lasts=300),
        certificate("C", "MAIL1", "mail1.corp.local", services=("SMTP",), issuer=""),
    ),
    receive_connectors=(connector("mail1.corp.local"), connector("smtp.example.com", name="Client Frontend MAIL1")),
    client_access=(
        ClientAccessSettings("IMAP", "imap.example.com", ("imap.example.com:993:SSL",), running=True),
        ClientAccessSettings("POP", "pop.example.com", ("pop.example.com:995:SSL",), running=False),
    ),
    directories=(
        VirtualDirectory(
            "EWS", "front", ("https://mail.example.com/EWS/Exchange.asmx", "https://MAIL1.corp.local/EWS")
        ),
        VirtualDirectory("EWS", "back", ("https://back.example.com:444/EWS",)),
    ),
)
HOUSE = ExchangeOrganisation(
    (MAIL,),
    send_connectors=(SendConnector("Out", "out.example.com", ("mail1.corp.local",)),),
    accepted_domains=("example.com", "corp.local", "house.onmicrosoft.com"),
)


def test_the_names_by_which_clients_come_to_exchange() -> None:
    found = of_exchange(HOUSE)
    assert [(one.service, one.names) for one in found.needs] == [
        ("IIS", ("mail.example.com", "mail1.corp.local", "autodiscover.example.com")),
        ("IMAP", ("imap.example.com",)),
        ("SMTP", ("smtp.example.com",)),
        ("SMTP", ("out.example.com",)),
    ]
    (remark,) = map(str, found.remarks)
    assert "SMTP under mail1.corp.local: the self-signed certificates" in remark


def test_without_urls_the_names_of_the_present_certificate_are_taken() -> None:
    silent = replace(HOUSE, servers=(replace(MAIL, directories=None, certificates=MAIL.certificates[:1]),))
    found = of_exchange(silent)
    assert found.needs[0].names == ("mail.example.com", "autodiscover.example.com")
    assert any(
        "New-ExchangeCertificate -Server MAIL1 -DomainName mail1.corp.local" in str(one) for one in found.remarks
    )
    nothing = replace(HOUSE, servers=(replace(MAIL, directories=None, certificates=()),))
    assert any("neither URLs nor a certificate" in str(one) for one in of_exchange(nothing).remarks)


def place(service: str, *names: str, port: int = 443, default: bool = False) -> ConfiguredCertificate:
    listens = (Listening(port),)
    return ConfiguredCertificate(
        "nginx", service, "/n.conf", 1, "/c", "/k", listens=listens, names=names, is_default=default
    )


def test_the_names_of_a_configuration(issued: dict[str, Issued]) -> None:
    server = Server("web", (Place("https://webmail.example.com", "webmail.example.com", 443),), "nginx", "local")
    leaf = issued["old"].certificate
    found = of_configuration(
        server,
        "nginx",
        [
            (place("one", "mail.example.com", "~^x$", "_", ".example.org", default=True), leaf),
            (place("one", "mail.example.com"), leaf),
            (place("two", port=8443), leaf),
        ],
    )
    assert [(one.service, one.names, one.sockets) for one in found.needs] == [
        ("one", ("mail.example.com", "example.org", "*.example.org", "webmail.example.com"), {("web", 443)}),
        ("two", ("webmail.example.com",), {("web", 8443)}),
    ]
    nameless = of_configuration(Server("web", ()), "nginx", [(place("one"), None)])
    assert (nameless.needs, len(nameless.remarks)) == ((), 1)
    assert of_configuration(Server("web", ()), "nginx", [(place("one"), leaf)]).needs[0].names == ("mail.example.com",)
    assert of_others(server).needs == (Need("web", "nginx", "", ("webmail.example.com",)),)


def public(_: Certificate) -> Ca:
    return "public"


def test_what_can_be_used_again(issued: dict[str, Issued]) -> None:
    it = issued["rsa"].certificate
    now = it.not_before + timedelta(days=1)
    fresh = certificate("A", "mail.example.com", lasts=300)
    rest = (
        certificate("B", "b.example.com", lasts=25),  # ends soon
        certificate("C", "c.example.com", lasts=300, issuer=""),  # nobody knows it
        certificate("D", "d.example.com", lasts=300, key=False),
        certificate("E", "e.example.com", days_old=None),  # the export does not say its end
    )
    here = replace(MAIL, certificates=(replace(fresh, root_ca_type="ThirdParty"), *rest))
    there = replace(MAIL, name="MAIL2", certificates=(replace(fresh, root_ca_type="ThirdParty", exportable=False),))
    kept = Holdings(
        certificates=(KeptCertificate(it, (), True, now), KeptCertificate(issued["old"].certificate, (), False, now))
    )
    found = candidates_of(
        ExchangeOrganisation((here, there)),
        (),
        kept,
        ca_of=public,
        warn=WARN,
        now=max(now, NOW),
    )
    assert {one.thumbprint[:4]: (one.ca, one.servers) for one in found} == {
        "AAAA": ("public", {"MAIL1", "MAIL2"}),
        found[-1].thumbprint[:4]: ("public", None),
    }
    # Of an enterprise's own CA.
    mine = replace(MAIL, certificates=(replace(fresh, root_ca_type="Enterprise", exportable=True),))
    (one,) = candidates_of(ExchangeOrganisation((mine,)), (), Holdings(), ca_of=public, warn=WARN, now=NOW)
    assert (one.ca, one.servers) == ("own", None)


def test_the_words_of_one_that_serves_all() -> None:
    needs = of_exchange(HOUSE).needs
    found = least_set(needs)
    (order,) = found.parts
    assert isinstance(order, Order)
    assert why_several(found) == ()
    assert commands_for(order, ()) == (
        f"mailtrust cert request {NAMES} --new-key rsa-2048 --out autodiscover.example.com",
        "mailtrust cert accept ANSWER autodiscover.example.com.key --for pfx --out autodiscover.example.com",
        f"{ENABLE} --certificate autodiscover.example.com.pfx --services IIS,IMAP,SMTP --server MAIL1",
    )
    asked = request_in_exchange(order)
    assert "-DomainName 'autodiscover.example.com','imap.example.com'," in asked
    assert asked.split("\n")[-1].startswith("Import-ExchangeCertificate -Server 'MAIL1' ")
    (remark,) = remarks_on(Least(found, (), (), ()))
    assert "IIS on MAIL1 is also called mail1.corp.local" in str(remark)


def test_the_words_of_several() -> None:
    needs = (*of_exchange(HOUSE).needs, Need("archive", "mailstore", "IMAP", ("archive.corp.local",)))
    found = least_set(needs, most_names=3)
    reasons = [str(one) for one in why_several(found)]
    assert "No public CA certifies archive.corp.local" in reasons[0]
    assert "5 names are more than a CA takes into one certificate (3)." in reasons[1]
    (own,) = (part for part in found.parts if part.ca == "own")
    assert isinstance(own, Order)
    assert request_in_exchange(own) == ""
    assert commands_for(own, ())[1] == "mailtrust ca issue archive.corp.local.csr --out archive.corp.local"


def test_a_wildcard_that_is_there_is_found_by_name() -> None:
    wild = Candidate("B" * 40, ("*.example.com",), "public", None)
    needs = of_exchange(HOUSE).needs
    found = least_set(needs, [wild])
    told = Assigned("MAIL1", "exchange", "B" * 40, ("IIS",), "CN=*.example.com", ("*.example.com",))
    (part,) = found.parts
    assert commands_for(part, (told,)) == (f"{ENABLE} --thumbprint {'B' * 40} --services IMAP,SMTP --server MAIL1",)
    assert any("X509CertificateName" in str(one) for one in remarks_on(Least(found, (), (told,), ())))
    done = replace(told, services=("IIS", "IMAP", "SMTP"))
    assert commands_for(part, (done,)) == ()


@pytest.mark.parametrize("make", TWELVE, ids=lambda make: make.__name__)
def test_every_organisation_of_the_world_has_an_answer(make: Callable[[], Exported]) -> None:
    it = make()
    for organisation in (it.broken, it.mended):
        needs = of_exchange(organisation).needs
        found = least_set(needs, candidates_of(organisation, (), Holdings(), ca_of=public, warn=WARN, now=NOW))
        assert found.proven
        assert {one for part in found.parts for one in part.needs} == set(needs)
        assert all(commands_for(part, ()) for part in found.orders)
