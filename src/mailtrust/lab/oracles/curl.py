"""curl, as Debian builds it (on OpenSSL)."""

from mailtrust.lab.oracles.engine import ByCommand, Engine
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import line_with, run

VERDICTS = {35, 51, 58, 60, 83, 91}
"""Exit statuses of TLS and certificates (curl's man page)."""


async def ask_curl(question: Question) -> Answer:
    """What curl says to https on this port."""
    command = [
        "curl", "-sS", "-o", "/dev/null", "--cacert", str(question.roots), "--capath", "/nonexistent",
        "--connect-to", f"::{question.place}", f"https://{question.authority}/",
    ]  # fmt: skip
    status, output = await run(command)
    if status not in VERDICTS | {0}:
        raise OracleError(f"curl did not get as far as TLS: {line_with(output, 'curl:')}")
    return Answer(status == 0, line_with(output, "curl:") if status else "")


ENGINE = Engine(
    id="curl",
    title="curl",
    testifies_for=(),
    how="`curl --cacert` on the port, with Debian's OpenSSL at its default level 2",
    packages=("curl",),
    make=lambda _folder, _parts: ByCommand(ask_curl, ("curl", "--version"), "curl"),
)
