"""The question whether the default SMTP certificate is overwritten: the one that servers use among themselves.

Enable-ExchangeCertificate.md: "Typically, you don't need to replace the default certificate". Microsoft's "Selection of
Outbound Anonymous TLS Certificates" prefers the self-signed one of five years; without one, or with one that is not in
the store, servers have no TLS among themselves (events 12012, 12013), and yes is right.
"""

from datetime import datetime
from typing import Literal

from mailtrust.core.model.exchange import ExchangeCertificate, ExchangeServer
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.certificates import called, expired
from mailtrust.core.services.exchange.internal_transport import make_another

Answer = Literal["advised", "yes", "no"]


@frozen
class Answered:
    """The answer, and what has to be said about it."""

    overwrite: bool
    remarks: tuple[Text, ...] = ()


def answered(server: ExchangeServer, certificate: ExchangeCertificate, answer: Answer, now: datetime) -> Answered:
    """As it was wished, or as Microsoft advises."""
    if server.internal_transport == certificate.thumbprint:
        return Answered(overwrite=False)
    broken = _broken(server, now)
    if answer == "yes":
        return Answered(overwrite=True, remarks=(_REPLACED,) if broken is None else ())
    if answer == "no" and server.internal_transport != "":  # where there is none, none can be kept
        return Answered(overwrite=False, remarks=() if broken is None else (broken, _cure(server)))
    if broken is None:
        said = text(
            "The default SMTP certificate of {server} stays as it is, as Microsoft advises: the answer to the question "
            "whether to overwrite it is No.",
            server=server.name,
        )
        return Answered(overwrite=False, remarks=(said,))
    said = text(
        "{certificate} becomes the default SMTP certificate of {server}, so that servers have TLS among themselves "
        "again.",
        certificate=called(certificate),
        server=server.name,
    )
    return Answered(overwrite=True, remarks=(broken, said, _cure(server)))


def _broken(server: ExchangeServer, now: datetime) -> Text | None:
    """What is wrong with the internal transport certificate; None: nothing that is known."""
    internal = server.internal_transport
    if internal is None:
        return None
    if not internal:
        return text("{server} has no default SMTP certificate.", server=server.name)
    found = server.certificate(internal)
    if found is None:
        unread = not server.certificates or any(one.services is None for one in server.certificates)
        return (
            None
            if unread
            else text(
                "The default SMTP certificate of {server}, {print}, is not on the server.",
                server=server.name,
                print=internal,
            )
        )
    if expired(found, now) or found.status == "DateInvalid":
        return text(
            "The default SMTP certificate of {server}, {certificate}, has expired.",
            server=server.name,
            certificate=called(found),
        )
    return None


def _cure(server: ExchangeServer) -> Text:
    return text(
        "Microsoft prefers a self-signed certificate of its own for that: {command}, then restart MSExchangeTransport.",
        command=make_another(server),
    )


_REPLACED = text(
    "The default SMTP certificate is overwritten although it is in order. Typically that is not needed, and a "
    "certificate of a CA has to be replaced more often; servers do not ask one another for names or trust."
)
