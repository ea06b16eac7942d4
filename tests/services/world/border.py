"""Hybrid mail, the hybrid agent, an Edge server, and an export of which half is missing."""

from dataclasses import replace
from datetime import timedelta

from tests.services.world.making import (
    NOW,
    Exported,
    auth_certificate,
    changed,
    directories,
    mailbox,
    organisation,
    own,
    public,
)

from mailtrust.core.formats.exchange.tls_certificate_name import name_of
from mailtrust.core.issuance.recipe import SERVER_AUTH
from mailtrust.core.model.exchange import (
    EdgeSubscription,
    ExchangeServer,
    Hybrid,
    NotRead,
    ReceiveConnector,
    SendConnector,
)

OUTBOUND = "Outbound to Office 365 - 1b2c"


def classic_hybrid() -> Exported:
    """Renewed for a name of another domain; one connector was forgotten, another lost its headers."""
    auth = auth_certificate()
    foreign = public("mail.contoso.example", "mail.example.net", ca="R12")
    former = public("mail.example.com", ca="R10")
    good = public("mail.example.com", "autodiscover.example.com", "example.com", ca="R12", eku=(SERVER_AUTH,))
    inner = {name: own(name) for name in ("HY1", "HY2")}
    cloud = SendConnector(
        OUTBOUND, "mail.example.com", ("HY1", "HY2"), str(name_of(foreign)), ("SMTP:example.mail.onmicrosoft.com;1",),
        cloud_services_mail=False,
    )  # fmt: skip
    servers = tuple(mailbox(name, foreign, inner[name], auth) for name in inner)
    first, second = (one.receive_connectors for one in servers)
    told = changed(
        organisation(*servers, auth=auth, send_connectors=(cloud,)),
        HY1={"receive_connectors": _named(first, str(name_of(foreign)), "mail.example.net")},
        HY2={"receive_connectors": _named(second, str(name_of(former)), "mail.example.net")},
    )
    before = replace(told, hybrid=Hybrid(str(name_of(foreign)), ("HY1", "HY2"), ("HY1", "HY2")))
    mended = [mailbox(name, good, inner[name], auth) for name in inner]
    after = organisation(
        *(replace(one, receive_connectors=_named(one.receive_connectors, str(name_of(good)))) for one in mended),
        auth=auth,
        send_connectors=(replace(cloud, tls_certificate_name=str(name_of(good)), cloud_services_mail=True),),
        hybrid=Hybrid(str(name_of(good)), ("HY1", "HY2"), ("HY1", "HY2")),
    )
    return Exported(
        "classic-hybrid",
        before,
        {
            f"hybrid-certificate-unfit:{foreign.thumbprint}#not-accepted-domain": "error",
            f"hybrid-certificate-unfit:{foreign.thumbprint}#not-the-fqdn": "info",
            f"hybrid-connectors-disagree:hybrid#not-cloud:{OUTBOUND}": "warning",
            "hybrid-connectors-disagree:hybrid#differ": "warning",
            "connector-name-stale:HY2\\Default Frontend HY2@HY2": "error",
            "service-name-missing:HY1/IIS": "warning",
            "service-name-missing:HY2/IIS": "warning",
        },
        after,
        # The purpose that public CAs no longer give is worth a note, and nobody's fault.
        remaining={f"hybrid-certificate-unfit:{good.thumbprint}#no-client-auth": "info"},
    )


def modern_hybrid() -> Exported:
    """The hybrid agent leads to a server on whose EWS Extended Protection is on."""
    auth, front, inner = auth_certificate(), public("mail.example.com"), own("HA1")
    server = mailbox("HA1", front, inner, auth, version="15.2.1748.10", directories=directories("Require"))
    hybrid = Hybrid(agent_targets=("https://ha1.corp.example/",))
    before = organisation(server, auth=auth, hybrid=hybrid)
    return Exported(
        "modern-hybrid",
        before,
        {"extended-protection-mismatch:HA1#hybrid-agent": "error"},
        changed(before, HA1={"directories": directories("Require", ews="None")}),
        balancer="none",
    )


def with_edge() -> Exported:
    """An Edge server that got another certificate after it was subscribed; a name that its directory cannot hold."""
    auth, inner = auth_certificate(), own("MB1")
    long = public("mail.example.com", of="Consolidated Example Holding " * 9)
    short = public("mail.example.com")
    edge_own = own("EDGE1", age=3, services=("SMTP",))
    edge = ExchangeServer(
        "EDGE1", "edge1.example.com", "15.1.2507.61", (long, edge_own), edge=True,
        receive_connectors=(ReceiveConnector("Default internal receive connector EDGE1", "EDGE1", "mail.example.com",
                                             frozenset({"Tls"}), bindings=("0.0.0.0:25",)),),
        internal_transport=edge_own.thumbprint,
    )  # fmt: skip
    sync = SendConnector(
        "EdgeSync - Paris to Internet", "mail.example.com", ("EDGE1",), str(name_of(long)), ("SMTP:*;100",)
    )
    before = organisation(
        mailbox("MB1", long, inner, auth),
        edge,
        auth=auth,
        send_connectors=(sync,),
        edge_subscriptions=(EdgeSubscription("EDGE1", "Paris", NOW - timedelta(days=300)),),
    )
    after = replace(
        before,
        servers=(mailbox("MB1", short, inner, auth), replace(edge, certificates=(short, edge_own))),
        send_connectors=(replace(sync, tls_certificate_name=str(name_of(short))),),
        edge_subscriptions=(EdgeSubscription("EDGE1", "Paris", NOW - timedelta(days=1)),),
    )
    return Exported(
        "with-edge",
        before,
        {
            "edge-subscription-stale:EDGE1": "warning",
            "connector-name-stale:EdgeSync - Paris to Internet#length": "warning",
        },
        after,
    )


def half_broken() -> Exported:
    """A server that answers half of the questions, and names an internal certificate that is gone."""
    auth, front, inner = auth_certificate(), public("mail.example.com"), own("HALF")
    whole = mailbox("HALF", front, inner, auth)
    server = replace(
        whole, internal_transport="F" * 40, bindings=None, directories=None, receive_connectors=(), client_access=()
    )
    refused = tuple(
        NotRead(who, part, "The operation couldn't be performed because object 'HALF' couldn't be found.")
        for who, part in (
            ("HALF", "Get-WebBinding"), ("HALF", "Get-ReceiveConnector"), ("HALF", "Get-WebConfigurationProperty"),
            ("", "Get-AuthConfig"), ("", "Get-SendConnector"),
        )
    )  # fmt: skip
    before = replace(organisation(server), send_connectors=None, not_read=refused)
    return Exported(
        "half-broken",
        before,
        {"exchange-transport-certificate:HALF": "error"},
        organisation(whole, auth=auth),
        unknown=frozenset(
            {
                "exchange-backend-binding",
                "exchange-auth-expiring",
                "connector-name-stale",
                "extended-protection-mismatch",
            }
        ),
    )


def _named(
    connectors: tuple[ReceiveConnector, ...], name: str, fqdn: str = "mail.example.com"
) -> tuple[ReceiveConnector, ...]:
    front, *rest = connectors
    return (replace(front, tls_certificate_name=name, fqdn=fqdn), *rest)
