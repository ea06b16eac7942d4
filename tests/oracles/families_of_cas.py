"""Families of cases about what CAs may do."""

from collections.abc import Iterator

from tests.oracles.maker import EXPLICIT_POLICY, UNKNOWN_CRITICAL, ca, issue, key, named
from tests.oracles.world import HOST, Case, World, subtree

from mailtrust.core.issuance.recipe import ip_subtree


def constraints(w: World) -> Iterator[Case]:
    """What CAs may do."""

    def through(id_: str, host: str = HOST, leaf: dict[str, object] | None = None, **changes: object) -> Case:
        by = w.intermediate(**changes)
        return Case(id_, (w.leaf(by=by, **(leaf or {})), by), (w.root,), host)  # type: ignore[arg-type]

    yield through("name-constraints-permit", permitted=subtree("example.test"))
    yield through("name-constraints-permit-another", permitted=subtree("example.org"))
    yield through("name-constraints-exclude", excluded=subtree("example.test"))
    yield through("name-constraints-exclude-another", excluded=subtree("example.org"))
    yield through("name-constraints-and-a-final-dot", permitted=subtree("example.test"), leaf={"dns": (HOST + ".",)})
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
    for id_, cn in (("address", "127.0.0.1"), ("words", "Mail 127.0.0.1")):
        alone = {"dns": (), "cn": (cn,), "addresses": ("127.0.0.1",)}
        bound = (*subtree("example.test"), ip_subtree("127.0.0.0/8"))
        yield through(f"{id_}-in-cn-under-names-and-addresses", host="127.0.0.1", permitted=bound, leaf=alone)
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
