"""From when a client's rule holds: what an older version, or a certificate issued earlier, is spared."""

from mailtrust.core.model.frozen import frozen


@frozen
class Since:
    """One change of a client's rules."""

    when: str
    """A version of the client, a day on which an update came, or the day from which certificates are meant."""
    rule: str
    where: str
    """Where that was read, as in a Citation; `recalled` where nobody could source it."""
