"""Families of cases about what is sent: order, gaps, dates, several faults at once, downloads."""

from collections.abc import Iterator

from tests.oracles.maker import CLIENT_AUTH, SERVER_AUTH, UNKNOWN_CRITICAL, Shape, ca, issue, key, named
from tests.oracles.world import HOST, Case, World, nowhere, subtree


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
