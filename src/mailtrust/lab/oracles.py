"""Real clients that say yes or no to a server: OpenSSL, GnuTLS and Java, each asked on the port itself."""

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from ipaddress import ip_address
from pathlib import Path

from mailtrust.core.model.endpoint import Protocol, TlsMode

PATIENCE = 30.0
"""Seconds for one answer."""

OPENSSL_DIALOGUES = {
    Protocol.SMTP: "smtp",
    Protocol.SUBMISSION: "smtp",
    Protocol.LMTP: "lmtp",
    Protocol.IMAP: "imap",
    Protocol.POP3: "pop3",
    Protocol.SIEVE: "sieve",
    Protocol.LDAP: "ldap",
}
"""What s_client's -starttls and gnutls-cli's --starttls-proto (the same words) call them; our Java probe too."""


@dataclass(frozen=True, slots=True)
class Question:
    """What an oracle is asked: whether it trusts this port, under this name, with these roots and no others."""

    name: str
    address: str
    port: int
    protocol: Protocol
    tls_mode: TlsMode
    roots: Path
    """PEM."""

    @property
    def about_an_address(self) -> bool:
        """Whether the name is an IP address: no server name is sent then (RFC 6066 3)."""
        try:
            ip_address(self.name)
        except ValueError:
            return False
        return True

    @property
    def dialogue(self) -> str | None:
        """The dialogue that leads to TLS; None for implicit TLS."""
        return OPENSSL_DIALOGUES[self.protocol] if self.tls_mode is TlsMode.STARTTLS else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a real client said."""

    accepted: bool
    words: str
    """Its own reason, empty when it accepts."""


class OracleError(Exception):
    """The client could not be asked: it is not here, or it did not get as far as a judgement."""


async def ask_openssl(question: Question) -> Answer:
    """What `openssl s_client` says at security level 2, Debian's default."""
    name = ["-servername", question.name, "-verify_hostname", question.name]
    command = [
        "openssl", "s_client", "-connect", f"{question.address}:{question.port}", "-brief",
        *(["-noservername", "-verify_ip", question.name] if question.about_an_address else name),
        "-CAfile", str(question.roots), "-no-CApath", "-no-CAstore", "-verify_return_error",
        "-cipher", "DEFAULT:@SECLEVEL=2",
        *(["-starttls", question.dialogue] if question.dialogue else []),
    ]  # fmt: skip
    status, output = await _run(command)
    if status == 0:
        return Answer(accepted=True, words="")
    if "verify error" not in output and "SSL routines" not in output:
        raise OracleError(f"openssl did not get as far as TLS: {_line_with(output, 'error')}")
    return Answer(accepted=False, words=_line_with(output, "verify error:", "error:", "alert"))


async def ask_gnutls(question: Question) -> Answer:
    """What `gnutls-cli` says."""
    command = [
        "gnutls-cli", question.address, "-p", str(question.port),
        "--disable-sni" if question.about_an_address else f"--sni-hostname={question.name}",
        "--x509cafile", str(question.roots), f"--verify-hostname={question.name}",
        *([f"--starttls-proto={question.dialogue}"] if question.dialogue else []),
    ]  # fmt: skip
    status, output = await _run(command)
    if status == 0:
        return Answer(accepted=True, words="")
    if not any(mark in output for mark in ("- Status:", "Handshake", "Key usage violation")):
        raise OracleError(f"gnutls-cli did not get as far as TLS: {_line_with(output, 'ould not', 'error')}")
    return Answer(accepted=False, words=_line_with(output, "- Status:", "*** ", "error"))


class JavaOracle:
    """One running Java that answers question after question; its program is written into `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        """Start it; a runtime environment is enough. Raises OracleError where there is none."""
        if shutil.which("java") is None:
            raise OracleError("java is not installed")
        file = self._folder / "JsseProbe.java"
        source = resources.files("mailtrust.lab").joinpath(file.name).read_text(encoding="ascii")
        file.write_text(source, encoding="ascii")
        self._process = await asyncio.create_subprocess_exec(
            "java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", str(file),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def ask(self, question: Question) -> Answer:
        """What Java's TLS says, set up as Angus Mail does it."""
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            raise OracleError("Java has not been started")
        parts = [question.name, question.address, str(question.port), question.dialogue or "-", str(question.roots)]
        async with self._turn, asyncio.timeout(PATIENCE):
            self._process.stdin.write(("\t".join(parts) + "\n").encode())
            await self._process.stdin.drain()
            line = (await self._process.stdout.readline()).decode("utf-8", "replace").strip()
        word, _, reason = line.partition("\t")
        if word not in ("accepted", "refused"):
            raise OracleError(f"Java did not get as far as TLS: {reason or 'it has ended'}")
        return Answer(word == "accepted", reason)

    async def stop(self) -> None:
        """End Java."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            await self._process.wait()


async def _run(command: Sequence[str]) -> tuple[int, str]:
    """Exit status and all that a command printed."""
    if shutil.which(command[0]) is None:
        raise OracleError(f"{command[0]} is not installed")
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            output, _ = await process.communicate()
    except TimeoutError as error:
        process.kill()
        await process.wait()
        raise OracleError(f"no answer within {PATIENCE:g} s: {' '.join(command)}") from error
    return process.returncode or 0, output.decode("utf-8", "replace")


def _line_with(output: str, *marks: str) -> str:
    """The first line that holds the first of the marks that occurs at all; the last line when none does."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for mark in marks:
        for line in lines:
            if mark in line:
                return line
    return lines[-1] if lines else ""
