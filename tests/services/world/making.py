"""What the world of exported organisations is made of: certificates that are real, and servers in good order."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any, Literal

from mailtrust.core.issuance.authority import Issued, issue, self_signed
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import CLIENT_AUTH, SERVER_AUTH, Recipe
from mailtrust.core.model.assignment import Balancer
from mailtrust.core.model.exchange import (
    AuthConfig,
    ClientAccessSettings,
    ExchangeCertificate,
    ExchangeOrganisation,
    ExchangeServer,
    ExchangeService,
    IisBinding,
    ReceiveConnector,
    VirtualDirectory,
)
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.core.x509.thumbprint import thumbprint
from mailtrust.core.x509.windows_names import windows_name

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TLS = frozenset({"Tls", "Integrated", "BasicAuth", "BasicAuthRequireTLS", "ExchangeServer"})
BOTH = (SERVER_AUTH, CLIENT_AUTH)
AUTH_NAME = "Microsoft Exchange Server Auth Certificate"
Form = Literal["json", "clixml", "format-list"]
_SERIALS = count(1000)


@dataclass(frozen=True)
class Exported:
    """An organisation of the world, before and after it was mended."""

    id: str
    broken: ExchangeOrganisation
    expected: dict[str, str]
    """Ids of findings, and how much they weigh."""
    mended: ExchangeOrganisation
    remaining: dict[str, str] = field(default_factory=dict)
    """Findings that mending leaves, for they are nobody's fault."""
    unknown: frozenset[str] = frozenset()
    """Rules that must say of the broken one that they could not look."""
    form: Form = "json"
    balancer: Balancer = "unknown"
    mended_balancer: Balancer | None = None
    in_front: "Presented | None" = None
    """What a client meets at mail.example.com, while it is broken and afterwards; None: nobody looks."""


@dataclass(frozen=True)
class Presented:
    """What stands in front shows."""

    broken: Issued
    mended: Issued


@cache
def key() -> PrivateKey:
    """One for all: no rule looks at keys."""
    return make_key("ec-p256")


@cache
def authority(name: str) -> Issued:
    """A CA; its common name tells one intermediate from another."""
    recipe = Recipe(common_name=name, organisation="Public Trust")
    return self_signed(recipe, key(), serial=1, not_before=NOW - timedelta(days=3000), not_after=NOW + timedelta(4000))


def issued(*names: str, age: int, lasts: int, ca: str, eku: Sequence[str], organisation: str | None = None) -> Issued:
    recipe = Recipe(common_name=names[0], organisation=organisation, dns_names=names, extended_key_usage=tuple(eku))
    begin = NOW - timedelta(days=age)
    end = begin + timedelta(days=lasts)
    serial = next(_SERIALS)
    if ca:
        return issue(authority(ca), recipe, key(), serial=serial, not_before=begin, not_after=end)
    return self_signed(recipe, key(), serial=serial, not_before=begin, not_after=end)


def shown(made: Issued, services: Sequence[ExchangeService], **more: Any) -> ExchangeCertificate:
    """As Get-ExchangeCertificate shows it."""
    one = made.certificate
    own = one.self_issued
    facts: dict[str, Any] = {
        "friendly_name": "Microsoft Exchange" if own else "mail 2026",
        "has_private_key": True,
        "self_signed": own,
        "root_ca_type": "Registry" if own else "ThirdParty",
        "status": "Valid",
        **more,
    }
    return ExchangeCertificate(
        thumbprint=thumbprint(one),
        services=frozenset(services),
        subject=windows_name(one.subject),
        issuer=windows_name(one.issuer),
        domains=tuple(dict.fromkeys((*one.subject.common_names, *one.dns_names))),
        not_before=one.not_before,
        not_after=one.not_after,
        exportable=not own,
        certificate=one,
        **facts,
    )


def public(
    *names: str,
    services: Sequence[ExchangeService] = ("IIS", "SMTP"),
    age: int = 10,
    lasts: int = 199,
    ca: str = "R11",
    eku: Sequence[str] = BOTH,
    **more: Any,
) -> ExchangeCertificate:
    """One of a public CA."""
    return shown(
        issued(*names, age=age, lasts=lasts, ca=ca, eku=eku, organisation=more.pop("of", None)), services, **more
    )


