"""The lab's public key infrastructure: a root, an intermediate, and certificates good and bad, all made at start."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Protocol, TypedDict

from mailtrust.core.issuance import authority
from mailtrust.core.issuance.authority import Authority
from mailtrust.core.issuance.keys import KeyKind, make_key
from mailtrust.core.issuance.recipe import Recipe, intermediate_recipe, root_recipe, server_recipe
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.x509.private_key import PrivateKey

SERIAL_BITS = 127
"""RFC 5280 4.1.2.2: positive, at most 20 octets; the Web PKI asks for 64 random bits at least."""

Days = tuple[float, float]
"""A lifetime: days from the world's `now` to its first and to its last moment."""

DECADES: Days = (-3650, 3650)
YEARS: Days = (-730, 1825)
SEASON: Days = (-30, 60)

NO_FAULTS: Mapping[str, Any] = MappingProxyType({})


class Publisher(Protocol):
    """Where certificates are offered to whoever looks for an issuer."""

    def publish(self, name: str, offered: bytes, /) -> str:
        """Offer octets under a name; the address comes back."""
        ...


class _Fresh(TypedDict):
    serial: int
    not_before: datetime
    not_after: datetime


@frozen
class Issued:
    """A certificate of the lab, its subject's key, and what a well-kept server sends with it."""

    certificate: Certificate
    key: PrivateKey
    chain: tuple[Certificate, ...]
    """Leaf first, the root not among them."""

    @property
    def key_pem(self) -> bytes:
        """The private key, for the server's folder."""
        return self.key.to_pem().encode("ascii")


class Pki:
    """A CA of the lab. Its keys are new each time; its names and dates are arguments."""

    def __init__(self, now: datetime, ca_name: str, aia: Publisher) -> None:
        self._now = now
        self._ca_name = ca_name
        self._aia = aia
        self.issued: dict[str, Issued] = {}
        """The last certificate issued for a name, by its first name."""
        self.root = self.another_root("Root")
        self._root_url = aia.publish("root.crt", self.root.certificate.der)
        self.intermediate, self._intermediate_url = self.another_intermediate("Issuing CA")

    def another_root(self, title: str) -> Authority:
        """Another root of the CA's organisation."""
        return self.foreign_root(f"{self._ca_name} {title}", self._ca_name)

    def foreign_root(self, common_name: str, organisation: str) -> Authority:
        """A root of somebody else's."""
        return authority.make_root(root_recipe(common_name, organisation), make_key("ec-p256"), **self._fresh(DECADES))

    def another_intermediate(
        self,
        title: str,
        *,
        by: Authority | None = None,
        days: Days = YEARS,
        path_length: int = 0,
        ca_issuers: tuple[str, ...] | None = None,
        faults: Mapping[str, Any] = NO_FAULTS,
    ) -> tuple[Authority, str]:
        """An intermediate, and the address at which it is offered; `faults` replaces fields of its recipe."""
        usual = intermediate_recipe(f"{self._ca_name} {title}", self._ca_name, path_length=path_length)
        recipe = replace(usual, ca_issuers=(self._root_url,) if ca_issuers is None else ca_issuers, **faults)
        made = authority.make_intermediate(by or self.root, recipe, make_key("ec-p256"), **self._fresh(days))
        return made, self._aia.publish(f"{title.lower().replace(' ', '-')}.crt", made.certificate.der)

    def leaf(
        self,
        *dns_names: str,
        days: Days = SEASON,
        key: KeyKind = "rsa-2048",
        recipe: Recipe | None = None,
        by: Authority | None = None,
        above: tuple[Certificate, ...] = (),
        ca_issuers: tuple[str, ...] | None = None,
    ) -> Issued:
        """A server's certificate from the intermediate, or from another issuer; `recipe` replaces the usual one.

        `above`: the intermediates between that issuer and its root.
        """
        issuer = by or self.intermediate
        made = authority.issue(
            issuer,
            recipe or server_recipe(*dns_names),
            make_key(key),
            ca_issuers=(self._intermediate_url,) if ca_issuers is None else ca_issuers,
            **self._fresh(days),
        )
        return self._keep(dns_names, Issued(made.certificate, made.key, (made.certificate, issuer.certificate, *above)))

    def self_signed(self, *dns_names: str, common_name: str, days: Days = SEASON, key: KeyKind = "rsa-2048") -> Issued:
        """A certificate that its server made for itself; without names there is no subjectAltName."""
        recipe = replace(server_recipe(*dns_names), common_name=common_name)
        made = authority.self_signed(recipe, make_key(key), **self._fresh(days))
        return self._keep(dns_names or (common_name,), Issued(made.certificate, made.key, (made.certificate,)))

    def cross_sign(
        self, subject: Authority, *, by: Authority, days: Days = YEARS, ca_issuers: tuple[str, ...] = ()
    ) -> Certificate:
        """A second certificate for an authority, vouched for by another (RFC 4158 1.5.2)."""
        recipe = root_recipe(self._ca_name)
        right = replace(recipe, authority_key_identifier="right", ca_issuers=ca_issuers)
        return authority.cross_sign(by, subject, right, **self._fresh(days)).certificate

    def _keep(self, names: tuple[str, ...], made: Issued) -> Issued:
        if names:
            self.issued[names[0]] = made
        return made

    def _fresh(self, days: Days) -> _Fresh:
        """A serial number and a lifetime."""
        first, last = (self._now + timedelta(days=count) for count in days)
        return {"serial": secrets.randbits(SERIAL_BITS) | 1, "not_before": first, "not_after": last}
