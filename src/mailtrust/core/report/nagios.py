"""One status line and performance data, as monitoring plugins give them (Monitoring Plugins Development Guidelines).

`MAILTRUST <STATE> - <headline> (<findings>) | <performance data>`, and the exit status:

| status | state | when |
|---|---|---|
| 0 | OK | nothing found, or only notes |
| 1 | WARNING | the worst finding is a warning |
| 2 | CRITICAL | the worst finding is an error or critical |
| 3 | UNKNOWN | nothing could be looked at |

Of several targets the worst counts: CRITICAL, WARNING, UNKNOWN, OK. `--fail-on` has no say here.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import IntEnum

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.evidence import Assessment, Evidence
from mailtrust.core.model.finding import Severity
from mailtrust.core.model.settings import Threshold
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.formats import Reader
from mailtrust.core.report.headline import headline, worst_outcomes
from mailtrust.core.report.leaves import DAY, Served, days_left, served
from mailtrust.core.report.outcome import nothing_seen
from mailtrust.core.rules.grounds.naming import called, called_leaf

MOST_WORDS = 1200
"""Characters before the bar; Nagios keeps 4 KiB of a plugin's line, and NRPE less."""
MOST_CERTIFICATES = 20
"""With a curve of their own: those that end first. How many there are stands beside them."""
LONGEST_LABEL = 40
_IN_LABELS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_*")


class State(IntEnum):
    """What a plugin answers, by its exit status."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


_WORST_FIRST = (State.CRITICAL, State.WARNING, State.UNKNOWN, State.OK)
_STATES = {
    Severity.INFO: State.OK,
    Severity.WARNING: State.WARNING,
    Severity.ERROR: State.CRITICAL,
    Severity.CRITICAL: State.CRITICAL,
}


def state_of(assessment: Assessment) -> State:
    """The state of one target."""
    if nothing_seen(assessment):
        return State.UNKNOWN
    return _STATES[assessment.findings[0].severity] if assessment.findings else State.OK


def status(assessments: Sequence[Assessment]) -> int:
    """The exit status: the worst state."""
    return int(min((state_of(one) for one in assessments), key=_WORST_FIRST.index))


def write(assessments: Sequence[Assessment], reader: Reader) -> bytes:
    """One line for all targets, worst first."""
    worst_first = sorted(assessments, key=lambda one: _WORST_FIRST.index(state_of(one)))
    said = " ".join(_said(one, reader) for one in worst_first)
    several = len(worst_first) > 1
    data = (item for one in worst_first for item in _performance(one.evidence, one, several=several))
    return line(State(status(assessments)), said, " ".join(dict.fromkeys(data)))


def line(state: State, said: str, data: str = "") -> bytes:
    """The status line; `said` may hold anything, `data` is performance data that is fit already."""
    # Guidelines 2.6: what follows the first bar is performance data, so that no other may stand before it.
    words = clean(said, MOST_WORDS).replace("|", "/")
    return (f"MAILTRUST {state.name} - {words}" + (f" | {data}" if data else "") + "\n").encode()


def _said(assessment: Assessment, reader: Reader) -> str:
    findings = [one for one in assessment.findings if one.severity is not Severity.INFO]
    sentence = clean(headline(assessment).render(reader.translate), MOST_WORDS // 2)
    codes = Counter(f"{one.severity}: {one.rule}" for one in findings)
    named = [code if count == 1 else f"{code} x{count}" for code, count in codes.items()]
    named += dict.fromkeys(f"accepted: {one.rule}" for one in assessment.accepted)
    return f"{sentence} ({', '.join(named)})" if named else sentence


def _performance(evidence: Evidence, assessment: Assessment, *, several: bool) -> Iterator[str]:
    before = f"{_label(evidence.case.target)}_" if several else ""
    every = served(evidence)
    drawn = every[:MOST_CERTIFICATES]
    for label, one in zip(_certificate_labels(drawn), drawn, strict=True):
        left = _number(days_left(one.certificate, evidence))
        yield f"'{before}{label}_days_left'={left}{_ranges(one, evidence)}"
    yield f"'{before}certificates'={len(every)};;;0"
    met = Counter(worst_outcomes(evidence).values())
    clients = len(evidence.clients)
    for outcome in Outcome:
        yield f"'{before}clients_{outcome}'={met[outcome]};;;0;{clients}"
    severities = Counter(finding.severity for finding in assessment.findings)
    for severity in Severity:
        yield f"'{before}findings_{severity}'={severities[severity]};;;0"
    yield f"'{before}findings_accepted'={len(assessment.accepted)};;;0"
    total = len(evidence.case.observations)
    yield f"'{before}connections'={total};;;0"
    yield f"'{before}connections_failed'={total - len(evidence.handshakes)};;;0;{total}"


def _certificate_labels(every: Sequence[Served]) -> list[str]:
    """Their names, so that a curve goes on when one is renewed; two of one name are told apart by port, or by print."""
    names = [_label(called_leaf(one.certificate) if one.leaf else called(one.certificate.subject)) for one in every]
    ports = [f"{name}_{one.observations[0].endpoint.port}" for name, one in zip(names, every, strict=True)]
    return [
        name
        if names.count(name) == 1
        else port
        if ports.count(port) == 1
        else f"{name}_{one.certificate.fingerprint[:8]}"
        for name, port, one in zip(names, ports, every, strict=True)
    ]


def _label(name: str) -> str:
    """Guidelines 2.6: no quote and no equals sign; what a name of a curve cannot hold becomes an underline."""
    return "".join(character if character in _IN_LABELS else "_" for character in name[:LONGEST_LABEL])


def _ranges(one: Served, evidence: Evidence) -> str:
    """Guidelines 2.5: `10:` alerts below 10. Thresholds are asked of servers' own certificates alone."""
    if not one.leaf:
        return ""
    settings = evidence.settings
    return f";{_days(settings.warn, one.certificate)}:;{_days(settings.critical, one.certificate)}:"


def _days(threshold: Threshold, certificate: Certificate) -> str:
    return _number(threshold.before_expiry(certificate) / DAY)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
