"""Postfix' SMTP client, by posttls-finger: the same library calls as its delivery agent makes."""

import re
from collections.abc import Sequence
from functools import partial

from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.lab.oracles.engine import ByCommand, Engine
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import line_with, run

_ESTABLISHED = re.compile(r"posttls-finger: (\w+) TLS connection established to")
RESORTED = "TLSA records found, resorting to"
_TOLD = ("certificate verification failed", "num=", "not verified", "TLSA", "Cannot start TLS", "SSL_connect error")


async def ask_postfix(question: Question, *, level: str, enough: frozenset[str]) -> Answer:
    """What posttls-finger says at a security level; `enough` are the words for a connection that mail would take."""
    command = [
        "posttls-finger", "-c", "-l", level, "-F", str(question.roots), "-P", "/nonexistent",
        "-o", "smtp_tls_CApath=", "-L", "routine,certmatch", f"[{question.name}]:{question.port}",
        *([question.name] if level in ("verify", "secure") else []),
    ]  # fmt: skip
    _, output = await run(command)
    found = _ESTABLISHED.search(output)
    if found is None and not any(mark in output for mark in _TOLD):
        raise OracleError(f"posttls-finger did not get as far as TLS: {line_with(output, 'rror', 'ail')}")
    if RESORTED in output:
        # The program goes on with another question then, as no mail server does.
        return Answer(accepted=False, words=line_with(output, RESORTED).removeprefix("posttls-finger: "))
    if found is not None and found[1] in enough:
        return Answer(accepted=True, words="")
    words = line_with(output, *_TOLD).removeprefix("posttls-finger: ")
    return Answer(accepted=False, words=words if found is None else f"{found[1]}: {words}")


def _engine(id_: str, level: str, testifies_for: Sequence[str], enough: frozenset[str]) -> Engine:
    return Engine(
        id=id_,
        title=f"Postfix, level {level}",
        testifies_for=tuple(testifies_for),
        how=f"`posttls-finger -l {level}` with STARTTLS",
        packages=("postfix",),
        make=lambda _folder, _parts: ByCommand(
            partial(ask_postfix, level=level, enough=enough), ("postconf", "mail_version"), "Postfix"
        ),
        protocol=Protocol.SMTP,
        tls_mode=TlsMode.STARTTLS,
        reads_tlsa=level.startswith("dane"),
    )


ANY = frozenset({"Anonymous", "Untrusted", "Trusted", "Verified"})
VERIFIED = frozenset({"Verified"})

SECURE = _engine("postfix-secure", "secure", ("mta-verified",), VERIFIED)
MAY = _engine("postfix-may", "may", ("mta-opportunistic",), ANY)
DANE = _engine("postfix-dane", "dane-only", ("mta-dane",), VERIFIED)
