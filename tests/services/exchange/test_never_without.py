"""Whatever is wished, no service that had a usable certificate is left without; and what is refused changes nothing."""

from dataclasses import replace
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.exchange_world import NOW, certificate, connector, organisation, send_connector, server

from mailtrust.core.formats.exchange.tls_certificate_name import name_of
from mailtrust.core.model.assignment import Balancer
from mailtrust.core.model.exchange import (
    EXCHANGE_SERVICES,
    AuthConfig,
    ClientAccessSettings,
    EdgeSubscription,
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    ExchangeService,
    Hybrid,
    IisBinding,
    UmSettings,
    VirtualDirectory,
)
from mailtrust.core.model.exchange_change import EnableCertificate, ExchangeChange, server_of
from mailtrust.core.services.exchange.certificates import holds, wildcards
from mailtrust.core.services.exchange.enabling.enable import Enable, enable
from mailtrust.core.services.exchange.removing.remove import Remove, remove

VERSIONS = ("8.3.83.6", "14.3.123.4", "15.0.1497.2", "15.1.2507.6", "15.2.1544.4", "15.2.2562.17", "")
NAMES = (
    ("mail.example.com", "autodiscover.example.com"),
    ("mail.example.com",),
    ("*.example.com", "example.com"),
    ("mail.example.com",),
    ("other.example.net",),
)
LETTERS = "ABCEF"
SERVICES: tuple[ExchangeService | Literal["None"], ...] = (*EXCHANGE_SERVICES, "None")


@st.composite
def certificates(draw: st.DrawFn) -> tuple[ExchangeCertificate, ...]:
    """Some of five, and those that setup makes; each service but SMTP has one owner at most, as in Exchange."""
    made = [
        replace(
            certificate(
                letter,
                *names,
                services=(),
                issuer=draw(st.sampled_from(["CN=R10", "CN=R11"])),
                days_old=draw(st.sampled_from([-3, 1, 60, 100])),
                key=draw(st.sampled_from([True, True, True, None, False])),
            ),
            status=draw(st.sampled_from(["Valid", "Valid", "Valid", "", "Untrusted", "DateInvalid", "PendingRequest"])),
        )
        for letter, names in zip(LETTERS, NAMES, strict=True)
        if draw(st.booleans())
    ]
    default = certificate("D", "MAIL1", "mail1.corp.example", services=(), issuer="", lasts=1800)
    made.append(replace(default, friendly_name=draw(st.sampled_from(["Microsoft Exchange", ""]))))
    owned: dict[str, set[ExchangeService]] = {one.thumbprint: set() for one in made}
    for service in ("IMAP", "POP", "UM", "IIS", "UMCallRouter"):
        owned[draw(st.sampled_from([one.thumbprint for one in made]))].add(service)
    for one in made:
        if draw(st.booleans()):
            owned[one.thumbprint].add("SMTP")
    return tuple(replace(one, services=frozenset(owned[one.thumbprint])) for one in made)


@st.composite
def servers(draw: st.DrawFn, number: int) -> ExchangeServer:
    held = draw(certificates())
    prints = [one.thumbprint for one in held]
    name = f"MAIL{number}"
    front = next((one.thumbprint for one in held if "IIS" in (one.services or ())), "")
    extra = IisBinding("Default Web Site", 8443, front, host=draw(st.sampled_from(["", "mail.example.com"])))
    names = st.sampled_from(["", *(str(name_of(one)) for one in held)])
    return replace(
        server(*held, version=draw(st.sampled_from(VERSIONS))),
        name=name,
        fqdn=f"{name.lower()}.corp.example",
        edge=draw(st.sampled_from([False, False, False, True])),
        bindings=draw(
            st.sampled_from(
                [
                    None,
                    (IisBinding("Default Web Site", 443, front), IisBinding("Exchange Back End", 444, "D" * 40)),
                    (IisBinding("Default Web Site", 443, front), extra),
                ]
            )
        ),
        client_access=tuple(
            ClientAccessSettings(
                service,
                draw(st.sampled_from(["MAIL1", "mail.example.com", "pop.example.com"])),
                draw(st.sampled_from([(), ("mail.example.com:993:SSL",), ("mail.example.org:993:SSL",)])),
                draw(st.sampled_from([True, False, None])),
            )
            for service in ("IMAP", "POP")
            if draw(st.booleans())
        ),
        um=draw(st.sampled_from([(), (UmSettings("UM", "TCP"), UmSettings("UMCallRouter", "Dual"))])),
        internal_transport=draw(st.sampled_from([None, "", "9" * 40, *prints])),
        receive_connectors=(replace(connector(tls=draw(names)), server=name),),
        directories=draw(st.sampled_from([None, (VirtualDirectory("MAPI", "front", (), "Require"),)])),
    )


