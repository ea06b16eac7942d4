"""A certificate is removed from servers, if Exchange lets it go: why not, and what comes first.

Remove-ExchangeCertificate.md; Microsoft, "Can't remove a certificate that's installed in Exchange Server".
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from mailtrust.core.formats.exchange.tls_certificate_name import names
from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.exchange_change import (
    ExchangeChange,
    ExchangeStep,
    Refusal,
    RemoveCertificate,
    server_of,
)
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.certificates import called, common_name, export_command, is_of_oauth
from mailtrust.core.services.exchange.internal_transport import make_another
from mailtrust.core.services.exchange.removing.in_use import still_serving
from mailtrust.core.services.exchange.removing.removal import removal
from mailtrust.core.services.exchange.removing.tagged import let_go, sources_of, tagged
from mailtrust.core.services.exchange.serving import unknown_server
from mailtrust.core.services.exchange.versions import cmdlets_are_local


@frozen
class Remove:
    """What is wished."""

    servers: tuple[str, ...]
    thumbprint: str
    stop_transport: bool = False
    """Whether mail may wait while connectors that hold it fast let it go."""


@frozen
class _OnServer:
    after: ExchangeServer
    steps: tuple[ExchangeStep, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    remarks: tuple[Text, ...] = ()


def remove(organisation: ExchangeOrganisation, wish: Remove, now: datetime) -> ExchangeChange:
    """The steps, each server by itself; where something speaks against it, all that does."""
    found = [organisation.server(name) for name in wish.servers]
    done = {
        server.name: _on(server, organisation, wish.thumbprint, now)
        for server in dict.fromkeys(found)
        if server is not None
    }
    letting = _letting_go(organisation, wish, done) if wish.stop_transport else ()
    if letting:
        goes = {server_of(step.act) for step in letting if isinstance(step.act, RemoveCertificate)}
        done |= {
            one.name: _gone(one, organisation, wish.thumbprint) for one in organisation.servers if one.name in goes
        }
    parts = tuple(done.values())
    return ExchangeChange(
        (*(step for part in parts for step in part.steps), *letting),
        (
            *(unknown_server(name, organisation) for name in wish.servers if organisation.server(name) is None),
            *(one for part in parts for one in part.refusals),
        ),
        tuple(dict.fromkeys(one for part in parts for one in part.remarks)),
        replace(
            organisation,
            servers=tuple(done[one.name].after if one.name in done else one for one in organisation.servers),
        ),
    )


def _letting_go(
    organisation: ExchangeOrganisation, wish: Remove, done: Mapping[str, _OnServer]
) -> tuple[ExchangeStep, ...]:
    """The steps by which connectors let it go, where nothing else holds it; none where a person must do them."""
    held = [
        one
        for one in map(organisation.server, done)
        if one is not None and (refusals := done[one.name].refusals) and all(each.first for each in refusals)
    ]
    certificate = held[0].certificate(wish.thumbprint) if held else None
    # One script cannot keep the order where some servers are to be told only at themselves.
    if certificate is None or any(map(cmdlets_are_local, (*held, *sources_of(certificate, organisation)))):
        return ()
    return let_go(certificate, tuple(held), organisation)


def _gone(server: ExchangeServer, organisation: ExchangeOrganisation, thumbprint: str) -> _OnServer:
    """The steps that are not each server's own stand elsewhere."""
    gone = [one for one in server.certificates if one.thumbprint == thumbprint]
    kept = tuple(one for one in server.certificates if one not in gone)
    remarks = tuple(remark for one in gone for remark in _remarks(one, server, organisation))
    return _OnServer(replace(server, certificates=kept), remarks=remarks)


def _on(server: ExchangeServer, organisation: ExchangeOrganisation, thumbprint: str, now: datetime) -> _OnServer:
    certificate = server.certificate(thumbprint)
    if certificate is None:
        gone = text("{server} has no certificate {print}: nothing is to be done.", server=server.name, print=thumbprint)
        return _OnServer(server, remarks=(gone,))
    refusals = (
        *_named_elsewhere(certificate, server, organisation),
        *still_serving(certificate, server, now),
        *tagged(certificate, server, organisation, now),
    )
    if refusals:
        return _OnServer(server, refusals=refusals)
    return replace(_gone(server, organisation, thumbprint), steps=(removal(certificate, server),))