def own(server: str, *, age: int = 400, lasts: int = 1826, **more: Any) -> ExchangeCertificate:
    """What setup made: `Microsoft Exchange`, five years."""
    made = issued(server, f"{server.lower()}.corp.example", age=age, lasts=lasts, ca="", eku=(SERVER_AUTH,))
    return shown(made, more.pop("services", ("SMTP",)), **more)


def auth_certificate(*, age: int = 400, lasts: int = 1826) -> ExchangeCertificate:
    """What OAuth signs with."""
    recipe = Recipe(common_name=AUTH_NAME)
    begin = NOW - timedelta(days=age)
    made = self_signed(recipe, key(), serial=next(_SERIALS), not_before=begin, not_after=begin + timedelta(days=lasts))
    return replace(shown(made, ("SMTP",), friendly_name=AUTH_NAME, root_ca_type="None"), domains=())


def mailbox(
    name: str, *certificates: ExchangeCertificate, version: str = "15.1.2507.61", **more: Any
) -> ExchangeServer:
    """A mailbox server in good order: the first certificate is clients', then its own, then the rest."""
    front, inner, *_ = certificates
    return replace(
        ExchangeServer(
            name=name,
            fqdn=f"{name.lower()}.corp.example",
            version=version,
            certificates=certificates,
            site="Paris",
            receive_connectors=(
                ReceiveConnector(
                    f"Default Frontend {name}", name, "mail.example.com", TLS, bindings=("0.0.0.0:25",),
                    role="FrontendTransport",
                ),
                ReceiveConnector(
                    f"Default {name}", name, f"{name.lower()}.corp.example", TLS, bindings=("0.0.0.0:2525",),
                    role="HubTransport",
                ),
            ),
            client_access=(
                ClientAccessSettings("IMAP", "mail.example.com", ("mail.example.com:993:SSL",), running=False),
                ClientAccessSettings("POP", "mail.example.com", ("mail.example.com:995:SSL",), running=False),
            ),
            bindings=(
                IisBinding("Default Web Site", 443, front.thumbprint),
                IisBinding("Exchange Back End", 444, inner.thumbprint),
            ),
            directories=directories("None"),
            internal_transport=inner.thumbprint,
        ),
        **more,
    )  # fmt: skip


def directories(
    protection: Literal["None", "Require"], *, ews: str = "", offloading: bool = False
) -> tuple[VirtualDirectory, ...]:
    """Those that matter here; with Extended Protection as Microsoft's table has it, or without."""
    allow: Any = ews or ("Allow" if protection == "Require" else "None")
    url = "https://mail.example.com"
    return (
        VirtualDirectory("OWA", "front", (f"{url}/owa",), protection),
        VirtualDirectory("EWS", "front", (f"{url}/EWS/Exchange.asmx",), allow),
        VirtualDirectory("MAPI", "front", (f"{url}/mapi",), protection),
        VirtualDirectory("Autodiscover", "front", (), "None"),
        VirtualDirectory("RPC", "front", (f"{url}/rpc",), protection, ssl_offloading=offloading),
    )


def organisation(
    *servers: ExchangeServer, auth: ExchangeCertificate | None = None, **more: Any
) -> ExchangeOrganisation:
    """All that an export has; nothing of hybrid, Edge and Send connectors unless it is said."""
    facts: dict[str, Any] = {
        "send_connectors": (),
        "edge_subscriptions": (),
        "accepted_domains": ("example.com",),
        "auth": AuthConfig(auth.thumbprint) if auth is not None else None,
        **more,
    }
    return ExchangeOrganisation(servers, exported=NOW, **facts)


def changed(it: ExchangeOrganisation, **servers: dict[str, Any]) -> ExchangeOrganisation:
    """The same with other facts about servers, by their names."""
    return replace(it, servers=tuple(replace(one, **servers.get(one.name, {})) for one in it.servers))
