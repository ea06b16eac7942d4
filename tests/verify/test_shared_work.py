"""What clients share while one chain is judged, and what is remembered of certificates, never changes an answer."""

import itertools
import json
import sys
from datetime import timedelta
from typing import Any

import pytest

from mailtrust.core.clients import CLIENTS
from mailtrust.core.formats.json_text import to_json_line
from mailtrust.core.formats.verify_request import VerifyRequest
from mailtrust.core.issuance.authority import make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.x509 import signatures
from mailtrust.core.x509.pem import to_pem
from mailtrust.flows.verify import _store_of, answer_line, verify

EVERY_OTHER = frozenset(sorted({client.anchor_store for client in CLIENTS})[::2])


def forget() -> None:
    """Empty whatever is remembered of certificates, keys, names, signatures, and below given roots."""
    for name, module in list(sys.modules.items()):
        if name.startswith("mailtrust.core.x509."):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
    signatures._remembered.clear()
    _store_of.cache_clear()


def test_each_client_is_judged_by_its_own_store_though_stores_come_and_go(pki: Any) -> None:
    anchors = (TrustAnchor(pki.root.certificate),)

    def store(name: str) -> AnchorStore:
        """Made anew whenever it is asked for, so that the next one may lie where this one lay."""
        return AnchorStore(name, pki.now, "made", name, anchors if name in EVERY_OTHER else ())

    chain = (pki.leaf.certificate, pki.issuing.certificate)

    def judged(*clients: str) -> list[Any]:
        return list(verify(VerifyRequest(chain=chain, at=pki.now, clients=clients), store_named=store, now=pki.now))

    ids = [client.id for client in CLIENTS if not client.unknown_because]
    alone = {one: judged(one)[0] for one in ids}
    assert {verdict.valid for verdict in alone.values()} == {True, False}
    for order in (ids, ids[::-1], ids[1::2] + ids[::2]):
        assert judged(*order) == [alone[one] for one in order]


def test_nothing_of_one_request_reaches_another(pki: Any) -> None:
    stranger = make_root(
        root_recipe("Stranger", "Strangers"),
        make_key("ec-p256"),
        serial=1,
        not_before=pki.now - timedelta(days=9),
        not_after=pki.now + timedelta(days=9),
    )
    leaf, issuing = pki.leaf.certificate, pki.issuing.certificate
    requests = [
        pki.request(client=None),
        pki.request(leaf, client=None),
        pki.request(leaf, client=None, pool=[to_pem(issuing)]),
        pki.request(client=None, name="other.example.com"),
        pki.request(client=None, at=(pki.now + timedelta(days=4000)).isoformat()),
        pki.request(client=None, roots=to_pem(stranger.certificate)),
        pki.request(client=None, purpose="tls-client"),
        pki.request(client=None, revocation="require"),
    ]
    lines = [json.dumps(request).encode() for request in requests]

    def answer(line: bytes) -> bytes:
        said = answer_line(line, store_named=pki.store, now=pki.now, translate=str)
        said.elapsed_ms = 0.0
        return to_json_line(said)

    anew = []
    for line in lines:
        forget()
        anew.append(answer(line))
    assert len(set(anew)) == len(lines)
    for before, line in itertools.product(lines, range(len(lines))):
        answer(before)
        assert answer(lines[line]) == anew[line]


@pytest.mark.parametrize("kind", ["rsa-2048", "ec-p256"])
def test_a_key_seen_before_verifies_no_more_than_a_new_one(pki: Any, kind: Any) -> None:
    root = make_root(
        root_recipe("Key", "Keys"), make_key(kind), serial=1, not_before=pki.now, not_after=pki.now + timedelta(days=9)
    ).certificate
    for _ in range(2):
        signatures._remembered.clear()
        assert signatures.signed_by(root, root.public_key) is signatures.SignatureResult.VALID
        assert signatures.signed_by(pki.leaf.certificate, root.public_key) is not signatures.SignatureResult.VALID
