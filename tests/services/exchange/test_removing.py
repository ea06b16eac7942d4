"""Removing as Exchange allows it, and what comes first where it does not."""

from dataclasses import replace

import pytest
from tests.services.exchange_world import NOW, certificate, connector, organisation, send_connector, server

from mailtrust.core.formats.exchange.tls_certificate_name import name_of
from mailtrust.core.model.exchange import (
    AuthConfig,
    ClientAccessSettings,
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    ExchangeService,
    Hybrid,
    IisBinding,
)
from mailtrust.core.model.exchange_change import (
    ExchangeChange,
    PersonDoes,
    RemoveCertificate,
    SetConnectorCertificate,
    SwitchService,
)
from mailtrust.core.services.exchange.enabling.enable import Enable, enable
from mailtrust.core.services.exchange.removing.remove import Remove, remove

NEW, OLD = "A" * 40, "B" * 40


def old(*services: ExchangeService, name: str = "mail.example.com", issuer: str = "CN=R10") -> ExchangeCertificate:
    return certificate("B", name, services=services, issuer=issuer, days_old=80)


def new(*services: ExchangeService, name: str = "mail.example.com", issuer: str = "CN=R11") -> ExchangeCertificate:
    return certificate("A", name, services=services, issuer=issuer, days_old=1)


def removed(world: ExchangeOrganisation, *servers: str) -> ExchangeChange:
    return remove(world, Remove(servers or ("MAIL1",), OLD), NOW)


def known(*servers: ExchangeServer) -> ExchangeOrganisation:
    return replace(organisation(*servers), auth=AuthConfig("C" * 40))


def codes(change: ExchangeChange) -> list[str]:
    return [refusal.code for refusal in change.refusals]


def test_what_serves_nothing_is_removed() -> None:
    world = known(server(old(), new("SMTP"), internal_transport=NEW))
    change = removed(world)
    assert not change.refusals
    assert [step.act for step in change.steps] == [RemoveCertificate("MAIL1", OLD)]
    assert change.after.servers[0].certificates == (new("SMTP"),)
    assert "Export it before" in " ".join(map(str, change.remarks))
    # The cmdlet alone shows the octets, and keeps nothing.
    assert "[IO.File]::WriteAllBytes(" in " ".join(map(str, change.remarks))
    again = removed(change.after)
    assert (again.steps, again.after) == ((), change.after)
    assert "nothing is to be done" in str(again.remarks[0])


@pytest.mark.parametrize("service", ["IMAP", "POP", "IIS", "UM", "UMCallRouter"])
def test_what_is_assigned_stays_until_another_one_is_assigned(service: ExchangeService) -> None:
    world = known(server(old(service), new(), version="15.1.2507.6"))
    change = removed(world)
    assert [(one.code, one.service) for one in change.refusals] == [("certificate-assigned", service)]
    assert "services enable" in str(change.refusals[0].instead)
    assert (change.steps, change.after) == ((), world)
    moved = enable(world, Enable(("MAIL1",), NEW, (service,)), NOW).after
    assert not removed(moved).refusals


def test_the_last_one_with_smtp_stays() -> None:
    assert codes(removed(known(server(old("SMTP"), new())))) == ["certificate-assigned"]
    assert not codes(removed(known(server(old("SMTP"), new("SMTP")))))
    late = replace(new("SMTP"), not_after=NOW.replace(year=2025))
    assert codes(removed(known(server(old("SMTP"), late)))) == ["certificate-assigned"]


def test_a_connector_that_would_offer_no_starttls() -> None:
    other = new("SMTP", name="other.example.net")
    mail1 = server(old("SMTP"), other, receive_connectors=(connector(),))
    change = removed(known(mail1))
    assert codes(change) == ["certificate-assigned"]
    assert "STARTTLS" in str(change.refusals[0].why)
    silent = replace(mail1, receive_connectors=(connector(mechanisms=frozenset({"ExchangeServer"})),))
    assert not codes(removed(known(silent)))


