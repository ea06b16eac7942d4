"""OpenSSL's own client, `openssl s_client`, at security level 2 (Debian's default) and at level 1 (OpenSSL's)."""

from functools import partial

from mailtrust.lab.oracles.engine import ByCommand, Engine
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import line_with, run


async def ask_openssl(question: Question, *, level: int = 2) -> Answer:
    """What `openssl s_client` says at this security level."""
    name = ["-servername", question.name, "-verify_hostname", question.name]
    command = [
        "openssl", "s_client", "-connect", question.place, "-brief",
        *(["-noservername", "-verify_ip", question.name] if question.about_an_address else name),
        "-CAfile", str(question.roots), "-no-CApath", "-no-CAstore", "-verify_return_error",
        "-cipher", f"DEFAULT:@SECLEVEL={level}",
        *(["-starttls", question.dialogue] if question.dialogue else []),
    ]  # fmt: skip
    status, output = await run(command)
    if status == 0:
        return Answer(accepted=True, words="")
    if "verify error" not in output and "SSL routines" not in output:
        raise OracleError(f"openssl did not get as far as TLS: {line_with(output, 'error')}")
    return Answer(accepted=False, words=line_with(output, "verify error:", "error:", "alert"))


def _engine(level: int, testifies_for: tuple[str, ...]) -> Engine:
    return Engine(
        id=f"openssl-level-{level}",
        title=f"openssl s_client, security level {level}",
        testifies_for=testifies_for,
        how="`openssl s_client -verify_return_error -verify_hostname` on the port",
        packages=("openssl",),
        make=lambda _folder, _parts: ByCommand(partial(ask_openssl, level=level), ("openssl", "version"), "OpenSSL"),
    )


LEVEL_2 = _engine(2, ("openssl",))
LEVEL_1 = _engine(1, ())
