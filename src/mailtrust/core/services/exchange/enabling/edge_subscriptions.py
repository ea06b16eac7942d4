"""A subscribed Edge server whose CA certificate is replaced: the subscription is made anew.

OfficeDocs-Exchange, renew-certificates.md, assign-certificates-to-services.md; edge-subscription-procedures.md: a new
subscription overwrites the former one, and its account lives 24 hours.
"""

from mailtrust.core.formats.powershell import quoted
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.exchange_change import ExchangeStep, PersonDoes
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.certificates import called, from_a_ca
from mailtrust.core.services.exchange.roles import role_groups


def subscribe_again(
    server: ExchangeServer, thumbprint: str, organisation: ExchangeOrganisation, *, default_replaced: bool
) -> tuple[ExchangeStep, ...]:
    """The steps, where the Edge server is subscribed and a certificate of a CA, or the default one, is replaced."""
    subscription = next(
        (
            one
            for one in organisation.edge_subscriptions or ()
            if one.name.lower() in (server.name.lower(), server.fqdn.lower())
        ),
        None,
    )
    former = [
        one
        for one in server.certificates
        if one.thumbprint != thumbprint and from_a_ca(one) and "SMTP" in (one.services or ())
    ]
    if subscription is None or not (former or default_replaced):
        return ()
    site = f" -Site {quoted(subscription.site)}" if subscription.site else ""
    return (
        *(_remove(server, one) for one in former),
        _person(
            text("On {server}: write a new subscription file. It counts for 24 hours.", server=server.name),
            r"New-EdgeSubscription -FileName C:\EdgeSubscription.xml",
            edge=True,
        ),
        _person(
            text(
                "Copy the file to a mailbox server of the site and subscribe there again; that overwrites the former."
            ),
            r"New-EdgeSubscription -FileData ([IO.File]::ReadAllBytes('C:\EdgeSubscription.xml'))" + site,
        ),
        _person(
            text("Let it synchronise, and see that it does."), "Start-EdgeSynchronization; Test-EdgeSynchronization"
        ),
    )


def _remove(server: ExchangeServer, one: ExchangeCertificate) -> ExchangeStep:
    return _person(
        text(
            "On {server}, once mail flows with the new certificate: remove the former, {certificate}.",
            server=server.name,
            certificate=called(one),
        ),
        f"Remove-ExchangeCertificate -Thumbprint {one.thumbprint}",
        text("Nothing brings its key back but a PFX that was exported before."),
        edge=True,
    )


_SUBSCRIBE_AGAIN = text("Subscribe it again with the former certificate.")


def _person(say: Text, command: str, undo: Text = _SUBSCRIBE_AGAIN, *, edge: bool = False) -> ExchangeStep:
    act = PersonDoes(command)
    return ExchangeStep(say, act, undo, role_groups(act, edge=edge))