def test_what_the_organisation_names() -> None:
    mail1 = server(old(), new("SMTP"), internal_transport=OLD)
    assert codes(removed(known(mail1))) == ["internal-transport-certificate"]
    mail1 = replace(mail1, internal_transport=NEW)
    for auth in (AuthConfig(OLD), AuthConfig(NEW, next=OLD)):
        assert codes(removed(replace(known(mail1), auth=auth))) == ["auth-certificate"]
    former = removed(replace(known(mail1), auth=AuthConfig(NEW, previous=OLD)))
    assert not former.refusals
    assert "ClearPrevious" in " ".join(map(str, former.remarks))
    assert codes(removed(replace(known(mail1), federation=(OLD,)))) == ["federation-certificate"]
    assert codes(removed(known(server(old("Federation"), new("SMTP"))))) == ["federation-certificate"]


def test_what_its_name_tells() -> None:
    wmsvc = old(name="WMSvc-MAIL1", issuer="")
    assert codes(removed(known(server(wmsvc, new("SMTP"))))) == ["wmsvc-certificate"]
    auth = old(name="Microsoft Exchange Server Auth Certificate", issuer="")
    assert codes(removed(organisation(server(auth, new("SMTP"))))) == ["auth-certificate"]
    assert not codes(removed(known(server(auth, new("SMTP")))))


def test_bound_sites() -> None:
    bindings = (IisBinding("Default Web Site", 443, OLD), IisBinding("Exchange Back End", 444, OLD))
    change = removed(known(server(old("IIS"), new("SMTP"), bindings=bindings)))
    assert codes(change) == ["certificate-assigned"] * 2
    assert "444" in str(change.refusals[1].instead)
    elsewhere = (IisBinding("Intranet", 443, OLD),)
    assert codes(removed(known(server(old(), new("SMTP"), bindings=elsewhere)))) == ["certificate-assigned"]


def test_a_wildcard_that_is_found_by_name_stays() -> None:
    wild = old(name="*.example.com")
    imap = (ClientAccessSettings("IMAP", "mail.example.com"),)
    mail1 = server(wild, new("SMTP"), client_access=imap)
    assert codes(removed(known(mail1))) == ["certificate-assigned"]
    assert not codes(removed(known(server(wild, new("SMTP", "IMAP"), client_access=imap))))


def test_what_the_wildcard_serves_now_can_go() -> None:
    wild = replace(new("SMTP"), domains=("*.example.com",), subject="CN=*.example.com")
    mail1 = server(old("IMAP"), wild, client_access=(ClientAccessSettings("IMAP", "mail.example.com"),))
    assert not codes(removed(known(mail1)))


def test_a_renewed_twin_is_let_go_in_the_documented_order() -> None:
    pair = str(name_of(old()))
    twin = new("SMTP", issuer="CN=R10")
    mail1 = server(old("SMTP"), twin)
    mail2 = replace(mail1, name="MAIL2", fqdn="mail2.corp.example")
    both = replace(send_connector(tls=pair), source_servers=("MAIL1", "MAIL2"))
    world = replace(known(mail1, mail2), send_connectors=(both,))
    change = removed(world)
    assert codes(change) == ["connector-tagged"]
    assert not change.steps
    first = [step.act for step in change.refusals[0].first]
    assert first == [
        SwitchService("MAIL1", "MSExchangeTransport", running=False),
        SwitchService("MAIL2", "MSExchangeTransport", running=False),
        SetConnectorCertificate("send", "Outbound", ""),
        PersonDoes("repadmin /syncall /AdeP"),
        RemoveCertificate("MAIL1", OLD),
        RemoveCertificate("MAIL2", OLD),
        SetConnectorCertificate("send", "Outbound", pair),
        SwitchService("MAIL1", "MSExchangeTransport", running=True),
        SwitchService("MAIL2", "MSExchangeTransport", running=True),
    ]
    # Without a twin on every server the connector must be given another certificate.
    alone = removed(replace(world, servers=(mail1, replace(mail2, certificates=(old("SMTP"), new("SMTP"))))))
    assert codes(alone) == ["connector-tagged"]
    assert not alone.refusals[0].first
    assert "not on MAIL2" in str(alone.refusals[0].instead)


