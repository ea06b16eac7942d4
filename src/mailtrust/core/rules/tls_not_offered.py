"""A port that should upgrade to TLS does not offer it, or refuses when asked.

RFC 3207, RFC 9051 6.2.1, RFC 2595, RFC 5804 2.2; RFC 8314 wants TLS everywhere.
"""

from collections.abc import Iterable

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.observation import FailureKind, Observation, ProbeFailure
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.naming import titles
from mailtrust.core.rules.grounds.ports import by_place, failed_before_tls, speaking

ID = "tls-not-offered"

_SPOKEN = {Protocol.SUBMISSION: "SMTP", Protocol.SIEVE: "ManageSieve"}

KINDS = (FailureKind.TLS_NOT_OFFERED, FailureKind.TLS_REFUSED)


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at each port where a dialogue got far enough to offer TLS."""
    answered = False
    for where, group in by_place(evidence).items():
        lacking = tuple(seen for seen in group if _lacks(seen))
        if lacking:
            answered = True
            yield _finding(evidence, where, lacking)
        elif not all(failed_before_tls(seen) for seen in group):
            answered = True
            yield Passed(ID, where, tuple(seen.id for seen in group))
    if not answered:
        yield NotApplicable(ID, text("No server got as far as offering TLS."))


def _lacks(seen: Observation) -> bool:
    return isinstance(seen.result, ProbeFailure) and seen.result.kind in KINDS


def _finding(evidence: Evidence, where: str, lacking: tuple[Observation, ...]) -> Finding:
    protocol = lacking[0].endpoint.protocol
    said = tuple(dict.fromkeys(clean(seen.result.detail) for seen in lacking if isinstance(seen.result, ProbeFailure)))
    clients = speaking(evidence, {protocol})
    elsewhere = any(
        seen.endpoint.host == lacking[0].endpoint.host and seen.endpoint.protocol is protocol
        for seen, _ in evidence.default_handshakes
    )
    # Between mail servers TLS is asked for, seldom demanded; and who has another port with TLS can use that.
    mild = elsewhere or protocol is Protocol.SMTP
    return Finding(
        rule=ID,
        severity=Severity.WARNING if mild else Severity.ERROR,
        observations=tuple(seen.id for seen in lacking),
        certificates=(),
        clients=clients,
        facts=(("protocol", protocol.value), ("said", said), ("tls_elsewhere", elsewhere)),
        title=text("{place} does not offer TLS", place=where),
        explanation=Explanation(
            admin=text(
                "At {place} the server speaks SMTP but does not switch to TLS: {said}. Mail comes in the clear, and "
                "senders that insist refuse ({clients}): with MTA-STS or DANE they will not deliver. Switch STARTTLS "
                "on.",
                place=where,
                said=said or text("it gave no reason"),
                clients=titles(evidence, clients) or text("none of those asked"),
            )
            if protocol is Protocol.SMTP
            else text(
                "At {place} the server speaks {protocol} but does not switch to TLS: {said}. Passwords and mail pass "
                "in the clear; clients that are told to use TLS refuse ({clients}). Switch STARTTLS on, or close the "
                "port and let clients use the one with TLS from the start (RFC 8314).",
                place=where,
                protocol=_SPOKEN.get(protocol, protocol.value.upper()),
                said=said or text("it gave no reason"),
                clients=titles(evidence, clients) or text("none of those asked"),
            ),
            manager=text(
                "One entrance to our mail server is not encrypted, so passwords or letters can be read on the way. "
                "Switching encryption on costs nothing."
            ),
            user=text(
                "Your mail program may say that the server does not support encryption. Do not choose the unencrypted "
                "setting; ask your administrator."
            ),
        ),
        subject=where,
    )
