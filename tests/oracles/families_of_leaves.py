"""Families of cases about the server's own certificate: names, keys, uses."""

from collections.abc import Iterator

from tests.oracles.maker import ANY_USAGE, CLIENT_AUTH, OLD_SGC_USAGE, SERVER_AUTH, Shape, ca, issue, key, named
from tests.oracles.world import HOST, Case, World


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
