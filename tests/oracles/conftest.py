"""The matrix, asked once for all tests: every case of every real engine, and of our judge, at the same moment."""

import asyncio
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.oracles.cases import all_cases
from tests.oracles.recordings import LOOPBACK, Compared, RecordedCase, judge

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.lab.listener import BUNDLE, KEY, Listener
from mailtrust.lab.oracles import JavaOracle, Question, ask_gnutls, ask_openssl

PROGRAMS = {"openssl": "openssl", "gnutls-cli": "gnutls-bin", "java": "openjdk-17-jre-headless"}


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
        await listener.start()
        question = Question(case.host, LOOPBACK, listener.real_port, Protocol.TLS, TlsMode.IMPLICIT, roots)
        for client, ask in (("openssl", ask_openssl), ("gnutls", ask_gnutls), ("java-mail", java.ask)):
            answer = await ask(question)
            known = RecordedCase.of(case)
            found[client, case.id] = Compared(known, answer, judge(known, client, datetime.now(UTC)))
        await listener.stop()
    await java.stop()
    return found
