"""What an organisation tells at its own PowerShell is what it is, over real sockets; what is refused is noted."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.programs import exchange_small as small
from tests.programs.exchange_cmdlets import Exchange
from tests.programs.exchange_reading import RefusedError
from tests.programs.exchange_shell import ExchangeShell
from tests.services.world import border, newer, old
from tests.services.world.making import Exported

from mailtrust.core.model.exchange import (
    AuthConfig,
    EdgeSubscription,
    ExchangeOrganisation,
    ExchangeServer,
    Hybrid,
    NotRead,
    UmSettings,
    VirtualDirectory,
)
from mailtrust.edge.transport.machine import Failed, Unreachable
from mailtrust.edge.transport.psrp import PsrpShell
from mailtrust.flows.exchange_live import EDGE, ONLY_THERE, collect


def as_told(organisation: ExchangeOrganisation, *, but: tuple[NotRead, ...] = ()) -> ExchangeOrganisation:
    """The organisation without what no cmdlet tells."""
    asked = [one for one in organisation.servers if not one.edge]
    return replace(
        organisation,
        exported=small.NOW,
        servers=tuple(replace(one, directories=one.directories or ()) for one in asked),
        not_read=(*but, *(NotRead(one.name, "Get-WebBinding", ONLY_THERE) for one in asked)),
        edge_subscriptions=organisation.edge_subscriptions or (),
    )


def test_what_it_tells_is_what_it_is(shell: PsrpShell, exchange: Exchange) -> None:
    gathered = collect(shell, small.NOW)
    assert gathered.organisation == as_told(small.organisation())
    assert gathered.problems == ()
    assert {name.partition("-")[0] for name, _ in exchange.called} == {"Get"}


def test_an_organisation_that_has_everything(shell: PsrpShell, exchange: Exchange) -> None:
    full = small.organisation()
    old = replace(
        full.servers[0],
        version="15.1.2507.6",
        um=(UmSettings("UM", "TLS"), UmSettings("UMCallRouter", "TCP")),
        directories=(
            VirtualDirectory("Autodiscover", "front"),
            VirtualDirectory("EWS", "front", ("https://in.example.com/EWS", "https://out.example.com/EWS"), "Allow"),
            VirtualDirectory("MAPI", "front", ("https://mail.example.com/mapi",), "Require"),
            VirtualDirectory("RPC", "front", ("https://in.example.com/rpc", "https://out.example.com/rpc"), "", True),
        ),
    )
    exchange.organisation = replace(
        full,
        servers=(old, full.servers[1], ExchangeServer("EDGE1", "edge1.example.com", "", edge=True)),
        auth=AuthConfig("AB" * 20, "CD" * 20, "EF" * 20, small.NOW),
        edge_subscriptions=(EdgeSubscription("EDGE1", "Default-First-Site-Name", small.NOW),),
        hybrid=Hybrid("<I>CN=CA<S>CN=mail", ("MAIL1",), ("MAIL1", "MAIL2"), (), "mail.example.com"),
        federation=("12" * 20,),
        accepted_domains=("example.com", "example.org"),
    )
    told = collect(shell, small.NOW).organisation
    wanted = as_told(exchange.organisation)
    edge = NotRead("EDGE1", "Get-ExchangeCertificate", EDGE)
    assert set(told.not_read) == {edge, *wanted.not_read}
    directories = old.directories or ()
    # Without a value, TokenChecking is None, and says so.
    shown = tuple(replace(one, extended_protection=one.extended_protection or "None") for one in directories)
    first = replace(wanted.servers[0], directories=shown)
    assert replace(told, not_read=()) == replace(wanted, servers=(first, wanted.servers[1]), not_read=())


# Exchange 2007 has no PowerShell that is reached from elsewhere.
WORLD = (
    old.of_2010(), old.of_2013(), newer.one_of_2016(), newer.many_of_2016(), newer.behind_offloading(),
    newer.behind_bridging(), newer.on_the_move(), border.classic_hybrid(), border.modern_hybrid(), border.with_edge(),
    border.half_broken(),
)  # fmt: skip


@pytest.mark.parametrize("exported", WORLD, ids=lambda one: one.id)
def test_the_exported_organisations_live(shell: PsrpShell, exchange: Exchange, exported: Exported) -> None:
    exchange.organisation = exported.broken
    told = collect(shell, small.NOW)
    assert told.problems == ()
    assert in_order(told.organisation) == in_order(without_what_is_untold(exported.broken))


def without_what_is_untold(it: ExchangeOrganisation) -> ExchangeOrganisation:
    """No cmdlet tells what IIS binds, what stands behind it, whether a service runs, where the hybrid agent leads."""
    servers = [
        replace(
            one,
            bindings=None,
            client_access=tuple(replace(each, running=None) for each in one.client_access),
            directories=tuple(
                replace(each, extended_protection=each.extended_protection or "None")
                for each in one.directories or ()
                if each.site == "front"
            ),
        )
        for one in it.servers
        if not one.edge
    ]
    sends = [replace(one, smart_host_auth=one.smart_host_auth or "None") for one in it.send_connectors or ()]
    hybrid = None if it.hybrid is None else replace(it.hybrid, agent_targets=())
    return replace(it, servers=tuple(servers), send_connectors=tuple(sends), hybrid=hybrid)


def in_order(it: ExchangeOrganisation) -> ExchangeOrganisation:
    """Virtual directories come in the order in which they are asked for."""
    servers = [
        replace(one, directories=tuple(sorted(one.directories or (), key=lambda each: each.name))) for one in it.servers
    ]
    return replace(it, servers=tuple(servers), exported=None, not_read=())


def test_only_the_servers_that_were_named(shell: PsrpShell) -> None:
    assert [one.name for one in collect(shell, small.NOW, ("mail2.EXAMPLE.com",)).organisation.servers] == ["MAIL2"]


def test_what_is_refused_is_noted_and_the_rest_is_told(shell: PsrpShell, exchange: Exchange) -> None:
    exchange.broken |= {
        "get-sendconnector": "The Active Directory server isn't available.",
        "get-popsettings": "Access \x9b2J denied.",
        "get-transportservice": "The task wasn't able to connect to the service.",
    }
    told = collect(shell, small.NOW).organisation
    assert told.send_connectors is None
    assert NotRead("", "Get-SendConnector", "The Active Directory server isn't available.") in told.not_read
    assert NotRead("MAIL2", "Get-PopSettings", "Access \\x9b2J denied.") in told.not_read
    assert [one.internal_transport for one in told.servers] == [None, None]
    assert [[one.service for one in server.client_access] for server in told.servers] == [["IMAP"], ["IMAP"]]


def test_what_came_before_a_refusal_is_told(shell: PsrpShell, exchange: Exchange) -> None:
    def half() -> Iterator[object]:
        yield from list(exchange.get_sendconnector({}))
        raise RefusedError("The rest is not available.")

    exchange.said["get-sendconnector"] = half
    told = collect(shell, small.NOW).organisation
    assert told.send_connectors == small.organisation().send_connectors
    assert NotRead("", "Get-SendConnector", "The rest is not available.") in told.not_read


def test_a_user_without_the_roles_is_told_so(shell: PsrpShell, exchange: Exchange) -> None:
    exchange.lacking = ("get-exchangecertificate",)
    told = collect(shell, small.NOW).organisation
    why = [one.why for one in told.not_read if one.part == "Get-ExchangeCertificate"]
    assert len(why) == 2
    assert "not recognized as the name of a cmdlet" in why[0]


def test_an_exchange_that_does_not_name_its_servers(shell: PsrpShell, exchange: Exchange) -> None:
    exchange.broken["get-exchangeserver"] = "No."
    with pytest.raises(Failed, match=r"refuses Get-ExchangeServer: “No\.”"):
        collect(shell, small.NOW)


def test_the_connection_breaks_in_the_middle(shell: PsrpShell, endpoint: ExchangeShell) -> None:
    endpoint.cut_before = "Get-SendConnector"
    with pytest.raises(Unreachable, match=r"Nothing was changed"):
        collect(shell, small.NOW)


def test_objects_that_are_none(shell: PsrpShell, exchange: Exchange) -> None:
    exchange.said["get-receiveconnector"] = lambda: iter(
        ["only text", 7, None, ["a", ["b"]], {"Name": "odd", "AuthMechanism": "Tls"}]
    )
    exchange.said["get-exchangecertificate"] = lambda: iter([{"Thumbprint": "no thumbprint", "Services": "Fax, SMTP"}])
    gathered = collect(shell, small.NOW)
    assert [one.name for one in gathered.organisation.servers[0].receive_connectors] == ["odd"]
    assert gathered.organisation.servers[0].certificates == ()
    assert any("no thumbprint of 40" in str(one) for one in gathered.problems)
