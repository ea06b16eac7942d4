"""SMTP protocol logs of Exchange: which certificate was sent on which connector, as the transport service noted it.

Two forms are known. 2016 and later: one row, `Sending certificate Subject Issuer name ...`, whose data holds all in one
text (public logs of 2019; Microsoft, "Can't remove a certificate that's installed in Exchange Server"). 2013: a row
`Sending certificate` without data, and a row each for subject, issuer, serial number and thumbprint behind it
(Microsoft, KB 4495258).
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

LONGEST_LINE = 65_536
MOST_SESSIONS = 100_000
MOST_PRESENTED = 10_000

Verb = Literal["STARTTLS", "X-ANONYMOUSTLS", ""]


class ProtocolLogError(UserProblem):
    """What was given is no SMTP protocol log of Exchange."""


@frozen
class Presented:
    """One certificate that was sent on one connector."""

    direction: Literal["receive", "send"]
    connector: str
    """`MAIL1\\Default Frontend MAIL1` of a Receive connector, the name alone of a Send connector."""
    verb: Verb
    """What TLS began with; empty: the log begins behind it."""
    thumbprint: str
    """Upper-case hex."""
    last: datetime
    times: int


_LOG_TYPE = re.compile(r"#Log-type:\s*SMTP (Receive|Send) Protocol Log\s*", re.IGNORECASE)
_FIELDS = 9
"""The moment, connector, session, its row, both endpoints, event, data, context."""

_WHOLE = re.compile(
    r"\s[0-9A-Fa-f]+\s+(?P<print>[0-9A-Fa-f]{40})\s+[0-9]{4}-[^\s]+\s+[0-9]{4}-[^\s]+(?:\s+\S{0,60000})?\s*"
)
_PRINT = re.compile(r"[0-9A-Fa-f]{40}")
_VERBS: tuple[Verb, ...] = ("STARTTLS", "X-ANONYMOUSTLS")
_TELLING = ("STARTTLS", "X-ANONYMOUSTLS", "ertificate")
"""A line without one of these is none of those that are read; nearly all are not."""


@frozen
class _Session:
    verb: Verb
    sending: bool
    """Whether the rows of a certificate that follow are of one that was sent."""


def read_protocol_log(data: bytes, name: str) -> tuple[Presented, ...]:
    """Every certificate that was sent, each once a connector and verb. Raises ProtocolLogError.

    Lines that are longer than `LONGEST_LINE`, or that nobody understands, are passed over: a log is cut anywhere.
    """
    lines = data.decode("utf-8-sig", "replace").splitlines()
    kinds = [found.group(1) for line in lines[:20] if (found := _LOG_TYPE.fullmatch(line))]
    if not kinds:
        raise ProtocolLogError(
            text(
                "{file} is no SMTP protocol log of Exchange: expected “#Log-type: SMTP Receive Protocol Log” among its "
                "first lines. They lie below TransportRoles\\Logs in Exchange's folder, in SmtpReceive and SmtpSend.",
                file=name,
            )
        )
    direction: Literal["receive", "send"] = "receive" if kinds[0].lower() == "receive" else "send"
    sent: dict[tuple[str, Verb, str], Presented] = {}
    for at, connector, verb, thumbprint in _sent(lines):
        key = (connector, verb, thumbprint)
        if (before := sent.get(key)) is not None:
            sent[key] = Presented(direction, *key, max(at, before.last), before.times + 1)
        elif len(sent) < MOST_PRESENTED:
            sent[key] = Presented(direction, *key, at, 1)
    return tuple(sent.values())


def _sent(lines: list[str]) -> Iterator[tuple[datetime, str, Verb, str]]:
    sessions: dict[str, _Session] = {}
    for line in lines:
        if len(line) > LONGEST_LINE or line.startswith("#") or not any(word in line for word in _TELLING):
            continue
        fields = _split(line)
        if len(fields) != _FIELDS or (at := _moment(fields[0])) is None:
            continue
        _, connector, session, _, _, _, event, value, context = fields
        state = sessions.get(session, _Session("", sending=False))
        if event in ("<", ">"):
            verb = next((one for one in _VERBS if value == one), None)
            state = state if verb is None else _Session(verb, sending=False)
        elif context.startswith("Sending certificate"):
            found = _WHOLE.search(value)
            if found is not None:
                yield at, connector, state.verb, found["print"].upper()
            state = _Session(state.verb, sending=found is None)
        elif context == "Certificate thumbprint":
            if state.sending and _PRINT.fullmatch(value):
                yield at, connector, state.verb, value.upper()
            state = _Session(state.verb, sending=False)
        elif context.endswith("certificate"):  # "Remote certificate": what follows is the other side's
            state = _Session(state.verb, sending=False)
        if session in sessions or len(sessions) < MOST_SESSIONS:
            sessions[session] = state


def _split(line: str) -> list[str]:
    """The fields of one line: separated by commas, in double quotes where they hold one, a quote doubled."""
    if '"' not in line:
        return line.split(",")
    fields: list[str] = []
    place = 0
    while place <= len(line) and len(fields) <= _FIELDS:
        if line.startswith('"', place):
            end = place + 1
            while (end := line.find('"', end)) >= 0 and line.startswith('""', end):
                end += 2
            if end < 0:
                return []
            fields.append(line[place + 1 : end].replace('""', '"'))
            place = end + 1
            if place < len(line) and line[place] != ",":
                return []
        else:
            end = line.find(",", place)
            end = len(line) if end < 0 else end
            fields.append(line[place:end])
            place = end
        place += 1
    return fields


def _moment(given: str) -> datetime | None:
    """As the log writes it: `2023-01-11T15:59:56.232Z`."""
    try:
        return datetime.strptime(given[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
