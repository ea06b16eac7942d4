"""When a certificate of an ACME server is renewed: by its share of lifetime, or in the window that its CA suggests."""

from datetime import datetime

from mailtrust.core.forecast.lifetimes import SHORT, interval, lifetime
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.settings import Threshold
from mailtrust.core.model.text import Text, text


@frozen
class Window:
    """When the CA would have the certificate renewed (RFC 9773 4.2)."""

    start: datetime
    end: datetime
    explanation: str = ""
    """Where the CA tells why; from outside."""


@frozen
class Due:
    """The moment from which on it is to be renewed, and who says so."""

    at: datetime
    why: Text


def due(leaf: Certificate, window: Window | None, before: Threshold | None = None) -> Due:
    """When this certificate is to be renewed.

    `before`: how long before its end, where somebody has decided so; else at two thirds of its life, below ten days at
    half. The window of a CA counts in its stead, unless it reaches beyond the certificate's end.
    """
    if window is not None and window.start < window.end <= leaf.not_after:
        # RFC 9773 4.2: a moment of the window by chance. The fingerprint is as good as chance, and the same every time.
        share = int(leaf.fingerprint[:8], 16) / 2**32
        return Due(window.start + (window.end - window.start) * share, text("the CA suggests it"))
    if before is not None:
        return Due(leaf.not_after - before.before_expiry(leaf), text("it was asked for so"))
    whole = lifetime(leaf)
    why = text("half of its life is over by then") if whole < SHORT else text("two thirds of its life are over by then")
    return Due(leaf.not_before + interval(whole), why)
