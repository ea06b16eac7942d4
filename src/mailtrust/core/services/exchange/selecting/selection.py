"""Which certificate Exchange presents somewhere, and how its search came to it."""

from typing import Literal

from mailtrust.core.model.exchange import ExchangeCertificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text

SelectionKind = Literal[
    "receive", "send", "anonymous-in", "anonymous-out", "imap", "pop", "iis", "um", "um-call-router"
]
"""Who presents it: a Receive connector to STARTTLS, a Send connector as a client, servers among each other
(X-ANONYMOUSTLS, inbound and outbound), IMAP, POP, a site in IIS, Unified Messaging and its call router."""


@frozen
class Chosen:
    """This one is presented."""

    certificate: ExchangeCertificate
    faults: tuple[Text, ...] = ()
    """Why clients cannot use it all the same: it has expired."""
    doubts: tuple[Text, ...] = ()
    """What the documentation leaves open, and could make it another one."""


@frozen
class NoneEligible:
    """It was searched for, and none can serve."""

    follows: Text
    """What comes of it: STARTTLS is not offered."""


@frozen
class NotOffered:
    """A setting says that there is no TLS here: nothing is searched for."""

    setting: Text


@frozen
class SelectionUnknown:
    """Neither the export nor the documentation tells."""

    reason: Text
    candidates: tuple[ExchangeCertificate, ...] = ()
    """It is one of these, as far as is known."""


SelectionOutcome = Chosen | NoneEligible | NotOffered | SelectionUnknown


@frozen
class SearchStep:
    """One step of the search."""

    say: Text
    details: tuple[Text, ...] = ()
    """The certificates that were looked at, and what ruled each out."""


@frozen
class Selection:
    """What is presented in one place, and why."""

    server: str
    kind: SelectionKind
    name: str
    """As an administrator calls it: `MAIL1\\Default Frontend MAIL1`, `Default Web Site:443`, `IMAP`."""
    outcome: SelectionOutcome
    why: tuple[SearchStep, ...]
    events: tuple[int, ...] = ()
    """What Exchange writes into the Application log of that server, by MSExchangeTransport; at the front by
    MSExchangeFrontEndTransport."""
    basis: Literal["document", "recalled"] = "document"
    """`recalled`: Microsoft's text was not at hand for this version of Exchange, or says nothing."""


NO_CERTIFICATES = text("The export holds no certificate of this server: Get-ExchangeCertificate told nothing.")
"""Setup makes three, so a server without any was not asked, or did not answer."""


def is_served(one: Selection) -> bool | None:
    """Whether a usable certificate is presented; None: nobody knows, or there is no TLS here."""
    match one.outcome:
        case Chosen(faults=faults):
            return not faults
        case NoneEligible():
            return False
        case NotOffered() | SelectionUnknown():
            return None
