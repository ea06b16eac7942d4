"""Thunderbird is led astray by a certificate: the file with its settings, or a server in it, does not hold."""

from collections.abc import Iterable

from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.walk import Meets, Method
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING
from mailtrust.core.rules.grounds.weight import weigh
from mailtrust.core.rules.walking.grounds.meetings import (
    Meeting,
    by_host,
    codes_at,
    hurt_at,
    leaves_at,
    meetings,
    names_in,
    reach,
    seen_at,
    users_walks,
)

ID = "autoconfig-certificate"
METHODS = frozenset({Method.AUTOCONFIG, Method.ISPDB, Method.MX, Method.GUESS})


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Look at the hosts of autoconfig files, and at those that the files or usual names lead to."""
    hosts = by_host(one for one in meetings(users_walks(evidence), METHODS) if one.attempt.verdict is not None)
    if not hosts:
        yield NotApplicable(ID, text("Nothing for Thunderbird was met that has a certificate."))
    for host, met in hosts.items():
        failed = [one for one in met if one.failed]
        yield _finding(evidence, host, failed) if failed else Passed(ID, host, seen_at(met))


def _finding(evidence: WalkEvidence, host: str, failed: list[Meeting]) -> Finding:
    hurt, seen = hurt_at(evidence, failed), seen_at(failed)
    leaves = leaves_at(evidence, seen)
    codes = codes_at(failed)
    names = names_in(leaves)
    hidden = all(one.attempt.meets is Meets.HIDDEN for one in failed)
    lost = any(one.reached and one.walk.found is None for one in failed)
    return Finding(
        rule=ID,
        # Accounts can be set up by hand: what stays unseen cuts nobody off.
        severity=(Severity.ERROR if lost else Severity.WARNING) if hidden else weigh(hurt),
        observations=seen,
        certificates=tuple(leaf.fingerprint for leaf in leaves),
        clients=hurt.clients or tuple(dict.fromkeys(one.walk.client for one in failed)),
        facts=(("wanted", host), ("presented", names), ("codes", codes)),
        title=_title(host, hidden=hidden),
        explanation=Explanation(
            admin=text(
                "{host} shows a certificate that carries {names} ({codes}). {way}",
                host=host,
                names=names or text("no name at all"),
                codes=codes,
                way=_way(host, hidden=hidden),
            ),
            manager=text(
                "Thunderbird cannot set accounts up by their address as it should. {reach}",
                reach=reach(evidence, hurt),
            ),
            user=text("Thunderbird asks for the names of servers, or warns about a certificate. {safe}",
                      safe=NOT_PAST_THE_WARNING),
        ),
        subject=host,
    )  # fmt: skip


def _title(host: str, *, hidden: bool) -> Text:
    if hidden:
        return text("Thunderbird does not see {host} because of its certificate", host=host)
    return text("Thunderbird is led to {host}, whose certificate does not hold", host=host)


def _way(host: str, *, hidden: bool) -> Text:
    if hidden:
        return text("Thunderbird takes that for no answer and says nothing. Give {host} a certificate of its own.",
                    host=host)  # fmt: skip
    return text("Name the server in the file as its certificate does, or have the certificate carry {host}.", host=host)
