"""What the administrator asks of a check: thresholds, products, the clients that matter."""

from datetime import datetime, timedelta
from typing import Protocol

from mailtrust.core.model.acceptance import Accepted
from mailtrust.core.model.frozen import frozen


class Lasting(Protocol):
    """Anything that has a lifetime: a certificate."""

    @property
    def not_before(self) -> datetime:
        """Its first moment."""
        ...

    @property
    def not_after(self) -> datetime:
        """Its last moment."""
        ...


@frozen
class Threshold:
    """A time before expiry, absolute or as a part of the certificate's lifetime."""

    days: int | None = None
    percent: int | None = None

    def before_expiry(self, certificate: Lasting) -> timedelta:
        """How long before notAfter the threshold lies for this certificate."""
        if self.percent is not None:
            return (certificate.not_after - certificate.not_before) * self.percent / 100
        return timedelta(days=self.days or 0)


WARN = Threshold(percent=20)
CRITICAL = Threshold(days=10)
"""What holds where nobody says otherwise."""


@frozen
class Place:
    """Where a server is met: one port of a host, or all of it."""

    target: str
    """As somebody wrote it, to be looked at."""
    host: str
    port: int | None
    """None: every port that no other server is named for."""


@frozen
class Server:
    """A program that presents certificates, in one place or several."""

    name: str
    places: tuple[Place, ...]
    product: str | None = None
    """Its id in targets/; None: nobody said."""
    reach: str = ""
    """How its files are come by: `local`, `ssh://USER@HOST:PORT` or `kemp://USER@HOST:PORT`; empty: not at all."""
    sudo: bool = False
    """Whether rights are got by sudo there."""
    configuration: str = ""
    """Its main configuration file or folder; empty: where the product has it by itself."""
    program: str = ""
    """The product's own program, where it is not found by its usual name."""
    take_up: tuple[str, ...] = ()
    """The command that lets it take up a changed configuration; empty: the product's usual one."""
    password_file: str = ""
    """The file whose first line opens its admin page: the user's password, or without a user an API key."""
    fingerprint: str = ""
    """`sha256:` and the digest of the one certificate that its admin page may present; empty: it is verified."""
    client_certificate: str = ""
    """A PEM file with certificate and key, by which its admin page lets us in; empty: by password."""

    def serves(self, host: str, port: int) -> bool:
        """Whether it is named for this port, or for its host."""
        return any(place.host == host and place.port in (None, port) for place in self.places)


@frozen
class Settings:
    """How results are weighed; facts are never changed by it."""

    warn: Threshold = WARN
    critical: Threshold = CRITICAL
    product: str | None = None
    """The product that serves every certificate, by its id in targets/; None: as `servers` say."""
    servers: tuple[Server, ...] = ()
    clients: tuple[str, ...] = ()
    """The clients that matter: findings weigh by what they do to these; empty: to all that were judged."""
    accepted: tuple[Accepted, ...] = ()
    """Findings that do not count."""
    file: str = ""
    """What the organisation's file is called that says so; empty where there is none."""

    def before_expiry(self, certificate: Lasting) -> tuple[timedelta, timedelta]:
        """How long before the end to warn, and to call it critical.

        Where the critical threshold would come before the warning (ten days, for a certificate of six), it is half of
        it.
        """
        warn, critical = self.warn.before_expiry(certificate), self.critical.before_expiry(certificate)
        return warn, critical if critical < warn else warn / 2

    def product_at(self, host: str, port: int) -> str | None:
        """The product that serves this port; None: unknown, or two servers lay claim to it, and a banner only guesses.

        A server that is named for the port comes before one that is named for the host.
        """
        if self.product is not None:
            return self.product
        for wanted in (port, None):
            named = {
                server.product
                for server in self.servers
                for place in server.places
                if place.host == host and place.port == wanted
            }
            if named:
                return named.pop() if len(named) == 1 else None
        return None
