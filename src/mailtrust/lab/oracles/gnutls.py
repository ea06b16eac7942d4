"""GnuTLS's own client, `gnutls-cli`."""

from mailtrust.lab.oracles.engine import ByCommand, Engine
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import line_with, run

JUDGED = ("- Status:", "Handshake", "Key usage violation", "Could not verify certificate", "Error in the certificate")
"""What it prints when it has seen certificates and does not go on."""


async def ask_gnutls(question: Question) -> Answer:
    """What `gnutls-cli` says."""
    command = [
        "gnutls-cli", question.address, "-p", str(question.port),
        "--disable-sni" if question.about_an_address else f"--sni-hostname={question.name}",
        "--x509cafile", str(question.roots), f"--verify-hostname={question.name}",
        *([f"--starttls-proto={question.dialogue}"] if question.dialogue else []),
    ]  # fmt: skip
    status, output = await run(command)
    if status == 0:
        return Answer(accepted=True, words="")
    if not any(mark in output for mark in JUDGED):
        raise OracleError(f"gnutls-cli did not get as far as TLS: {line_with(output, 'ould not', 'error')}")
    return Answer(accepted=False, words=line_with(output, "- Status:", "*** ", "Could not verify", "error"))


ENGINE = Engine(
    id="gnutls-cli",
    title="gnutls-cli",
    testifies_for=("gnutls",),
    how="`gnutls-cli --x509cafile --verify-hostname` on the port",
    packages=("gnutls-bin",),
    make=lambda _folder, _parts: ByCommand(ask_gnutls, ("gnutls-cli", "--version"), "GnuTLS"),
)