def with_twins(*servers: ExchangeServer) -> ExchangeOrganisation:
    names = tuple(one.name for one in servers)
    return replace(
        known(*servers), send_connectors=(replace(send_connector(tls=str(name_of(old()))), source_servers=names),)
    )


def test_a_renewed_twin_is_let_go_at_once_where_mail_may_wait() -> None:
    mail1 = server(old("SMTP"), new("SMTP", issuer="CN=R10"))
    mail2 = replace(mail1, name="MAIL2", fqdn="mail2.corp.example")
    # It lies on a server too from which the connector does not send.
    mail3 = replace(mail1, name="MAIL3", fqdn="mail3.corp.example")
    world = with_twins(mail1, mail2)
    world = replace(world, servers=(*world.servers, mail3))
    wish = Remove(("MAIL1", "MAIL3"), OLD, stop_transport=True)
    change = remove(world, wish, NOW)
    assert not change.refusals
    assert [step.act for step in change.steps if isinstance(step.act, RemoveCertificate)] == [
        RemoveCertificate(name, OLD) for name in ("MAIL1", "MAIL2", "MAIL3")
    ]
    passing = [type(step.act).__name__ for step in change.steps if step.passing]
    assert passing == ["SwitchService", "SwitchService", "SetConnectorCertificate"]
    assert not any(one.certificate(OLD) for one in change.after.servers)
    assert "Export it before" in " ".join(map(str, change.remarks))
    again = remove(change.after, wish, NOW)
    assert (again.steps, again.refusals, again.after) == ((), (), change.after)


def test_a_server_that_still_needs_it_keeps_it_everywhere() -> None:
    mail1 = server(old("SMTP"), new("SMTP", issuer="CN=R10"))
    bound = (IisBinding("Default Web Site", 443, OLD),)
    for needs in ({"bindings": bound}, {"internal_transport": OLD}):
        change = remove(
            with_twins(mail1, replace(mail1, name="MAIL2", fqdn="mail2.corp.example", **needs)),
            Remove(("MAIL1",), OLD, stop_transport=True),
            NOW,
        )
        assert (change.steps, codes(change)) == ((), ["connector-tagged"])
        assert "MAIL2 still need it" in str(change.refusals[0].instead)
        assert not change.refusals[0].first


def test_no_script_keeps_the_order_where_a_server_answers_only_itself() -> None:
    mail1 = server(old("SMTP"), new("SMTP", issuer="CN=R10"))
    edge = replace(mail1, name="EDGE1", fqdn="edge1.example.com", edge=True)
    change = remove(with_twins(mail1, edge), Remove(("MAIL1",), OLD, stop_transport=True), NOW)
    assert (change.steps, codes(change)) == ((), ["connector-tagged"])
    assert "--stop-transport" not in str(change.refusals[0].instead)
    assert change.refusals[0].first


def test_a_receive_connector_that_names_it() -> None:
    tagged = (connector(tls=str(name_of(old()))),)
    assert codes(removed(known(server(old("SMTP"), new("SMTP"), receive_connectors=tagged)))) == ["connector-tagged"]
    twin = new("SMTP", issuer="CN=R10")
    assert not codes(removed(known(server(old("SMTP"), twin, receive_connectors=tagged))))


def test_what_the_export_does_not_say() -> None:
    unsaid = replace(old(), services=None)
    assert "Get-ExchangeCertificate" in str(removed(known(server(unsaid, new("SMTP")))).refusals[0].instead)
    world = replace(known(server(old(), new("SMTP"))), send_connectors=None, hybrid=Hybrid(str(name_of(old()))))
    remarks = " ".join(map(str, removed(world).remarks))
    assert "tagged" in remarks
    assert "Hybrid Configuration Wizard" in remarks
    assert codes(removed(world, "MAIL9")) == ["server-unknown"]


def test_a_request_can_be_dropped() -> None:
    pending = replace(old(), status="PendingRequest")
    change = removed(known(server(pending, new("SMTP"), internal_transport=NEW)))
    assert "request" in str(change.remarks[0])
    assert change.steps
