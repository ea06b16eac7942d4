"""Exchange 2016, 2019 and Subscription Edition, one server and many."""

from dataclasses import replace
from datetime import timedelta

from tests.services.world.making import (
    BOTH,
    NOW,
    Exported,
    Presented,
    auth_certificate,
    changed,
    directories,
    issued,
    mailbox,
    organisation,
    own,
    public,
    shown,
)

from mailtrust.core.formats.exchange.tls_certificate_name import name_of
from mailtrust.core.model.exchange import (
    AuthConfig,
    ClientAccessSettings,
    IisBinding,
    ReceiveConnector,
    SendConnector,
    VirtualDirectory,
)


def one_of_2016() -> Exported:
    """Somebody answered Yes, and bound the CA's certificate to the back end too: everything ends with it."""
    auth, inner = auth_certificate(), own("MAIL16")
    ending = public("mail.example.com", age=191)
    renewed = public("mail.example.com", age=2, ca="R12")
    server = mailbox(
        "MAIL16", ending, inner, auth,
        internal_transport=ending.thumbprint,
        bindings=(
            IisBinding("Default Web Site", 443, ending.thumbprint),
            IisBinding("Exchange Back End", 444, ending.thumbprint),
        ),
    )  # fmt: skip
    before = organisation(server, auth=auth)
    return Exported(
        "one-of-2016",
        before,
        {
            f"service-certificate-not-valid:MAIL16/{ending.thumbprint}": "critical",
            "service-default-smtp-replaced:MAIL16": "warning",
            "exchange-transport-certificate:MAIL16": "warning",
            "exchange-backend-binding:MAIL16": "warning",
        },
        organisation(mailbox("MAIL16", renewed, inner, auth), auth=auth),
    )


def many_of_2016() -> Exported:
    """Three servers: one was renewed by another intermediate, one has more names than its certificate."""
    auth = auth_certificate()
    one, twin = public("mail.example.com", age=90), public("mail.example.com", age=5)
    other = public("mail.example.com", age=5, ca="R12")
    inner = {name: own(name) for name in ("MB1", "MB2", "MB3")}
    imap = ClientAccessSettings("IMAP", "imap.example.com", ("imap.example.com:993:SSL",), running=True)
    client = ReceiveConnector(
        "Client Frontend MB3", "MB3", "smtp.example.com", frozenset({"Tls"}), role="FrontendTransport"
    )
    third = mailbox("MB3", one, inner["MB3"], auth)
    owa = VirtualDirectory("OWA", "front", ("https://webmail.example.com/owa",), "None")
    wide = public(
        "mail.example.com", "imap.example.com", "smtp.example.com", "webmail.example.com",
        age=1, services=("IIS", "SMTP", "IMAP"),
    )  # fmt: skip
    servers = (
        mailbox("MB1", twin, inner["MB1"], auth, one),
        mailbox("MB2", other, inner["MB2"], auth),
        replace(
            third,
            receive_connectors=(*third.receive_connectors, client),
            client_access=(imap,),
            directories=(owa, *directories("None")[1:]),
        ),
    )
    partner = SendConnector(
        "To Partner", "mail.example.com", ("MB1", "MB2"), str(name_of(one)), ("SMTP:partner.example;1",)
    )
    before = organisation(*servers, auth=auth, send_connectors=(partner,))
    after = changed(
        before,
        MB1={"certificates": (twin, inner["MB1"], auth)},
        MB2={
            "certificates": (twin, inner["MB2"], auth),
            "bindings": (IisBinding("Default Web Site", 443, twin.thumbprint), *(servers[1].bindings or ())[1:]),
        },
        MB3={
            "certificates": (wide, inner["MB3"], auth),
            "bindings": (IisBinding("Default Web Site", 443, wide.thumbprint), *(servers[2].bindings or ())[1:]),
        },
    )
    return Exported(
        "many-of-2016",
        before,
        {
            "connector-name-stale:To Partner@MB1": "info",
            "connector-name-stale:To Partner@MB2": "error",
            "service-absent:MB3/Client Frontend MB3": "error",
            "service-absent:MB3/IMAP": "error",
            "service-name-missing:MB3/IIS": "warning",
        },
        after,
    )


