"""What `cert self-signed` and `ca issue` make is what real clients accept once they have the root."""

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.lab.oracles import ENGINES, Engine, Question, mozilla

Run = Callable[..., Any]

BY_ID = {engine.id: engine for engine in ENGINES}
QUICK = ("openssl-level-2", "gnutls-cli", "java")
BROWSERS = ("chromium", "firefox", "thunderbird", "curl")

ASKED = ("mail.example.com", "x.example.net", "other.example.org")
NAMES = ("mail.example.com", "*.example.net", "192.0.2.25")


@contextlib.asynccontextmanager
async def server(folder: Path) -> AsyncIterator[int]:
    """OpenSSL's server with the chain in mail.pem."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    process = await asyncio.create_subprocess_exec(
        "openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", "mail.pem", "-cert_chain", "mail.pem", "-key",
        "mail.key", "-www", "-quiet", cwd=folder,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            await asyncio.sleep(0.05)
        yield port
    finally:
        process.kill()
        await process.wait()


def make_self_signed(run: Run, folder: Path) -> Path:
    assert run("cert", "self-signed", *NAMES, "--out", "mail").status == 0
    return folder / "mail-root.pem"


def make_by_ca(run: Run, folder: Path) -> Path:
    ca = ("ca", "init", "--name", "Real Clients", "--domain", "example.com", "--domain", "example.net", "--network",
          "192.0.2.0/24", "--organisation", "Example", "--new-key", "ec-p256")  # fmt: skip
    assert run(*ca).status == 0
    assert run("cert", "request", *NAMES, "--out", "mail").status == 0
    assert run("ca", "issue", "mail.csr", "--out", "mail").status == 0
    return folder / "ca" / "root.pem"


@pytest.mark.parametrize("make", [make_self_signed, make_by_ca])
@pytest.mark.parametrize("engines", [QUICK, pytest.param(BROWSERS, marks=pytest.mark.long)], ids=["quick", "browsers"])
async def test_real_clients_accept_it(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Run, Path], Path],
    engines: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    # Gecko looks names up itself; these are this machine, whatever a DNS server says.
    monkeypatch.setitem(mozilla.PREFERENCES, "network.dns.localDomains", ",".join(ASKED))
    roots = await asyncio.to_thread(make, run, tmp_path)
    async with server(tmp_path) as port:
        for engine in map(BY_ID.__getitem__, engines):
            said = await asked(engine, tmp_path, roots, port)
            assert said == {"mail.example.com": "", "x.example.net": "", "other.example.org": "refused"}, engine.id


async def asked(engine: Engine, folder: Path, roots: Path, port: int) -> dict[str, str]:
    """What a client says under each name: nothing, its words, or `refused` where it must refuse."""
    work = folder / engine.id
    work.mkdir()
    oracle = engine.make(work, folder)
    questions = [Question(name, "127.0.0.1", port, Protocol.HTTPS, TlsMode.IMPLICIT, roots) for name in ASKED]
    said = {}
    await oracle.start(questions)
    try:
        for question in questions:
            answer = await oracle.ask(question)
            said[question.name] = answer.words
            if question.name == "other.example.org" and not answer.accepted:
                said[question.name] = "refused"
    finally:
        await oracle.stop()
        shutil.rmtree(work, ignore_errors=True)
    return said
