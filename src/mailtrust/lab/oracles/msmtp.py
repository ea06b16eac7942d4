"""Msmtp: a submission client, as Debian builds it on GnuTLS."""

from mailtrust.core.model.endpoint import Protocol
from mailtrust.lab.oracles.engine import ByCommand, Engine
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import line_with, run


async def ask_msmtp(question: Question) -> Answer:
    """What msmtp says."""
    command = [
        "msmtp", "--serverinfo", f"--host={question.name}", f"--port={question.port}", "--tls=on",
        "--tls-starttls=off", f"--tls-trust-file={question.roots}",
    ]  # fmt: skip
    status, output = await run(command)
    if status == 0:
        return Answer(accepted=True, words="")
    if "TLS" not in output:
        raise OracleError(f"msmtp did not get as far as TLS: {line_with(output, 'msmtp:')}")
    return Answer(accepted=False, words=line_with(output, "msmtp: TLS", "TLS"))


ENGINE = Engine(
    id="msmtp",
    title="msmtp",
    testifies_for=(),
    how="`msmtp --serverinfo --tls-trust-file` inside TLS",
    packages=("msmtp",),
    make=lambda _folder, _parts: ByCommand(ask_msmtp, ("msmtp", "--version"), "msmtp"),
    protocol=Protocol.SUBMISSION,
)
