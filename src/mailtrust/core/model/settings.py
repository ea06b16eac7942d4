"""What the administrator asks of a check: thresholds, products, the clients that matter."""

from datetime import timedelta

from mailtrust.core.model.acceptance import Accepted
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen


@frozen
class Threshold:
    """A time before expiry, absolute or as a part of the certificate's lifetime."""

    days: int | None = None
    percent: int | None = None

    def before_expiry(self, certificate: Certificate) -> timedelta:
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
    """How its files are come by: `local`, or `ssh://USER@HOST:PORT`; empty: not at all."""
    sudo: bool = False
    """Whether rights are got by sudo there."""
    configuration: str = ""
    """Its main configuration file or folder; empty: where the product has it by itself."""
    program: str = ""
    """The product's own program, where it is not found by its usual name."""
    take_up: tuple[str, ...] = ()
    """The command that lets it take up a changed configuration; empty: the product's usual one."""


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