def _named_elsewhere(
    certificate: ExchangeCertificate, server: ExchangeServer, organisation: ExchangeOrganisation
) -> Iterator[Refusal]:
    """What the organisation itself names: transport among servers, OAuth, federation; and Windows' own."""
    known = called(certificate)
    if certificate.thumbprint == server.internal_transport:
        yield _refusal(
            "internal-transport-certificate",
            server,
            text(
                "{certificate} is the default SMTP certificate of {server}: without it the transport service would "
                "stop.",
                certificate=known,
                server=server.name,
            ),
            text(
                "Make another one first: {command}, then restart MSExchangeTransport, export again, and repeat this.",
                command=make_another(server),
            ),
        )
    auth = organisation.auth
    if auth is not None and certificate.thumbprint in (auth.current, auth.next):
        yield _refusal(
            "auth-certificate",
            server,
            text("{certificate} signs the tokens of OAuth, or will do so next.", certificate=known),
            # Microsoft, "Maintain (rotate) the Exchange Server Auth Certificate", says how.
            text(
                "Make a successor first: New-ExchangeCertificate, then Set-AuthConfig -NewCertificateThumbprint with a "
                "-NewCertificateEffectiveDate in 49 hours; once it has taken over and Set-AuthConfig "
                "-ClearPreviousCertificate has run, this one can go."
            ),
        )
    if auth is None and is_of_oauth(certificate):
        yield _refusal(
            "auth-certificate",
            server,
            text(
                "{certificate} is made for OAuth, and the export does not say whether it is in use.", certificate=known
            ),
            text("Export again with what Get-AuthConfig says."),
        )
    if certificate.thumbprint in organisation.federation or "Federation" in (certificate.services or ()):
        yield _refusal(
            "federation-certificate",
            server,
            text("{certificate} is the federation trust's.", certificate=known),
            text(
                "Give the trust another one first: Set-FederationTrust -Thumbprint, and once it is published "
                "everywhere -PublishFederationCertificate."
            ),
        )
    if common_name(certificate).lower().startswith("wmsvc-"):
        # "Digital certificates and encryption in Exchange Server", default certificates
        yield _refusal(
            "wmsvc-certificate",
            server,
            text(
                "{certificate} belongs to Windows' Web Management Service: without it updates of Exchange can fail.",
                certificate=known,
            ),
            text("Leave it where it is; clients never see it."),
        )


def _remarks(
    certificate: ExchangeCertificate, server: ExchangeServer, organisation: ExchangeOrganisation
) -> Iterator[Text]:
    if certificate.status == "PendingRequest":
        yield text("It is a request: the CA's answer to it can be of no use any more afterwards.")
    elif certificate.exportable is not False and certificate.has_private_key is not False:
        yield text(
            "Export it before, if you may want it back: {command}.",
            command=export_command(server, certificate.thumbprint),
        )
    auth = organisation.auth
    if auth is not None and certificate.thumbprint == auth.previous:
        yield text("It was the former certificate of OAuth: Set-AuthConfig -ClearPreviousCertificate forgets it.")
    if server.internal_transport is None:
        yield text("The export does not say which is the default SMTP certificate: Exchange refuses if it is this one.")
    if organisation.send_connectors is None:
        yield text(
            "The export does not say which Send connectors name it: Exchange refuses if one does (“These certificates "
            "are tagged with following Send Connectors”)."
        )
    hybrid = organisation.hybrid
    if hybrid is not None and names(hybrid.tls_certificate_name, certificate):
        yield text("The hybrid configuration names it: run the Hybrid Configuration Wizard with its successor.")


def _refusal(code: str, server: ExchangeServer, why: Text, instead: Text) -> Refusal:
    return Refusal(code, None, why, instead, server.name)
