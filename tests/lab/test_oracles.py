"""The oracles say that they could not be asked, rather than anything about the server."""

import shutil
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailtrust.core.issuance.authority import make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe
from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.oracles import JavaOracle, OracleError, Question, ask_gnutls, ask_openssl


@pytest.fixture
def question(tmp_path: Path) -> Question:
    roots = tmp_path / "root.pem"
    key = make_key("ec-p256")
    now = datetime.now(UTC)
    root = make_root(root_recipe("Root"), key, serial=1, not_before=now, not_after=now + timedelta(days=1))
    roots.write_text(to_pem(root.certificate))
    return Question("mail.post.example", "127.0.0.1", 1, Protocol.IMAP, TlsMode.STARTTLS, roots)


async def test_a_missing_program_is_no_verdict(
    question: Question, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for ask in (ask_openssl, ask_gnutls):
        with pytest.raises(OracleError, match="not installed"):
            await ask(question)
    with pytest.raises(OracleError, match="not installed"):
        await JavaOracle(tmp_path).start()


async def test_java_must_be_started_first(question: Question, tmp_path: Path) -> None:
    with pytest.raises(OracleError, match="not been started"):
        await JavaOracle(tmp_path).ask(question)


@pytest.mark.parametrize(
    ("protocol", "tls_mode", "dialogue"),
    [
        (Protocol.SUBMISSION, TlsMode.STARTTLS, "smtp"),
        (Protocol.SIEVE, TlsMode.STARTTLS, "sieve"),
        (Protocol.SMTP, TlsMode.IMPLICIT, None),
        (Protocol.HTTPS, TlsMode.IMPLICIT, None),
    ],
)
def test_the_dialogue_follows_protocol_and_mode(protocol: Protocol, tls_mode: TlsMode, dialogue: str | None) -> None:
    assert Question("host", "127.0.0.1", 1, protocol, tls_mode, Path()).dialogue == dialogue


@pytest.fixture
async def java(tmp_path: Path) -> AsyncIterator[JavaOracle]:
    oracle = JavaOracle(tmp_path)
    await oracle.start()
    yield oracle
    await oracle.stop()


@pytest.mark.parametrize(
    ("protocol", "tls_mode"), [(Protocol.HTTPS, TlsMode.IMPLICIT), (Protocol.IMAP, TlsMode.STARTTLS)]
)
@pytest.mark.skipif(not all(map(shutil.which, ("openssl", "gnutls-cli", "java"))), reason="real clients are missing")
async def test_nobody_there_is_no_verdict(
    question: Question, java: JavaOracle, protocol: Protocol, tls_mode: TlsMode
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        gone = replace(question, port=closed.getsockname()[1], protocol=protocol, tls_mode=tls_mode)
        for ask in (ask_openssl, ask_gnutls, java.ask):
            with pytest.raises(OracleError, match="as far as TLS"):
                await ask(gone)
