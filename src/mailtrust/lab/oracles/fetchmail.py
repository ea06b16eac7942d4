"""Fetchmail: an IMAP client on OpenSSL."""

from itertools import count
from pathlib import Path

from mailtrust.core.model.endpoint import Protocol
from mailtrust.lab.oracles.engine import ByCommand, Engine
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import line_with, run

CONFIGURATION = """\
poll "{name}" protocol imap service "{port}" timeout 20
  user "nobody" password "nothing" ssl sslcertck sslcertfile "{roots}" sslcertpath "/nonexistent"
"""
_numbers = count()


async def ask_fetchmail(question: Question, folder: Path) -> Answer:
    """What fetchmail says; being turned away at the login is a yes to the certificate."""
    file = _configure(question, folder)
    _, output = await run(
        ["fetchmail", "-f", str(file), "--check", "--nosyslog", "--nodetach"],
        more_environment={"HOME": str(folder), "FETCHMAILHOME": str(folder)},
    )
    if "uthorization failure" in output or "AUTHENTICATIONFAILED" in output or "Query status=3" in output:
        return Answer(accepted=True, words="")
    words = line_with(output, "verification error", "SSL", "certificate")
    if not any(mark in words for mark in ("SSL", "certificate", "ertificate")):
        raise OracleError(f"fetchmail did not get as far as TLS: {words}")
    return Answer(accepted=False, words=words.removeprefix("fetchmail: "))


def _configure(question: Question, folder: Path) -> Path:
    file = folder / f"fetchmailrc-{next(_numbers)}"
    file.write_text(CONFIGURATION.format(name=question.name, port=question.port, roots=question.roots), "ascii")
    file.chmod(0o600)
    return file


ENGINE = Engine(
    id="fetchmail",
    title="fetchmail",
    testifies_for=(),
    how="IMAP inside TLS, `sslcertck` and the anchors as `sslcertfile`",
    packages=("fetchmail",),
    make=lambda folder, _parts: ByCommand(
        lambda question: ask_fetchmail(question, folder), ("fetchmail", "--version"), "fetchmail"
    ),
    protocol=Protocol.IMAP,
)
