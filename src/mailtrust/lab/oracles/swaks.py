"""Swaks: an SMTP test client on Perl's Net::SSLeay."""

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.lab.oracles.engine import ByCommand, Engine
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import line_with, run


async def ask_swaks(question: Question) -> Answer:
    """What swaks says."""
    command = [
        "swaks", "--server", question.name, "--port", str(question.port), "--from", "a@example.test",
        "--to", "b@example.test", "--tls", "--tls-verify", "--tls-ca-path", str(question.roots), "--tls-sni",
        question.name, "--quit-after", "TLS",
    ]  # fmt: skip
    _, output = await run(command)
    if "TLS started" in output:
        return Answer(accepted=True, words="")
    if "TLS startup failed" not in output:
        raise OracleError(f"swaks did not get as far as TLS: {line_with(output, '***')}")
    return Answer(accepted=False, words=line_with(output, "TLS startup failed").removeprefix("*** "))


ENGINE = Engine(
    id="swaks",
    title="swaks",
    testifies_for=(),
    how="`swaks --tls --tls-verify --tls-ca-path`",
    packages=("swaks", "libnet-ssleay-perl"),
    make=lambda _folder, _parts: ByCommand(ask_swaks, ("swaks", "--version"), "swaks"),
    protocol=Protocol.SMTP,
    tls_mode=TlsMode.STARTTLS,
)
