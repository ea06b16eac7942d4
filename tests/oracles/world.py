"""One case, and the small PKI that cases are made from."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.oracles.maker import Issued, Shape, ca, issue, key, named

from mailtrust.core.issuance.recipe import dns_subtree
from mailtrust.core.model.certificate import PresentedIdentifier

HOST = "mail.example.test"


@dataclass(frozen=True)
class Case:
    """What a server presents (leaf first), what a client trusts, and by which name it was reached."""

    id: str
    presented: tuple[Issued, ...]
    anchors: tuple[Issued, ...]
    host: str = HOST
    downloads: tuple[Issued, ...] = ()
    """What clients that download issuers get at the addresses in the certificates."""
    tlsa: tuple[str, ...] | None = None
    """The TLSA records of the port, for clients with DANE alone; None: everybody can be asked."""

    @property
    def leaf(self) -> Issued:
        return self.presented[0]


Publish = Callable[[Issued], str]
"""Offer a certificate for download; the answer is its address."""


def nowhere(issued: Issued) -> str:
    """An address at which nothing listens."""
    return f"http://127.0.0.1:9/{issued.certificate.fingerprint}.crt"


@dataclass(frozen=True)
class World:
    """One PKI: a root, an intermediate, and leaves on demand."""

    publish: Publish = nowhere
    root: Issued = field(default_factory=lambda: issue(named("Oracle Root"), key("root"), None, ca()))
    issuing: Issued = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "issuing", self.intermediate())

    def intermediate(self, name: str = "Oracle Issuing CA", **changes: object) -> Issued:
        return issue(named(name), key("issuing"), self.root, ca(**changes))

    def leaf(
        self, *, by: Issued | None = None, kind: str = "ec-p256", cn: tuple[str, ...] = (HOST,), **changes: object
    ) -> Issued:
        shape = Shape(**{"dns": (HOST,), **changes})  # type: ignore[arg-type]
        return issue(named(*cn), key("leaf " + kind, kind), by or self.issuing, shape)

    def served(self, **changes: object) -> tuple[Issued, ...]:
        """A leaf and its intermediate, as a well-kept server presents them."""
        return (self.leaf(**changes), self.issuing)  # type: ignore[arg-type]

    def under(self, id_: str, root: Issued) -> Case:
        """A good leaf and intermediate under a peculiar root, which is trusted and not sent."""
        by = issue(named("Under CA"), key("under"), root, ca())
        return Case(id_, (self.leaf(by=by), by), (root,))


def subtree(domain: str) -> tuple[PresentedIdentifier, ...]:
    """A domain and all below it, for name constraints."""
    return (dns_subtree(domain),)
