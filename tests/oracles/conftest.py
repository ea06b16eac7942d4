"""The matrix, asked once for all tests: every case of every real engine, and of our judge, at the same moment."""

import asyncio
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.oracles.cases import Case, all_cases

from mailtrust.core.clients import client_by_id
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.verdict import Verdict
from mailtrust.core.validation.evaluate import evaluate
from mailtrust.lab.listener import BUNDLE, KEY, Listener
from mailtrust.lab.oracles import Answer, JavaOracle, Question, ask_gnutls, ask_openssl

LOOPBACK = "127.0.0.1"
PROGRAMS = {"openssl": "openssl", "gnutls-cli": "gnutls-bin", "java": "openjdk-17-jre-headless"}


@dataclass(frozen=True)
class Compared:
    """One engine and our profile of it, on one case."""

    case: Case
    answer: Answer
    verdict: Verdict


Matrix = Mapping[tuple[str, str], Compared]
"""By client id and case id."""


@pytest.fixture(scope="session")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if missing:
        reason = f"real engines are missing: apt install {' '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return asyncio.run(_ask_all(tmp_path_factory.mktemp("oracles")))


async def _ask_all(folder: Path) -> Matrix:
    java = JavaOracle(folder)
    await java.start()
    found: dict[tuple[str, str], Compared] = {}
    for case in all_cases():
        (folder / BUNDLE).write_text("".join(issued.pem for issued in case.presented))
        (folder / KEY).write_text(case.leaf.key.to_pem())
        roots = folder / "roots.pem"
        roots.write_text("".join(anchor.pem for anchor in case.anchors))
        listener = Listener(case.host, 443, Protocol.TLS, TlsMode.IMPLICIT, folder)
        await listener.start(LOOPBACK)
        question = Question(case.host, LOOPBACK, listener.real_port, Protocol.TLS, TlsMode.IMPLICIT, roots)
        for client, ask in (("openssl", ask_openssl), ("gnutls", ask_gnutls), ("java-mail", java.ask)):
            answer = await ask(question)
            found[client, case.id] = Compared(case, answer, judge(case, client, datetime.now(UTC)))
        await listener.stop()
    await java.stop()
    return found


def judge(case: Case, client: str, now: datetime) -> Verdict:
    """What our profile of the client says, with the case's anchors as the only ones."""
    chain = tuple(issued.certificate for issued in case.presented)
    handshake = Handshake("TLSv1.3", "TLS_AES_256_GCM_SHA384", chain, None, key_proven=True, completed=True)
    endpoint = Endpoint(case.host, 443, Protocol.TLS, TlsMode.IMPLICIT, LOOPBACK, case.host, "given")
    return evaluate(
        Observation(endpoint, Offer.DEFAULT, now, handshake),
        pool=Pool(),
        store=AnchorStore("empty", now, "", "", ()),
        client=client_by_id(client),
        now=now,
        local_anchors=tuple(TrustAnchor(anchor.certificate) for anchor in case.anchors),
    )
