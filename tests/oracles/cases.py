"""The matrix: chains as servers present them, each with the anchors a client has and the name it was told."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from tests.oracles.maker import (
    ANY_USAGE,
    CLIENT_AUTH,
    EXPLICIT_POLICY,
    OLD_SGC_USAGE,
    SERVER_AUTH,
    UNKNOWN_CRITICAL,
    Issued,
    Shape,
    ca,
    issue,
    key,
    named,
    realm,
)

from mailtrust.core.issuance.recipe import dns_subtree, ip_subtree
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


def chains(w: World) -> Iterator[Case]:
    """What is presented: order, gaps, extras."""
    leaf, root, issuing = w.leaf(), w.root, w.issuing
    stranger = issue(named("Stranger CA"), key("stranger"), None, ca())
    yield Case("good", (leaf, issuing), (root,))
    yield Case("missing-intermediate", (leaf,), (root,))
    yield Case("root-included", (leaf, issuing, root), (root,))
    yield Case("wrong-order-with-root", (leaf, root, issuing), (root,))
    yield Case("duplicates", (leaf, issuing, leaf, issuing), (root,))
    yield Case("stranger-sent-along", (leaf, stranger, issuing), (root,))
    yield Case("stranger-instead-of-intermediate", (leaf, stranger), (root,))
    yield Case("unknown-root-not-sent", (leaf, issuing), (stranger,))
    yield Case("unknown-root-sent", (leaf, issuing, root), (stranger,))
    direct = w.leaf(by=root)
    yield Case("issued-by-the-anchor", (direct,), (root,))
    yield Case("intermediate-is-the-only-anchor", (leaf,), (issuing,))
    yield Case("intermediate-sent-and-the-only-anchor", (leaf, issuing), (issuing,))
    yield Case("no-anchors-that-fit-and-nothing-sent", (leaf,), (stranger,))
    deep = [issuing]
    for number in range(2):
        deep.append(issue(named(f"Deep CA {number}"), key(f"deep {number}"), deep[-1], ca()))
    yield Case("three-intermediates", (w.leaf(by=deep[-1]), *reversed(deep)), (root,))
    yield Case("three-intermediates-shuffled", (w.leaf(by=deep[-1]), deep[1], deep[0], deep[2]), (root,))
    for count in range(4, 11):
        deep.append(issue(named(f"Deep CA {count}"), key(f"deep {count}"), deep[-1], ca()))
        word = {6: "six", 7: "seven", 9: "nine", 10: "ten"}.get(count)
        if word is not None:
            yield Case(f"{word}-intermediates", (w.leaf(by=deep[-1]), *reversed(deep)), (root,))


def self_signed(w: World) -> Iterator[Case]:
    """Certificates that sign themselves."""
    lone = issue(named(HOST), key("self"), None, Shape(dns=(HOST,)))
    yield Case("self-signed", (lone,), (w.root,))
    yield Case("self-signed-without-san", (issue(named(HOST), key("self"), None, Shape()),), (w.root,))
    yield Case("self-signed-trusted", (lone,), (lone,))
    yield Case("self-signed-trusted-twin-name", (lone,), (issue(named(HOST), key("other"), None, Shape(dns=(HOST,))),))
    as_ca = issue(
        named(HOST),
        key("self"),
        None,
        ca(dns=(HOST,), usages=(SERVER_AUTH,), key_usage=("digitalSignature", "keyCertSign")),
    )
    yield Case("self-signed-ca-trusted", (as_ca,), (as_ca,))
    old = issue(named(HOST), key("self"), None, Shape(dns=(HOST,), days=(-400, -2)))
    yield Case("self-signed-trusted-expired", (old,), (old,))


def times(w: World) -> Iterator[Case]:
    """Dates, of leaf, intermediate and root, and cross-signs."""
    root, issuing = w.root, w.issuing
    yield Case("expired-leaf", w.served(days=(-400, -2)), (root,))
    yield Case("not-yet-valid-leaf", w.served(days=(2, 90)), (root,))
    expired = w.intermediate(days=(-900, -3))
    yield Case("expired-intermediate", (w.leaf(by=expired), expired), (root,))
    future = w.intermediate(days=(3, 900))
    yield Case("not-yet-valid-intermediate", (w.leaf(by=future), future), (root,))
    yield Case("expired-twin-of-intermediate-first", (w.leaf(), expired, issuing), (root,))
    yield Case("expired-twin-of-intermediate-last", (w.leaf(), issuing, expired), (root,))
    old_root = issue(named("Old Root"), key("old root"), None, ca())
    lapsed_root = issue(named("Old Root"), key("old root"), None, ca(days=(-4000, -10)))
    cross = issue(named("Oracle Root"), key("root"), old_root, ca())
    lapsed_cross = issue(named("Oracle Root"), key("root"), old_root, ca(days=(-900, -10)))
    yield Case("cross-sign-to-the-old-root", (w.leaf(), issuing, cross), (old_root,))
    yield Case("cross-sign-beside-the-known-root", (w.leaf(), issuing, cross), (root,))
    yield Case("expired-cross-sign-beside-a-good-path", (w.leaf(), issuing, lapsed_cross), (root,))
    yield Case("expired-cross-sign-both-roots-known", (w.leaf(), issuing, lapsed_cross), (root, old_root))
    yield Case("expired-cross-sign-to-an-expired-root", (w.leaf(), issuing, lapsed_cross), (root, lapsed_root))
    yield Case("expired-cross-sign-is-the-only-path", (w.leaf(), issuing, lapsed_cross), (old_root,))
    yield Case("root-sent-before-its-cross-sign", (w.leaf(), issuing, root, cross), (old_root,))
    yield Case("root-sent-after-its-cross-sign", (w.leaf(), issuing, cross, root), (old_root,))
    unknown = issue(named("Unknown Root"), key("unknown root"), None, ca())
    twin = issue(named("Oracle Issuing CA"), key("issuing"), unknown, ca())
    yield Case("twin-from-an-unknown-root-first", (w.leaf(), twin, issuing), (root,))
    yield Case("twin-from-an-unknown-root-last", (w.leaf(), issuing, twin), (root,))
    yield w.under("expired-root-in-the-store", issue(named("Lapsed"), key("lapsed"), None, ca(days=(-4000, -9))))


def names(w: World) -> Iterator[Case]:
    """What names there are, and how they compare."""

    def served(id_: str, host: str = HOST, **changes: object) -> Case:
        return Case(id_, w.served(**changes), (w.root,), host)

    yield served("wrong-name", dns=("www.example.test",), cn=("www.example.test",))
    yield served("near-miss-name", host="autodiscover.example.test", dns=("autdiscover.example.test",))
    yield served(
        "one-of-many-names",
        dns=(
            "a.example.test",
            HOST,
            "b.example.test",
        ),
    )
    yield served("name-in-other-case", dns=("MAIL.Example.TEST",))
    yield served("host-in-other-case", host="MAIL.example.test")
    yield served("cn-only", dns=())
    yield served("cn-only-wrong", dns=(), cn=("www.example.test",))
    yield served("cn-only-wildcard", dns=(), cn=("*.example.test",))
    yield served("two-cns-first-fits", dns=(), cn=(HOST, "www.example.test"))
    yield served("two-cns-last-fits", dns=(), cn=("www.example.test", HOST))
    yield served("no-name-at-all", dns=(), cn=())
    yield served("cn-fits-san-does-not", dns=("www.example.test",))
    yield served("cn-fits-san-has-only-ip", dns=(), addresses=("127.0.0.1",))
    yield served("cn-fits-san-has-only-email", dns=(), emails=("postmaster@example.test",))
    yield served("cn-fits-san-has-only-uri", dns=(), uris=("https://mail.example.test/",))
    yield served("ip-san", host="127.0.0.1", dns=(), addresses=("127.0.0.1",))
    yield served("ip-san-of-another", host="127.0.0.1", dns=(), addresses=("127.0.0.2",))
    yield served("ip-as-dns", host="127.0.0.1", dns=("127.0.0.1",))
    yield served("ip-in-cn-only", host="127.0.0.1", dns=(), cn=("127.0.0.1",))
    yield served("ip-in-cn-and-dns-san", host="127.0.0.1", dns=(HOST,), cn=("127.0.0.1",))
    yield served("ipv6-san", host="::1", dns=(), addresses=("::1",))
    yield served("host-for-an-ip-certificate", dns=(), addresses=("127.0.0.1",), cn=("127.0.0.1",))
    yield served("wildcard", dns=("*.example.test",))
    yield served("wildcard-too-deep", host="a.mail.example.test", dns=("*.example.test",))
    yield served("wildcard-is-not-the-parent", host="example.test", dns=("*.example.test",))
    yield served("wildcard-second-label", host="a.mail.example.test", dns=("a.*.example.test",))
    yield served("wildcard-prefix", dns=("ma*.example.test",))
    yield served("wildcard-suffix", dns=("*il.example.test",))
    yield served("wildcard-inside", dns=("m*l.example.test",))
    yield served("wildcard-over-one-label", host="example.test", dns=("*.test",))
    yield served("wildcard-alone", host="mail", dns=("*",))
    yield served("wildcard-over-underscore", host="_mail.example.test", dns=("*.example.test",))
    yield served("underscore", host="my_mail.example.test", dns=("my_mail.example.test",))
    yield served("single-label", host="mail", dns=("mail",))
    yield served("a-label", host="xn--bcher-kva.example.test", dns=("xn--bcher-kva.example.test",))
    yield served("trailing-dot-in-san", dns=(HOST + ".",))
    yield served("leading-dot-in-san", dns=(".example.test",))
    shouted = named("ORACLE ISSUING CA", organisation="ORACLE TEST")
    yield served("issuer-name-in-other-case", issuer_name=shouted)


def keys_and_hashes(w: World) -> Iterator[Case]:
    """Key sizes, curves, hashes."""
    root = issue(named("RSA Root"), key("rsa root", "rsa-2048"), None, ca())
    issuing = issue(named("RSA CA"), key("rsa issuing", "rsa-2048"), root, ca())
    yield Case("rsa-2048", (w.leaf(by=issuing, kind="rsa-2048"), issuing), (root,))
    yield Case("rsa-1024-leaf", (w.leaf(by=issuing, kind="rsa-1024"), issuing), (root,))
    small = issue(named("RSA CA"), key("rsa small", "rsa-1024"), root, ca())
    yield Case("rsa-1024-intermediate", (w.leaf(by=small, kind="rsa-2048"), small), (root,))
    yield Case("sha1-leaf", (w.leaf(by=issuing, kind="rsa-2048", digest="sha1"), issuing), (root,))
    weak = issue(named("RSA CA"), key("rsa issuing", "rsa-2048"), root, ca(digest="sha1"))
    yield Case("sha1-intermediate", (w.leaf(by=weak, kind="rsa-2048"), weak), (root,))
    sha1_root = issue(named("RSA Root"), key("rsa root", "rsa-2048"), None, ca(digest="sha1"))
    yield Case("sha1-root", (w.leaf(by=issuing, kind="rsa-2048"), issuing), (sha1_root,))
    yield Case("sha1-root-sent", (w.leaf(by=issuing, kind="rsa-2048"), issuing, sha1_root), (sha1_root,))
    sha1_self = issue(named(HOST), key("self", "rsa-2048"), None, Shape(dns=(HOST,), digest="sha1"))
    yield Case("sha1-self-signed-trusted", (sha1_self,), (sha1_self,))
    yield w.under("rsa-1024-root", issue(named("Small"), key("small", "rsa-1024"), None, ca()))
    yield Case("p384-leaf", w.served(kind="ec-p384"), (w.root,))
    yield Case("p521-leaf", w.served(kind="ec-p521"), (w.root,))
    yield Case("ed25519-leaf", w.served(kind="ed25519"), (w.root,))


def usages(w: World) -> Iterator[Case]:
    """Key usage, extended key usage, must-staple."""

    def served(id_: str, **changes: object) -> Case:
        return Case(id_, w.served(**changes), (w.root,))

    yield served("no-eku", usages=None)
    yield served("client-auth-only", usages=(CLIENT_AUTH,))
    yield served("server-and-client-auth", usages=(SERVER_AUTH, CLIENT_AUTH))
    yield served("any-usage-only", usages=(ANY_USAGE,))
    yield served("old-sgc-usage-only", usages=(OLD_SGC_USAGE,))
    yield served("no-key-usage", key_usage=None)
    yield served("key-agreement-only", key_usage=("keyAgreement",))
    yield served("key-encipherment-only", kind="rsa-2048", key_usage=("keyEncipherment",))
    yield served("non-repudiation-only", key_usage=("nonRepudiation",))
    yield served("key-cert-sign-only", key_usage=("keyCertSign",))
    yield served("must-staple-without-staple", must_staple=True)
    yield served("ca-as-leaf", ca=True, key_usage=("digitalSignature", "keyCertSign"), usages=(SERVER_AUTH,))
    yield served("no-basic-constraints", ca=None)
    for usage, id_ in ((CLIENT_AUTH, "client-auth"), (SERVER_AUTH, "server-auth"), (ANY_USAGE, "any-usage")):
        limited = w.intermediate(usages=(usage,))
        yield Case(f"intermediate-for-{id_}", (w.leaf(by=limited), limited), (w.root,))
    yield w.under("root-for-client-auth", issue(named("Client"), key("cl"), None, ca(usages=(CLIENT_AUTH,))))


def constraints(w: World) -> Iterator[Case]:
    """What CAs may do."""

    def through(id_: str, host: str = HOST, leaf: dict[str, object] | None = None, **changes: object) -> Case:
        by = w.intermediate(**changes)
        return Case(id_, (w.leaf(by=by, **(leaf or {})), by), (w.root,), host)  # type: ignore[arg-type]

    yield through("name-constraints-permit", permitted=subtree("example.test"))
    yield through("name-constraints-permit-another", permitted=subtree("example.org"))
    yield through("name-constraints-exclude", excluded=subtree("example.test"))
    yield through("name-constraints-exclude-another", excluded=subtree("example.org"))
    yield through("name-constraints-on-cn-only", permitted=subtree("example.org"), leaf={"dns": ()})
    yield through(
        "name-constraints-ip",
        host="127.0.0.1",
        permitted=(ip_subtree("10.0.0.0/8"),),
        leaf={"dns": (), "addresses": ("127.0.0.1",)},
    )
    yield through("wildcard-over-an-excluded-name", excluded=subtree(HOST), leaf={"dns": ("*.example.test",)})
    yield through("wildcard-wider-than-permitted", permitted=subtree(HOST), leaf={"dns": ("*.example.test",)})
    for order in ((HOST, "bad.example.test"), ("bad.example.test", HOST)):
        id_ = f"excluded-common-name-{'last' if order[0] == HOST else 'first'}"
        yield through(id_, excluded=subtree("bad.example.test"), leaf={"dns": (), "cn": order})
    beside = {"permitted": (ip_subtree("10.0.0.0/8"),), "leaf": {"cn": ("192.0.2.1",)}}
    yield through("address-in-cn-outside-permitted", **beside)  # type: ignore[arg-type]
    yield through("intermediate-is-no-ca", ca=False)
    yield through("intermediate-without-basic-constraints", ca=None)
    yield through("intermediate-may-not-sign", key_usage=("cRLSign", "digitalSignature"))
    yield through("intermediate-without-key-usage", key_usage=None)
    yield through("unknown-critical-in-intermediate", more=(UNKNOWN_CRITICAL,))
    yield through("explicit-policy-required", more=(EXPLICIT_POLICY,))
    yield through("path-length-zero", path_length=0)
    short = w.intermediate(path_length=0)
    below = issue(named("Below"), key("below"), short, ca())
    yield Case("path-length-exceeded", (w.leaf(by=below), below, short), (w.root,))
    itself = issue(named("Oracle Issuing CA"), key("rolled over"), short, ca())
    yield Case("path-length-with-a-self-issued-ca", (w.leaf(by=itself), itself, short), (w.root,))
    yield Case("unknown-critical-in-leaf", w.served(more=(UNKNOWN_CRITICAL,)), (w.root,))
    yield Case("bad-signature", w.served(signing_key=key("forger")), (w.root,))
    forged = w.intermediate(signing_key=key("forger"))
    yield Case("bad-signature-on-intermediate", (w.leaf(by=forged), forged), (w.root,))
    yield Case("wrong-key-identifier", w.served(authority_key_id=b"\x42" * 20), (w.root,))
    yield Case("wrong-issuer-and-serial", w.served(authority_serial=4711), (w.root,))
    stray = w.intermediate(authority_key_id=b"\x42" * 20)
    yield Case("wrong-key-identifier-towards-the-anchor", (w.leaf(by=stray), stray), (w.root,))
    bare = {"version v1 root": ca(version=1), "root without basic constraints": ca(ca=None)}
    bare["root without key usage"] = ca(key_usage=None)
    bare["root with path length zero"] = ca(path_length=0)
    bare["root with unknown critical"] = ca(more=(UNKNOWN_CRITICAL,))
    bare["root with name constraints"] = ca(permitted=subtree("example.org"))
    bare["root is no ca"] = ca(ca=False)
    for name, shape in bare.items():
        yield w.under(name.replace(" ", "-"), issue(named("Odd Root"), key("odd " + name), None, shape))
    first = ca(version=1)
    old = issue(named("Oracle Issuing CA"), key("issuing"), w.root, first)
    yield Case("version-v1-intermediate", (w.leaf(by=old), old), (w.root,))


def several_faults(w: World) -> Iterator[Case]:
    """More than one thing is wrong: which is named first?"""
    wrong = {"dns": ("www.example.test",), "cn": ("www.example.test",)}
    past = {"days": (-400, -2)}
    yield Case("wrong-name-and-expired", w.served(**wrong, **past), (w.root,))
    yield Case("wrong-name-and-missing-intermediate", (w.leaf(**wrong),), (w.root,))
    yield Case("expired-and-missing-intermediate", (w.leaf(**past),), (w.root,))
    yield Case("wrong-name-and-client-auth-only", w.served(**wrong, usages=(CLIENT_AUTH,)), (w.root,))
    yield Case("expired-and-client-auth-only", w.served(**past, usages=(CLIENT_AUTH,)), (w.root,))
    yield Case("expired-and-unknown-critical", w.served(**past, more=(UNKNOWN_CRITICAL,)), (w.root,))
    yield Case("wrong-name-and-bad-signature", w.served(**wrong, signing_key=key("forger")), (w.root,))
    yield Case("expired-and-bad-signature", w.served(**past, signing_key=key("forger")), (w.root,))
    yield Case("self-signed-expired-wrong-name", (issue(named("x"), key("self"), None, Shape(**past)),), (w.root,))
    root = issue(named("RSA Root"), key("rsa root", "rsa-2048"), None, ca())
    yield Case("weak-key-wrong-name-expired", (w.leaf(by=root, kind="rsa-1024", **wrong, **past),), (root,))
    yield Case(
        "weak-hash-wrong-name-expired", (w.leaf(by=root, digest="sha1", kind="rsa-2048", **wrong, **past),), (root,)
    )
    narrow = w.intermediate(permitted=subtree("example.org"))
    yield Case("outside-name-constraints-and-expired", (w.leaf(by=narrow, **past), narrow), (w.root,))


def downloads(w: World) -> Iterator[Case]:
    """Issuers that are not sent, and can be downloaded or can't (RFC 5280 4.2.2.1)."""
    root, issuing = w.root, w.issuing
    offered = w.leaf(ca_issuers=(w.publish(issuing),))
    yield Case("missing-intermediate-offered", (offered,), (root,), downloads=(issuing,))
    yield Case("missing-intermediate-offered-nowhere", (w.leaf(ca_issuers=(nowhere(issuing),)),), (root,))
    yield Case("missing-intermediate-offered-second", (w.leaf(ca_issuers=(nowhere(issuing), w.publish(issuing))),),
               (root,), downloads=(issuing,))  # fmt: skip
    middle = w.intermediate("Upper CA", ca_issuers=(w.publish(root),))
    lower = issue(named("Lower CA"), key("lower"), middle, ca(ca_issuers=(w.publish(middle),)))
    both = w.leaf(by=lower, ca_issuers=(w.publish(lower),))
    yield Case("two-missing-intermediates-offered", (both,), (root,), downloads=(lower, middle, root))
    yield Case("upper-intermediate-missing-and-offered", (both, lower), (root,), downloads=(lower, middle, root))
    expired = w.intermediate(days=(-900, -3))
    late = w.leaf(by=expired, ca_issuers=(w.publish(expired),))
    yield Case("missing-intermediate-offered-expired", (late,), (root,), downloads=(expired,))
    namesake = issue(named("Oracle Issuing CA"), key("namesake"), root, ca())
    yield Case("namesake-of-intermediate-offered", (w.leaf(ca_issuers=(w.publish(namesake),)),), (root,),
               downloads=(namesake,))  # fmt: skip
    fresh = w.leaf(by=expired, ca_issuers=(w.publish(issuing),))
    yield Case("expired-intermediate-sent-good-one-offered", (fresh, expired), (root,), downloads=(issuing,))


Family = Callable[[World], Iterator[Case]]
FAMILIES: tuple[Family, ...] = (
    chains,
    self_signed,
    times,
    names,
    keys_and_hashes,
    usages,
    constraints,
    several_faults,
    downloads,
)


def all_cases() -> tuple[Case, ...]:
    """Every case, made anew with the clock of this moment; they share their CAs, and nothing is offered anywhere."""
    world = World()
    return _checked(case for family in FAMILIES for case in family(world))


def separate_cases(publish: Publish, families: Iterable[Family] = FAMILIES) -> tuple[Case, ...]:
    """Every case with CAs of its own, so that a client that remembers one case can't judge another by it."""
    return _checked(case for family in families for case in _separately(family, publish))


def _separately(family: Family, publish: Publish) -> Iterator[Case]:
    number = 0
    while True:
        with realm(f"{family.__name__} {number}"):
            case = next(islice(family(World(publish)), number, None), None)
        if case is None:
            return
        yield case
        number += 1


def _checked(cases: Iterator[Case]) -> tuple[Case, ...]:
    made = tuple(cases)
    assert len({case.id for case in made}) == len(made), "two cases share an id"
    return made
