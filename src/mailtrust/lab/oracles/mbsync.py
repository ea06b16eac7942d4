"""Isync's mbsync: an IMAP client on OpenSSL with a name check of its own."""

from itertools import count
from pathlib import Path

from mailtrust.core.model.endpoint import Protocol
from mailtrust.lab.oracles.engine import ByCommand, Engine
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import line_with, run

CONFIGURATION = """\
IMAPAccount lab
Host {name}
Port {port}
User nobody
Pass nothing
SSLType IMAPS
AuthMechs LOGIN
SystemCertificates no
CertificateFile {roots}

IMAPStore far
Account lab

MaildirStore near
Path {folder}/
Inbox {folder}/inbox

Channel lab
Far :far:
Near :near:
"""
_numbers = count()


async def ask_mbsync(question: Question, folder: Path) -> Answer:
    """What mbsync says; being turned away at the login is a yes to the certificate."""
    _, output = await run(["mbsync", "-c", str(_configure(question, folder)), "lab"])
    if "LOGIN" in output or "AUTHENTICATIONFAILED" in output:
        return Answer(accepted=True, words="")
    words = line_with(output, "SSL error", "certificate", "SSL", "TLS")
    if not any(mark in words for mark in ("SSL", "certificate", "TLS")):
        raise OracleError(f"mbsync did not get as far as TLS: {words}")
    return Answer(accepted=False, words=words)


def _configure(question: Question, folder: Path) -> Path:
    file = folder / f"mbsyncrc-{next(_numbers)}"
    text = CONFIGURATION.format(name=question.name, port=question.port, roots=question.roots, folder=folder)
    file.write_text(text, "ascii")
    return file


ENGINE = Engine(
    id="mbsync",
    title="mbsync",
    testifies_for=(),
    how="IMAP inside TLS, `SystemCertificates no` and the anchors as `CertificateFile`",
    packages=("isync",),
    make=lambda folder, _parts: ByCommand(
        lambda question: ask_mbsync(question, folder), ("mbsync", "--version"), "isync"
    ),
    protocol=Protocol.IMAP,
)