def behind_offloading() -> Exported:
    """2019 CU14 turned Extended Protection on, and the balancer sends plain HTTP on."""
    auth, front, inner = auth_certificate(), public("mail.example.com"), own("EX19")
    server = mailbox(
        "EX19", front, inner, auth, version="15.2.1544.14", directories=directories("Require", offloading=True)
    )
    before = organisation(server, auth=auth)
    return Exported(
        "behind-offloading",
        before,
        {
            "extended-protection-mismatch:EX19#offloading": "error",
            "extended-protection-mismatch:EX19#ssl-offloading": "error",
        },
        changed(before, EX19={"directories": directories("Require")}),
        balancer="offloading",
        mended_balancer="layer-4",
    )


def behind_bridging() -> Exported:
    """Subscription Edition behind a balancer with a certificate of its own; somebody assigned UM by old habit."""
    made = issued("mail.example.com", age=20, lasts=199, ca="R11", eku=BOTH)
    foreign = issued("mail.example.com", age=5, lasts=199, ca="R12", eku=BOTH)
    auth, inner = auth_certificate(), own("SE1")
    habit, clean = shown(made, ("IIS", "SMTP", "UM")), shown(made, ("IIS", "SMTP"))
    server = mailbox("SE1", habit, inner, auth, version="15.2.2562.17", directories=directories("Require"))
    before = organisation(server, auth=auth)
    return Exported(
        "behind-bridging",
        before,
        {
            "extended-protection-mismatch:SE1#mismatch": "error",
            "served-not-assigned:mail.example.com": "warning",
            "service-um-startup-mode:SE1/UM": "info",
        },
        changed(before, SE1={"certificates": (clean, inner, auth)}),
        balancer="bridging",
        in_front=Presented(foreign, made),
    )


def on_the_move() -> Exported:
    """2013, 2016 and SE beside each other, and one trap on each."""
    ending, following = auth_certificate(age=1780), auth_certificate(age=1)
    revoked = public("mail.example.com", age=40, status="Revoked", ca="R10")
    front = public("mail.example.com")
    pending = public("mail.example.com", age=1, status="PendingRequest", has_private_key=None, root_ca_type="Unknown")
    inner = {name: own(name) for name in ("EX13", "EX16", "EXSE")}
    servers = (
        mailbox("EX13", revoked, inner["EX13"], ending, following, version="15.0.1497.48"),
        mailbox("EX16", front, inner["EX16"], ending, pending),
        mailbox(
            "EXSE", front, inner["EXSE"], ending, following, version="15.2.2562.17",
            bindings=(IisBinding("Default Web Site", 443, front.thumbprint),),
        ),
    )  # fmt: skip
    auth = AuthConfig(ending.thumbprint, next=following.thumbprint, next_effective=NOW + timedelta(hours=49))
    before = replace(organisation(*servers), auth=auth)
    after = changed(
        before,
        EX13={
            "certificates": (front, inner["EX13"], ending, following),
            "bindings": servers[1].bindings and (servers[1].bindings[0], *(servers[0].bindings or ())[1:]),
        },
        EX16={"certificates": (front, inner["EX16"], ending, following)},
        EXSE={
            "bindings": (
                IisBinding("Default Web Site", 443, front.thumbprint),
                IisBinding("Exchange Back End", 444, inner["EXSE"].thumbprint),
            )
        },
    )
    return Exported(
        "on-the-move",
        before,
        {
            f"service-certificate-not-valid:EX13/{revoked.thumbprint}": "critical",
            f"service-certificate-not-valid:EX16/{pending.thumbprint}": "error",
            "exchange-auth-expiring:next": "warning",
            "exchange-backend-binding:EXSE": "error",
        },
        after,
    )
