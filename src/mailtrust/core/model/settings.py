"""What the administrator asks of a check: thresholds, products, the clients that matter."""

from dataclasses import dataclass
from datetime import timedelta

from mailtrust.core.model.certificate import Certificate


@dataclass(frozen=True, slots=True)
class Threshold:
    """A time before expiry, absolute or as a part of the certificate's lifetime."""

    days: int | None = None
    percent: int | None = None

    def before_expiry(self, certificate: Certificate) -> timedelta:
        """How long before notAfter the threshold lies for this certificate."""
        if self.percent is not None:
            return (certificate.not_after - certificate.not_before) * self.percent / 100
        return timedelta(days=self.days or 0)


@dataclass(frozen=True, slots=True)
class Settings:
    """How results are weighed; facts are never changed by it."""

    warn: Threshold = Threshold(percent=20)
    critical: Threshold = Threshold(days=10)
    product: str | None = None
    """The product that serves the certificate, by its id in targets/; None: unknown, a banner is only a guess."""
    clients: tuple[str, ...] = ()
    """The clients asked about; empty: all."""
