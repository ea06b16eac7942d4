"""Clients are led to their settings by plain http, which anybody on the way can rewrite (MS-OXDISCO 3.1.5.4)."""

from collections.abc import Iterable

from mailtrust.core.formats.url import is_https
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.walk import Meets, Method
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.rules.walking.grounds.meetings import Meeting, exchange_walks, meetings, titles

ID = "autodiscover-insecure-redirect"
METHODS = frozenset({Method.SCP, Method.ROOT, Method.AUTODISCOVER, Method.HTTP_REDIRECT, Method.SRV})


def judge(evidence: WalkEvidence) -> Iterable[RuleResult]:
    """Look at every place that sends clients on."""
    sending = [one for one in meetings(exchange_walks(evidence), METHODS) if one.attempt.redirect]
    urls = [one for one in sending if "@" not in (one.attempt.redirect or "")]
    if not urls:
        yield NotApplicable(ID, text("Nobody sends clients on to another place."))
        return
    to_http = [one for one in urls if not is_https(one.attempt.redirect or "")]
    asked = [one for one in urls if one.reached and _by_http(one) and one.attempt.meets is Meets.QUESTION]
    for place in dict.fromkeys(one.attempt.url for one in to_http):
        yield _to_http([one for one in to_http if one.attempt.url == place])
    for place in dict.fromkeys(one.attempt.url for one in asked):
        yield _asked(evidence, [one for one in asked if one.attempt.url == place])
    if not (to_http or asked):
        yield Passed(ID, evidence.domain)


def _by_http(one: Meeting) -> bool:
    return one.attempt.url.lower().startswith("http:")


def _to_http(met: list[Meeting]) -> Finding:
    where, there = met[0].attempt.url, met[0].attempt.redirect or ""
    lost = tuple(dict.fromkeys(one.walk.client for one in met if one.reached and one.walk.found is None))
    return _finding(
        Severity.ERROR if lost else Severity.WARNING,
        met,
        clients=lost,
        title=text("{host} sends clients on to a place without encryption", host=met[0].host),
        admin=text(
            "{url} redirects to {there}. Clients follow redirects to https only, so this one leads nowhere. Let it "
            "lead to https, by a name that the certificate there carries.",
            url=where,
            there=there,
        ),
        manager=text("The entry that should lead mail programs to their server leads them nowhere."),
        user=text("Your program cannot find your settings by itself."),
    )


def _asked(evidence: WalkEvidence, met: list[Meeting]) -> Finding:
    clients = tuple(dict.fromkeys(one.walk.client for one in met))
    return _finding(
        Severity.INFO,
        met,
        clients=clients,
        title=text("The way to the settings leads over port 80 of {host}, and users are asked about it",
                   host=met[0].host),
        admin=text(
            "{url} redirects to {there}. Who sits between can send clients elsewhere, so they ask their users first. "
            "A certificate for {host}, or an SRV record instead of the host, spares the question; on managed computers "
            "RedirectServers in the registry does.",
            url=met[0].attempt.url,
            there=met[0].attempt.redirect or "",
            host=met[0].host,
        ),
        manager=text(
            "Users of these programs are asked whether a server may set their account up: {clients}. Teaching people "
            "to say yes to such questions is a risk.",
            clients=titles(evidence, clients),
        ),
        user=text(
            "Your program asks whether a website may configure your server settings. Say yes only to the name that "
            "your administrator told you."
        ),
    )  # fmt: skip


def _finding(
    severity: Severity,
    met: list[Meeting],
    *,
    clients: tuple[str, ...],
    title: Text,
    admin: Text,
    manager: Text,
    user: Text,
) -> Finding:
    return Finding(
        rule=ID,
        severity=severity,
        observations=(),
        certificates=(),
        clients=clients,
        facts=(("url", met[0].attempt.url), ("redirect", met[0].attempt.redirect)),
        title=title,
        explanation=Explanation(admin, manager, user),
        subject=met[0].attempt.url,
    )
