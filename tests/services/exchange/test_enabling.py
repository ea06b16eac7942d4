"""Assigning by Exchange's own rules, one after the other."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import pytest
from tests.services.exchange_world import NOW, certificate, connector, organisation, send_connector, server

from mailtrust.core.formats.exchange.tls_certificate_name import name_of
from mailtrust.core.model.assignment import Balancer
from mailtrust.core.model.exchange import (
    CertificateStatus,
    ClientAccessSettings,
    EdgeSubscription,
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    ExchangeService,
    Hybrid,
    IisBinding,
    NotRead,
    StartupMode,
    UmSettings,
    VirtualDirectory,
)
from mailtrust.core.model.exchange_change import (
    BindSite,
    EnableCertificate,
    ExchangeAct,
    ExchangeChange,
    PersonDoes,
    RestartServices,
    SetClientAccessName,
    SetConnectorCertificate,
)
from mailtrust.core.services.exchange.enabling.default_smtp import Answer
from mailtrust.core.services.exchange.enabling.enable import Enable, enable
from mailtrust.core.services.exchange.versions import has_unified_messaging, release, windows_services

NEW, OLD, DEFAULT = "A" * 40, "B" * 40, "D" * 40
ALL: tuple[ExchangeService, ...] = ("POP", "IMAP", "IIS", "SMTP")


def new(*names: str, **more: Any) -> ExchangeCertificate:
    made = certificate("A", *(names or ("mail.example.com", "autodiscover.example.com")), services=(), days_old=1)
    return replace(made, **more)


def old(*names: str, services: tuple[ExchangeService, ...] = ALL) -> ExchangeCertificate:
    return certificate("B", *(names or ("mail.example.com",)), services=services, days_old=80)


def default(services: tuple[ExchangeService, ...] = ("SMTP",)) -> ExchangeCertificate:
    made = certificate("D", "MAIL1", "mail1.corp.example", services=services, issuer="", lasts=1800)
    return replace(made, friendly_name="Microsoft Exchange", root_ca_type="Registry")


def settings(service: Literal["IMAP", "POP"], *, running: bool = True, name: str = "MAIL1") -> ClientAccessSettings:
    port = 993 if service == "IMAP" else 995
    return ClientAccessSettings(service, name, (f"mail.example.com:{port}:SSL",), running)


def enabled(
    world: ExchangeOrganisation,
    *services: ExchangeService | Literal["None"],
    servers: tuple[str, ...] = ("MAIL1",),
    answer: Answer = "advised",
    balancer: Balancer = "none",
) -> ExchangeChange:
    return enable(world, Enable(servers, NEW, services or ALL, answer, balancer), NOW)


def acts(change: ExchangeChange) -> tuple[ExchangeAct, ...]:
    return tuple(step.act for step in change.steps)


def codes(change: ExchangeChange) -> list[str]:
    return [refusal.code for refusal in change.refusals]


def said(change: ExchangeChange) -> str:
    return " ".join(map(str, change.remarks))


def test_all_four_services_move_and_smtp_stays_on_both() -> None:
    mail1 = server(
        new(), old(), default(), internal_transport=DEFAULT, client_access=(settings("IMAP"), settings("POP"))
    )
    change = enabled(organisation(mail1))
    assert not change.refusals
    enabling, *others = acts(change)
    assert enabling == EnableCertificate(
        "MAIL1", NEW, ("IMAP", "POP", "IIS", "SMTP"), overwrite_default_smtp=False, default_smtp=DEFAULT
    )
    assert change.steps[0].undo == (EnableCertificate("MAIL1", OLD, ("IMAP", "POP", "IIS")),)
    assert SetClientAccessName("MAIL1", "IMAP", "mail.example.com") in others
    assert SetClientAccessName("MAIL1", "POP", "mail.example.com") in others
    # Every restart comes after the last change.
    kinds = [isinstance(one, RestartServices) for one in acts(change)]
    assert kinds == sorted(kinds)
    after = change.after.servers[0]
    served = {one.thumbprint: one.services for one in after.certificates}
    assert served == {NEW: {"POP", "IMAP", "IIS", "SMTP"}, OLD: {"SMTP"}, DEFAULT: {"SMTP"}}
    assert after.internal_transport == DEFAULT
    again = enabled(change.after)
    assert (again.steps, again.refusals, again.remarks, again.after) == ((), (), (), change.after)


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        ("DateInvalid", "renewed"),
        ("Invalid", "another one must be issued"),
        ("PendingRequest", "Import-ExchangeCertificate"),
        ("RevocationCheckFailure", "netsh winhttp"),
        ("Revoked", "new key"),
        ("Unknown", "certutil"),
        ("Untrusted", "LocalMachine\\CA"),
    ],
)
def test_only_a_valid_one_is_assigned(status: CertificateStatus, hint: str) -> None:
    world = organisation(server(new(status=status), old()))
    change = enabled(world)
    assert codes(change) == ["service-certificate-not-valid"]
    assert hint in str(change.refusals[0].instead)
    assert (change.steps, change.after) == ((), world)


def test_an_export_may_be_older_than_the_certificate_lasts() -> None:
    late = certificate("A", "mail.example.com", services=(), days_old=100, lasts=90)
    assert codes(enabled(organisation(server(late)))) == ["service-certificate-not-valid"]
    early = certificate("A", "mail.example.com", services=(), days_old=-5)
    assert "Wait" in str(enabled(organisation(server(early))).refusals[0].instead)


def test_a_certificate_that_names_no_host_serves_nobody() -> None:
    auth = replace(new(), domains=(), subject="CN=Microsoft Exchange Server Auth Certificate")
    assert codes(enabled(organisation(server(auth, old())))) == ["auth-certificate"]
    # Made by hand it has the domain of the server.
    assert codes(enabled(organisation(server(replace(auth, domains=("example.com",)), old())))) == ["auth-certificate"]
    federation = replace(new(), domains=(), subject="CN=Federation")
    assert codes(enabled(organisation(server(federation, old())))) == ["certificate-nameless"]
    short = replace(new(), domains=("mail1",), subject="CN=mail1")
    assert not codes(enabled(organisation(server(short, old()))))


def test_a_certificate_without_its_key_serves_nobody() -> None:
    change = enabled(organisation(server(new(has_private_key=False))))
    assert "repairstore" in str(change.refusals[0].instead)


def test_a_certificate_that_is_elsewhere_is_fetched_from_there() -> None:
    mail2 = replace(server(new()), name="MAIL2", fqdn="mail2.corp.example")
    change = enabled(organisation(server(old()), mail2))
    assert codes(change) == ["certificate-absent"]
    assert "Export-ExchangeCertificate -Server MAIL2" in str(change.refusals[0].instead)
    locked = replace(mail2, certificates=(new(exportable=False),))
    assert "cannot be exported" in str(enabled(organisation(server(old()), locked)).refusals[0].instead)
    assert "--certificate" in str(enabled(organisation(server(old()))).refusals[0].instead)


def test_certificates_that_could_not_be_read() -> None:
    world = replace(
        organisation(server()), not_read=(NotRead("mail1", "Get-ExchangeCertificate", "Access is denied."),)
    )
    change = enabled(world)
    assert codes(change) == ["certificate-absent"]
    assert "Access is denied." in str(change.refusals[0].why)


def test_a_server_that_nobody_exported() -> None:
    change = enabled(organisation(server(new())), servers=("MAIL1", "MAIL9"))
    assert codes(change) == ["server-unknown"]
    assert "MAIL1" in str(change.refusals[0].why)
    assert change.steps


@pytest.mark.parametrize("service", ["IMAP", "POP"])
def test_a_wildcard_is_found_by_name(service: Literal["IMAP", "POP"]) -> None:
    mail1 = server(new("*.example.com"), old(), client_access=(settings(service),))
    change = enabled(organisation(mail1), service)
    assert not change.refusals
    named, restart = acts(change)
    assert named == SetClientAccessName("MAIL1", service, "mail.example.com")
    assert change.steps[0].undo == (SetClientAccessName("MAIL1", service, "MAIL1"),)
    assert isinstance(restart, RestartServices)
    assert restart.names == windows_services(mail1, service)
    assert len(restart.names) == 2
    assert not enabled(change.after, service).steps


def test_a_wildcard_that_covers_no_name_of_the_users() -> None:
    mail1 = server(new("*.example.net"), old(), client_access=(settings("IMAP"),))
    change = enabled(organisation(mail1), "IMAP", "IIS")
    assert codes(change) == ["service-wildcard"]
    assert "Set-ImapSettings -Server MAIL1 -ExternalConnectionSettings 'mail.example.net:993:SSL'" in str(
        change.refusals[0].instead
    )
    assert [one.services for one in acts(change) if isinstance(one, EnableCertificate)] == [("IIS",)]
    unsaid = enabled(organisation(server(new("*.example.com"))), "POP")
    assert codes(unsaid) == ["service-wildcard"]
    assert not unsaid.steps


def test_what_does_not_run_is_not_started() -> None:
    mail1 = server(new(), client_access=(settings("IMAP", running=False),))
    assert not [one for one in acts(enabled(organisation(mail1), "IMAP")) if isinstance(one, RestartServices)]


def test_users_who_will_be_warned_are_named() -> None:
    mail1 = server(new("owa.example.com"), client_access=(settings("IMAP"),))
    change = enabled(organisation(mail1), "IMAP")
    assert "mail.example.com" in said(change)
    assert SetClientAccessName("MAIL1", "IMAP", "owa.example.com") in acts(change)


def test_who_comes_to_iis_by_another_name_or_meets_a_self_signed_one_will_be_warned() -> None:
    urls = (VirtualDirectory("OWA", "front", ("https://owa.example.com/owa",), "None"),)
    mail1 = server(new(), default(("SMTP",)), directories=urls)
    change = enabled(organisation(mail1), "IIS")
    assert "as owa.example.com will be warned" in said(change)
    assert "self-signed" not in said(change)
    own = enable(organisation(mail1), Enable(("MAIL1",), DEFAULT, ("IIS",)), NOW)
    assert "self-signed: every client warns" in said(own)


def test_a_date_that_is_wrong_may_be_another_certificates() -> None:
    def instead(**more: object) -> str:
        change = enabled(organisation(server(new(status="DateInvalid", **more))))
        return str(change.refusals[0].instead)

    assert "a certificate of its chain has ended" in instead()
    assert "chain" not in instead(not_after=NOW - timedelta(days=1))


def smtp_act(change: ExchangeChange) -> EnableCertificate:
    (act,) = (one for one in acts(change) if isinstance(one, EnableCertificate))
    return act


def test_the_default_smtp_certificate_stays_as_microsoft_advises() -> None:
    change = enabled(organisation(server(new(), default(), internal_transport=DEFAULT)), "SMTP")
    assert not smtp_act(change).overwrite_default_smtp
    assert smtp_act(change).default_smtp == DEFAULT
    assert "is No" in said(change)
    assert isinstance(change.steps[0].undo, type(change.steps[0].say))


@pytest.mark.parametrize(
    "mail1",
    [
        server(new(), default(), internal_transport=""),
        server(new(), old(), internal_transport=DEFAULT),
        server(new(), replace(default(), not_after=NOW.replace(year=2025)), internal_transport=DEFAULT),
    ],
    ids=["none", "not-in-store", "expired"],
)
def test_yes_is_right_where_servers_have_no_tls_among_themselves(mail1: ExchangeServer) -> None:
    world = organisation(mail1)
    change = enabled(world, "SMTP")
    assert smtp_act(change).overwrite_default_smtp
    assert "New-ExchangeCertificate" in said(change)
    assert change.after.servers[0].internal_transport == NEW
    assert not enabled(change.after, "SMTP").steps
    refusing = enabled(world, "SMTP", answer="no")
    # Where there is none, none can be kept.
    assert smtp_act(refusing).overwrite_default_smtp == (world.servers[0].internal_transport == "")
    assert "default SMTP certificate" in said(refusing)


def test_yes_can_be_wished() -> None:
    change = enabled(organisation(server(new(), default(), internal_transport=DEFAULT)), "SMTP", answer="yes")
    assert smtp_act(change).overwrite_default_smtp
    assert "Typically that is not needed" in said(change)
    assert change.steps[0].undo == (EnableCertificate("MAIL1", DEFAULT, ("SMTP",), overwrite_default_smtp=True),)


@pytest.mark.parametrize(
    ("version", "mode", "code"),
    [
        ("15.1.2507.6", "TCP", "service-um-startup-mode"),
        ("15.1.2507.6", "TLS", ""),
        ("15.0.1497.2", "Dual", ""),
        ("14.3.123.4", "TCP", "service-um-startup-mode"),
        ("15.2.1544.4", "Dual", "service-absent"),
        ("15.2.2562.17", "Dual", "service-absent"),
    ],
)
def test_unified_messaging(version: str, mode: StartupMode, code: str) -> None:
    mail1 = server(new(), version=version, um=(UmSettings("UM", mode),))
    change = enabled(organisation(mail1), "UM")
    assert codes(change) == ([code] if code else [])
    if code == "service-um-startup-mode":
        assert "-UMStartupMode Dual" in str(change.refusals[0].instead)
    assert bool(change.steps) == (not code)


def test_unified_messaging_where_the_role_lacks_or_nobody_says() -> None:
    lacks = server(new(), version="15.1.2507.6", um=(UmSettings("UM", "TLS"),))
    assert codes(enabled(organisation(lacks), "UMCallRouter")) == ["service-absent"]
    unsaid = enabled(organisation(server(new(), version="15.1.2507.6")), "UM")
    assert "TCP" in said(unsaid)
    assert unsaid.steps
    assert codes(enabled(organisation(server(new(), version="14.3.1")), "UMCallRouter")) == ["service-absent"]


def test_a_startup_mode_that_nobody_says_stops_no_other_service() -> None:
    mail1 = server(new(), old(services=("UM",)), version="15.1.2507.6", um=(UmSettings("UMCallRouter", "TLS"),))
    for um in ((), (UmSettings("UM", ""), UmSettings("UMCallRouter", ""))):
        change = enabled(organisation(replace(mail1, um=um)), "UM", "IIS", "SMTP", "UMCallRouter")
        calls = [one for one in change.steps if isinstance(one.act, EnableCertificate)]
        assert [one.act.services for one in calls if isinstance(one.act, EnableCertificate)] == [
            ("IIS", "SMTP"), ("UM",), ("UMCallRouter",),
        ]  # fmt: skip
        assert [one.may_be_refused for one in calls] == [False, True, True]
        assert calls[1].undo == (EnableCertificate("MAIL1", OLD, ("UM",)),)
        assert "TCP" in said(change)
    known = enabled(organisation(replace(mail1, um=(UmSettings("UM", "TLS"),))), "UM", "IIS")
    assert [one.services for one in acts(known) if isinstance(one, EnableCertificate)] == [("UM", "IIS")]


def test_words_that_are_no_services_to_be_assigned() -> None:
    world = organisation(server(new()))
    change = enabled(world, "None", "Federation")
    assert codes(change) == ["services-only-added", "service-federation"]
    assert "Set-FederationTrust" in str(change.refusals[1].instead)
    assert (change.steps, change.after) == ((), world)


def test_iis_keeps_the_back_end_and_takes_other_bindings_along() -> None:
    bindings = (
        IisBinding("Default Web Site", 443, OLD),
        IisBinding("Default Web Site", 8443, OLD, host="mail.example.com"),
        IisBinding("Default Web Site", 8444, OLD, host="other.example.net"),
        IisBinding("Exchange Back End", 444, DEFAULT),
    )
    mail1 = server(new(), old(), default(("IIS", "SMTP")), bindings=bindings)
    change = enabled(organisation(mail1), "IIS")
    assert BindSite("MAIL1", "Default Web Site", 8443, NEW, "mail.example.com") in acts(change)
    after = change.after.servers[0]
    assert [one.thumbprint for one in after.bindings or ()] == [NEW, NEW, OLD, DEFAULT]
    assert "IIS" in next(one.services or () for one in after.certificates if one.thumbprint == DEFAULT)
    assert not enabled(change.after, "IIS").steps
    assert "Require SSL" in said(change)


def test_the_back_ends_certificate_does_not_pass_for_the_fronts() -> None:
    bindings = (IisBinding("Default Web Site", 443, OLD), IisBinding("Exchange Back End", 444, NEW))
    mail1 = server(new(services=frozenset({"IIS"})), old(), bindings=bindings)
    assert smtp_act(enabled(organisation(mail1), "IIS")).services == ("IIS",)


def protected(value: Literal["None", "Allow", "Require"]) -> tuple[VirtualDirectory, ...]:
    return (VirtualDirectory("MAPI", "front", (), value),)


def test_a_bridging_balancer_changes_together_with_exchange() -> None:
    mail1 = server(new(), old(), directories=protected("Require"))
    world = replace(organisation(mail1), hybrid=Hybrid(agent_targets=("https://mail1/",)))
    change = enabled(world, "IIS", balancer="bridging")
    off, enabling, swap, on = acts(change)
    assert isinstance(off, PersonDoes)
    assert "-DisableExtendedProtection -ExchangeServerNames MAIL1" in off.command
    assert isinstance(enabling, EnableCertificate)
    assert swap == PersonDoes()
    assert isinstance(on, PersonDoes)
    assert on.command.endswith("-ExcludeVirtualDirectories EWSFrontEnd")
    assert not enabled(change.after, "IIS", balancer="bridging").steps
    unprotected = organisation(server(new(), old(), directories=protected("None")))
    assert len(acts(enabled(unprotected, "IIS", balancer="bridging"))) == 2


def test_other_balancers() -> None:
    world = organisation(server(new(), old(), directories=protected("Require")))
    layer_4 = enabled(world, "IIS", balancer="layer-4")
    assert acts(layer_4)[-1] == RestartServices("MAIL1", ("W3SVC",))
    assert "does not support" in said(enabled(world, "IIS", balancer="offloading"))
    assert "--balancer" in said(enabled(world, "IIS", balancer="unknown"))
    assert "iisreset" in said(enabled(world, "IIS", balancer="none"))


def test_connectors_follow_only_when_issuer_or_subject_differ() -> None:
    former, renewed = str(name_of(old())), str(name_of(new()))
    assert former == renewed
    other = replace(old(), issuer="CN=Another CA")
    pair = str(name_of(other))
    mail1 = server(new(), other, receive_connectors=(connector(tls=pair), connector(name="Plain")))
    world = organisation(mail1, sends=(send_connector(tls=pair), send_connector(name="Untagged")))
    change = enabled(replace(world, hybrid=Hybrid(pair), accepted_domains=("example.com",)), "SMTP")
    receive, send, hybrid = change.steps[1:4]
    assert receive.act == SetConnectorCertificate("receive", "MAIL1\\Default Frontend MAIL1", renewed, NEW)
    assert receive.undo == (SetConnectorCertificate("receive", "MAIL1\\Default Frontend MAIL1", pair),)
    assert "Hygiene Management" in receive.needs
    assert send.act == SetConnectorCertificate("send", "Outbound", renewed, NEW)
    assert send.needs == ("Organization Management",)
    assert "Hybrid Configuration Wizard" in str(hybrid.say)
    assert not enabled(change.after, "SMTP").steps
    same = organisation(server(new(), old(), receive_connectors=(connector(tls=former),)))
    assert not [one for one in acts(enabled(same, "SMTP")) if isinstance(one, SetConnectorCertificate)]


def test_a_send_connector_waits_for_all_its_servers() -> None:
    other = replace(old(), issuer="CN=Another CA")
    pair = str(name_of(other))
    both = replace(send_connector(tls=pair), source_servers=("MAIL1", "MAIL2"))
    mail2 = replace(server(new(), other), name="MAIL2", fqdn="mail2.corp.example")
    world = organisation(server(new(), other), mail2, sends=(both,))
    alone = enabled(world, "SMTP")
    assert "MAIL2" in said(alone)
    assert not [one for one in acts(alone) if isinstance(one, SetConnectorCertificate)]
    together = enabled(world, "SMTP", servers=("MAIL1", "MAIL2"))
    assert [one.identity for one in acts(together) if isinstance(one, SetConnectorCertificate)] == ["Outbound"]
    assert [one.server for one in acts(together) if isinstance(one, EnableCertificate)] == ["MAIL1", "MAIL2"]


def test_what_the_export_does_not_say_of_send_connectors() -> None:
    world = replace(organisation(server(new(), old())), send_connectors=None)
    assert "Get-SendConnector" in said(enabled(world, "SMTP"))
    assert "Get-SendConnector" not in said(enabled(world, "IIS"))


def test_a_connector_of_another_name_keeps_its_certificate() -> None:
    partner = certificate("B", "partner.example.net", issuer="CN=Partner CA")
    mail1 = server(new(), partner, receive_connectors=(connector("partner.example.net", str(name_of(partner))),))
    sends = (send_connector(tls=str(name_of(partner))), replace(send_connector(tls="<I>a<S>b"), source_servers=("X",)))
    change = enabled(organisation(mail1, sends=sends), "SMTP")
    assert not [one for one in acts(change) if isinstance(one, SetConnectorCertificate)]
    # Who assigns SMTP means to see the new one there.
    assert r"does not hold its names: MAIL1\Default Frontend MAIL1, Outbound. Should one" in said(change)
    assert not enabled(change.after, "SMTP").remarks
    assert "does not hold its names" not in said(enabled(organisation(mail1), "IIS"))


def test_a_send_connector_of_an_edge_server_waits_for_it() -> None:
    edge = replace(server(new(), old(services=("SMTP",)), default(), internal_transport=DEFAULT), edge=True)
    out = replace(send_connector(tls=str(name_of(old()))), source_servers=("MAIL1",))
    renewed = replace(edge, certificates=(new(issuer="CN=R99"), *edge.certificates[1:]))
    change = enabled(replace(organisation(renewed), send_connectors=(out,)), "SMTP")
    number = next(n for n, one in enumerate(acts(change)) if isinstance(one, SetConnectorCertificate))
    assert isinstance(change.steps[number - 1].act, PersonDoes)
    assert "MAIL1" in str(change.steps[number - 1].say)


def test_edge_has_smtp_only_and_is_subscribed_again() -> None:
    edge = replace(server(new(), old(services=("SMTP",)), default(), internal_transport=DEFAULT), edge=True)
    world = replace(organisation(edge), edge_subscriptions=(EdgeSubscription("mail1", "Paris"),))
    change = enabled(world)
    assert codes(change) == ["service-absent"] * 3
    commands = [one.command for one in acts(change) if isinstance(one, PersonDoes)]
    assert commands[0] == f"Remove-ExchangeCertificate -Thumbprint {OLD}"
    assert commands[-2].endswith("-Site Paris") or commands[-2].endswith("-Site 'Paris'")
    assert change.steps[0].needs == ("Administrator",)
    # On the Edge server only its own administrator is somebody; the mailbox server has role groups.
    on_edge = [step.needs for step in change.steps if "On MAIL1" in str(step.say)]
    assert set(on_edge) == {("Administrator",)}
    alone = enabled(replace(world, edge_subscriptions=()), "SMTP")
    assert not [one for one in acts(alone) if isinstance(one, PersonDoes)]
    restarts = [one for one in acts(alone) if isinstance(one, RestartServices)]
    assert restarts == [RestartServices("MAIL1", ("MSExchangeTransport",))]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("8.3.83.6", "2007"),
        ("Version 14.3 (Build 123.4)", "2010"),
        ("15.0.1497.2", "2013"),
        ("15.1.2507.6", "2016"),
        ("15.2.1544.4", "2019"),
        ("15.2.2562.17", "SE"),
        ("15.3.1.1", "unknown"),
        ("", "unknown"),
    ],
)
def test_releases(version: str, expected: str) -> None:
    assert release(version) == expected


def test_an_unknown_release_has_everything_perhaps() -> None:
    assert has_unified_messaging(server(version=""), "UM") is None
