"""A decent chain as a draft, and what chance may change in it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from tests.oracles.maker import (
    ANY_USAGE,
    CLIENT_AUTH,
    OLD_SGC_USAGE,
    SERVER_AUTH,
    UNKNOWN_CRITICAL,
    Extension,
    Issued,
    Shape,
    ca,
    issue,
    key,
)
from tests.oracles.world import HOST, subtree

from mailtrust.core.issuance.keys import KeyKind
from mailtrust.core.issuance.recipe import ip_subtree

UNKNOWN: Extension = ("1.3.6.1.4.1.32473.1.2", False, bytes.fromhex("0500"))
USAGES = ((SERVER_AUTH,), (CLIENT_AUTH,), (SERVER_AUTH, CLIENT_AUTH), (ANY_USAGE,), (OLD_SGC_USAGE,), None)
PERIODS = ((-400, -2), (-400, -0.1), (2, 90), (-800, 400), (-30, 2000))
LEAF_BITS = (
    ("digitalSignature", "keyEncipherment"),
    ("digitalSignature", "keyAgreement"),
    ("keyEncipherment",),
    ("keyAgreement",),
    ("dataEncipherment",),
    ("digitalSignature", "keyCertSign"),
    None,
)
NAMES: tuple[tuple[str, ...], ...] = (
    ("www.example.test",),
    ("*.example.test",),
    ("*.mail.example.test",),
    ("example.test",),
    ("www.example.test", HOST),
    (HOST.upper(),),
    (HOST + ".",),
    ("m*.example.test",),
    ("*l.example.test",),
    ("*.*.test",),
    (),
)
HOSTS = ("a." + HOST, "example.test", "MAIL.Example.test", "127.0.0.1")
SUBTREES = ("example.test", "test", ".example.test", HOST, "example.org", "")
NETWORKS = ("127.0.0.0/8", "10.0.0.0/8")
EC_LEAVES: tuple[KeyKind, ...] = ("ec-p256", "ec-p384", "ec-p521")
RSA_LEAVES: tuple[KeyKind, ...] = ("rsa-2048", "rsa-2048", "rsa-1024")


@dataclass
class Draft:
    """A chain before it is made: what the leaf, the intermediates (upper first) and the root look like."""

    chance: Random
    rsa: bool
    host: str = HOST
    common_names: tuple[str, ...] = (HOST,)
    leaf: Shape = field(default_factory=lambda: Shape(dns=(HOST,)))
    middle: list[Shape] = field(default_factory=list)
    root: Shape = field(default_factory=ca)
    offered: bool = False
    anchor: str = "root"
    """Which of the chain is trusted: root, issuer (the leaf's) or leaf; stranger: none of it."""
    cross: float = 0
    """Not 0: another root has signed the topmost CA too; the days until that ends."""
    presentation: list[Callable[[list[Issued], Issued, list[Issued]], None]] = field(default_factory=list)

    def change_middle(self, **changes: object) -> None:
        """Change one of the intermediates, or the root where there is none."""
        if not self.middle:
            self.root = replace(self.root, **changes)  # type: ignore[arg-type]
            return
        place = self.chance.randrange(len(self.middle))
        self.middle[place] = replace(self.middle[place], **changes)  # type: ignore[arg-type]


def names(draft: Draft) -> None:
    """Other names in the certificate."""
    draft.leaf = replace(draft.leaf, dns=draft.chance.choice(NAMES))


def common_name(draft: Draft) -> None:
    """Another common name, several, or none."""
    choices = (("www.example.test",), ("*.example.test",), (HOST, "www.example.test"), ("Mail server",), ())
    draft.common_names = draft.chance.choice(choices)


def other_alternatives(draft: Draft) -> None:
    """Addresses, mailboxes, URIs among the names."""
    extra = draft.chance.choice(({"addresses": ("127.0.0.1",)}, {"emails": ("postmaster@example.test",)},
                                 {"uris": ("https://mail.example.test/",)}))  # fmt: skip
    kept = draft.leaf.dns if draft.chance.random() < 0.5 else ()
    draft.leaf = replace(draft.leaf, dns=kept, **extra)


def reached_as(draft: Draft) -> None:
    """Another name that the client was told."""
    draft.host = draft.chance.choice(HOSTS)


def leaf_dates(draft: Draft) -> None:
    """Over, to come, or long."""
    draft.leaf = replace(draft.leaf, days=draft.chance.choice(PERIODS))


def issuer_dates(draft: Draft) -> None:
    """An intermediate (or root) that is over or to come."""
    draft.change_middle(days=draft.chance.choice(((-900, -3), (3, 900))))


def root_dates(draft: Draft) -> None:
    """A root that is over."""
    draft.root = replace(draft.root, days=(-4000, -9))


def leaf_usages(draft: Draft) -> None:
    """Other purposes of the leaf."""
    draft.leaf = replace(draft.leaf, usages=draft.chance.choice(USAGES))


def issuer_usages(draft: Draft) -> None:
    """Purposes of an intermediate."""
    draft.change_middle(usages=draft.chance.choice(USAGES))


def leaf_bits(draft: Draft) -> None:
    """Other bits of keyUsage."""
    draft.leaf = replace(draft.leaf, key_usage=draft.chance.choice(LEAF_BITS))


def issuer_bits(draft: Draft) -> None:
    """An intermediate's keyUsage is absent, or lacks keyCertSign."""
    draft.change_middle(key_usage=draft.chance.choice((None, ("cRLSign",), ("keyCertSign", "digitalSignature"))))


def leaf_constraints(draft: Draft) -> None:
    """The leaf is a CA, or says nothing of it."""
    draft.leaf = replace(draft.leaf, ca=draft.chance.choice((True, None)))


def issuer_constraints(draft: Draft) -> None:
    """An intermediate that is no CA, or says nothing."""
    draft.change_middle(ca=draft.chance.choice((False, None)))


def path_length(draft: Draft) -> None:
    """A limit of the path's length, in an intermediate or the root."""
    limit = draft.chance.randrange(3)
    if draft.chance.random() < 0.5:
        draft.root = replace(draft.root, path_length=limit)
    else:
        draft.change_middle(path_length=limit)


def subtrees(draft: Draft) -> None:
    """Name constraints."""
    one = subtree(draft.chance.choice(SUBTREES))
    if draft.chance.random() < 0.2:
        one = (ip_subtree(draft.chance.choice(NETWORKS)),)
    draft.change_middle(**{draft.chance.choice(("permitted", "excluded")): one})


def unknown_extension(draft: Draft) -> None:
    """An extension that nobody knows, critical or not, in leaf or intermediate."""
    more = (draft.chance.choice((UNKNOWN_CRITICAL, UNKNOWN)),)
    if draft.chance.random() < 0.5:
        draft.leaf = replace(draft.leaf, more=more)
    else:
        draft.change_middle(more=more)


def odd_root(draft: Draft) -> None:
    """A root that says more, or less, than roots do."""
    choices: tuple[dict[str, object], ...] = (
        {"ca": None}, {"ca": False}, {"key_usage": None}, {"key_usage": ("cRLSign",)}, {"version": 1},
        {"usages": (CLIENT_AUTH,)}, {"usages": (SERVER_AUTH,)}, {"permitted": subtree("example.org")},
        {"excluded": subtree("example.test")}, {"more": (UNKNOWN_CRITICAL,)}, {"more": (UNKNOWN,)},
        {"path_length": 0}, {"days": (3, 900)},
    )  # fmt: skip
    draft.root = replace(draft.root, **draft.chance.choice(choices))  # type: ignore[arg-type]


def other_anchor(draft: Draft) -> None:
    """Something else is trusted than the root."""
    draft.anchor = draft.chance.choice(("issuer", "leaf", "stranger"))


def cross_signed(draft: Draft) -> None:
    """Another root, which is trusted too, has signed the chain's root; the certificate is sent, expired or not."""
    draft.cross = draft.chance.choice((-10, 500))


def weak_hash(draft: Draft) -> None:
    """SHA-1 in leaf, intermediate or root; only RSA keys sign with it here."""
    draft.rsa = True
    match draft.chance.randrange(3):
        case 0:
            draft.leaf = replace(draft.leaf, digest="sha1")
        case 1:
            draft.change_middle(digest="sha1")
        case _:
            draft.root = replace(draft.root, digest="sha1")


def forged(draft: Draft) -> None:
    """A signature by somebody else's key."""
    forger = key("forger")
    if draft.chance.random() < 0.6 or not draft.middle:
        draft.leaf = replace(draft.leaf, signing_key=forger)
    else:
        draft.change_middle(signing_key=forger)


def key_identifier(draft: Draft) -> None:
    """An authority key identifier that is not the issuer's."""
    draft.leaf = replace(draft.leaf, authority_key_id=b"\x17" * 20)


def must_staple(draft: Draft) -> None:
    """A leaf that demands a staple; there is none."""
    draft.leaf = replace(draft.leaf, must_staple=True)


def one_missing(draft: Draft) -> None:
    """An intermediate is not sent."""

    def drop(sent: list[Issued], _root: Issued, middle: list[Issued]) -> None:
        there = [one for one in middle if one in sent]
        if there:
            sent.remove(draft.chance.choice(there))

    draft.presentation.append(drop)


def missing_and_offered(draft: Draft) -> None:
    """Nothing but the leaf is sent; every certificate says where its issuer can be downloaded."""

    def drop(sent: list[Issued], _root: Issued, middle: list[Issued]) -> None:
        sent[:] = [one for one in sent if one not in middle]

    draft.presentation.append(drop)
    draft.offered = True


def root_sent(draft: Draft) -> None:
    """The root is sent too, anywhere."""
    draft.presentation.append(lambda sent, root, _middle: sent.insert(draft.chance.randrange(1, len(sent) + 1), root))


def shuffled(draft: Draft) -> None:
    """Another order behind the leaf."""

    def mix(sent: list[Issued], _root: Issued, _middle: list[Issued]) -> None:
        rest = sent[1:]
        draft.chance.shuffle(rest)
        sent[1:] = rest

    draft.presentation.append(mix)


def twice(draft: Draft) -> None:
    """Something is sent twice."""
    draft.presentation.append(lambda sent, _root, _middle: sent.append(draft.chance.choice(sent)))


def twin(draft: Draft) -> None:
    """An expired twin of the leaf's issuer is sent along, before or behind it."""

    def add(sent: list[Issued], root: Issued, middle: list[Issued]) -> None:
        if middle:
            old = issue(middle[-1].certificate.subject.der, middle[-1].key, root, ca(days=(-900, -3)))
            sent.insert(draft.chance.randrange(1, len(sent) + 1), old)

    draft.presentation.append(add)


CHANGES = (
    names, names, common_name, other_alternatives, reached_as, leaf_dates, issuer_dates, root_dates, leaf_usages,
    issuer_usages, leaf_bits, issuer_bits, leaf_constraints, issuer_constraints, path_length, subtrees, subtrees,
    unknown_extension, weak_hash, forged, key_identifier, must_staple, one_missing, missing_and_offered, root_sent,
    shuffled, twice, twin, odd_root, odd_root, other_anchor, cross_signed,
)  # fmt: skip