@st.composite
def organisations(draw: st.DrawFn) -> ExchangeOrganisation:
    here = tuple(draw(servers(number)) for number in range(1, draw(st.integers(1, 3)) + 1))
    pair = st.sampled_from(["", *(str(name_of(one)) for one in here[0].certificates)])
    sending = replace(send_connector(tls=draw(pair)), source_servers=tuple(one.name for one in here))
    return replace(
        organisation(*here, sends=(sending,)),
        auth=draw(st.sampled_from([None, AuthConfig("A" * 40, next="B" * 40)])),
        hybrid=draw(st.sampled_from([None, Hybrid(draw(pair))])),
        edge_subscriptions=draw(st.sampled_from([None, tuple(EdgeSubscription(one.name, "Paris") for one in here)])),
        accepted_domains=("example.com",),
    )


@st.composite
def wishes(draw: st.DrawFn, *, elsewhere: bool = False) -> Enable | Remove:
    """`elsewhere`: also such as reach servers that are not named."""
    chosen = tuple(draw(st.lists(st.sampled_from(["MAIL1", "MAIL2", "mail3"]), min_size=1, max_size=3, unique=True)))
    thumbprint = draw(st.sampled_from([*LETTERS, "D"])) * 40
    if draw(st.booleans()):
        return Remove(chosen, thumbprint, elsewhere and draw(st.booleans()))
    balancers: tuple[Balancer, ...] = ("unknown", "none", "layer-4", "bridging", "offloading")
    return Enable(
        chosen,
        thumbprint,
        tuple(draw(st.lists(st.sampled_from(SERVICES), min_size=1, max_size=5, unique=True))),
        draw(st.sampled_from(["advised", "yes", "no"])),
        draw(st.sampled_from(balancers)),
    )


def done(world: ExchangeOrganisation, wish: Enable | Remove) -> ExchangeChange:
    return enable(world, wish, NOW) if isinstance(wish, Enable) else remove(world, wish, NOW)


def good(one: ExchangeCertificate) -> bool:
    """Said apart from the code: nothing known speaks against it."""
    assert one.not_before is not None
    assert one.not_after is not None
    timely = one.not_before <= NOW <= one.not_after
    return one.status in ("Valid", "") and one.has_private_key is not False and timely


def served(world: ExchangeOrganisation) -> set[tuple[str, str]]:
    """Each service of each server that has a usable certificate."""
    found: set[tuple[str, str]] = set()
    for one in world.servers:
        usable = [each for each in one.certificates if good(each)]
        found |= {
            (one.name, service)
            for each in usable
            for service in each.services or ()
            if service != "IIS" or one.bindings is None
        }
        prints = {each.thumbprint for each in usable}
        found |= {(one.name, f"{site.site}:{site.port}") for site in one.bindings or () if site.thumbprint in prints}
        found |= {
            (one.name, each.service)
            for each in one.client_access
            if any(wildcards(wild) and holds(wild, each.certificate_name) for wild in usable)
        }
        if one.internal_transport in prints:
            found.add((one.name, "among servers"))
    return found


@settings(max_examples=120)
@given(organisations(), st.lists(wishes(elsewhere=True), min_size=1, max_size=6))
def test_nothing_is_left_without(world: ExchangeOrganisation, wanted: list[Enable | Remove]) -> None:
    for wish in wanted:
        change = done(world, wish)
        assert served(world) <= served(change.after), (wish, served(world) - served(change.after))
        again = done(change.after, wish)
        assert (again.steps, again.after) == ((), change.after), wish
        if not change.steps:
            assert change.after == world
        world = change.after


@settings(max_examples=120)
@given(organisations(), wishes())
def test_what_is_refused_is_not_done(world: ExchangeOrganisation, wish: Enable | Remove) -> None:
    change = done(world, wish)
    named = {name.lower() for name in wish.servers}
    # “None” is refused as a word, not as a certificate.
    refused = {(one.server, one.service) for one in change.refusals if one.code != "services-only-added"}
    for step in change.steps:
        act = step.act
        if isinstance(act, EnableCertificate):
            assert (act.server, None) not in refused
            assert not any((act.server, service) in refused for service in act.services)
        if server := server_of(act):
            assert server.lower() in named
        assert step.undo
    for before, after in zip(world.servers, change.after.servers, strict=True):
        if before.name.lower() not in named or (before.name, None) in refused:
            assert before == after
