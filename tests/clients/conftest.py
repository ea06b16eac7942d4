"""Situations of a mail server, each judged for any client: what the tables of the tests stand on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from tests.oracles.maker import CLIENT_AUTH, Issued, Shape, ca, issue, key, named

from mailtrust.core.clients import client_by_id
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.verdict import Verdict
from mailtrust.core.validation.evaluate import evaluate
from mailtrust.core.x509.parse import read_certificate

HOST = "mail.example.test"
ADDRESS = "192.0.2.25"


@dataclass(frozen=True)
class Situation:
    """What a server presents, what else is known, and whose root it is."""

    presented: tuple[AnyCertificate, ...]
    public: Certificate | None = None
    """A root of the client's own store."""
    local: Certificate | None = None
    """A root that an administrator has added."""
    known: tuple[tuple[Certificate, Source], ...] = ()
    host: str = HOST

    def judged(self, client: str, protocol: Protocol = Protocol.HTTPS) -> Verdict:
        now = datetime.now(UTC)
        handshake = Handshake(
            "TLSv1.3", "TLS_AES_256_GCM_SHA384", self.presented, None, key_proven=True, completed=True
        )
        endpoint = Endpoint(self.host, 443, protocol, TlsMode.IMPLICIT, ADDRESS, None, "given")
        anchors = (TrustAnchor(self.public),) if self.public else ()
        return evaluate(
            Observation(endpoint, Offer.DEFAULT, now, handshake),
            pool=Pool(tuple(PoolEntry(known, frozenset({source})) for known, source in self.known)),
            store=AnchorStore("test", now, "", "", anchors),
            client=client_by_id(client),
            now=now,
            local_anchors=(TrustAnchor(self.local),) if self.local else (),
        )


def _shown(issued: Issued, timestamps: int = 2) -> Certificate:
    """The certificate, as if it carried signed certificate timestamps."""
    return replace(issued.certificate, sct_count=timestamps)


def _situations() -> dict[str, Situation]:
    root = issue(named("Root"), key("rsa root", "rsa-2048"), None, ca())
    issuing = issue(named("Issuing"), key("rsa issuing", "rsa-2048"), root, ca())

    def leaf(**changes: object) -> Issued:
        kind = changes.pop("kind", "ec-p256")
        shape = Shape(**{"dns": (HOST,), **changes})  # type: ignore[arg-type]
        return issue(named(HOST), key(f"leaf {kind}", kind), issuing, shape)  # type: ignore[arg-type]

    def public(timestamps: int = 2, **changes: object) -> Situation:
        return Situation((_shown(leaf(**changes), timestamps), issuing.certificate), public=root.certificate)

    def private(**changes: object) -> Situation:
        return Situation((leaf(**changes).certificate, issuing.certificate), local=root.certificate)

    lone = issue(named(HOST), key("lone"), None, Shape(dns=(HOST,)))
    alone = (_shown(leaf()),)
    return {
        "good": public(),
        "no-issuer": Situation(alone, root.certificate, known=((issuing.certificate, Source.AIA),)),
        "no-issuer-preloaded": Situation(alone, root.certificate, known=((issuing.certificate, Source.CATALOGUE),)),
        "no-issuer-private": Situation(alone, local=root.certificate, known=((issuing.certificate, Source.CATALOGUE),)),
        "no-issuer-elsewhere": Situation(alone, root.certificate, known=((issuing.certificate, Source.ELSEWHERE),)),
        "self-signed": Situation((lone.certificate,)),
        "unknown-root": replace(public(), public=None),
        "expired": public(days=(-90, -2)),
        "wrong-name": public(dns=("www.example.test",)),
        "name-in-cn": public(dns=()),
        "name-in-cn-private": private(dns=()),
        "address": replace(public(addresses=(ADDRESS,)), host=ADDRESS),
        "address-as-dns": replace(public(dns=(ADDRESS,)), host=ADDRESS),
        "second-name": public(dns=("other.example.test", HOST)),
        "rsa-1024": private(kind="rsa-1024"),
        "sha-1": private(digest="sha1"),
        "no-eku-public": public(usages=None),
        "no-eku-private": private(usages=None),
        "client-auth": public(usages=(CLIENT_AUTH,)),
        "key-encipherment": public(kind="rsa-2048", key_usage=("keyEncipherment",)),
        "must-staple": public(must_staple=True),
        "ca-as-leaf": private(ca=True, key_usage=("digitalSignature", "keyCertSign")),
        "public-400-days": public(days=(-30, 370)),
        "private-400-days": private(days=(-30, 370)),
        "private-900-days": private(days=(-30, 870)),
        "no-timestamps": public(timestamps=0),
        "unreadable": Situation(
            (read_certificate(leaf().certificate.der[:200]), issuing.certificate), root.certificate
        ),
    }


@pytest.fixture(scope="session")
def situation() -> Callable[[str], Situation]:
    return _situations().__getitem__
