"""The picture: which ports present which chain, how it leads to an anchor, and the gap where it does not."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.observation import FailureKind, Observation, ProbeFailure, Stage
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.chains import (
    Anchor,
    Branch,
    FailedBranch,
    Missing,
    OpenEnd,
    Presented,
    Rung,
    Untrusted,
    branches,
    failed_branches,
)
from mailtrust.core.report.labels import addresses, places, several_hosts
from mailtrust.core.report.page import Page, Span
from mailtrust.core.report.report_json import key_name
from mailtrust.core.rules.grounds.naming import called, called_leaf, presented_names
from mailtrust.core.validation.ascents import self_signed

_FAILURES: dict[FailureKind, Text] = {
    FailureKind.REFUSED: text("nobody listens there"),
    FailureKind.TIMEOUT: text("no answer in time"),
    FailureKind.UNREACHABLE: text("the network does not lead there"),
    FailureKind.CLOSED: text("the server closed the connection"),
    FailureKind.NO_ADDRESS: text("the name has no address"),
    FailureKind.BUSY: text("the server asks to come back later"),
    FailureKind.GREYLISTED: text("the server makes strangers wait"),
    FailureKind.REJECTED: text("the server does not want to talk to us"),
    FailureKind.TLS_NOT_OFFERED: text("TLS is not offered"),
    FailureKind.TLS_REFUSED: text("TLS is offered, and then refused"),
    FailureKind.NOT_THIS_PROTOCOL: text("something else answers there"),
    FailureKind.ALERT: text("the server broke off the TLS handshake"),
    FailureKind.PROTOCOL_ERROR: text("the TLS handshake failed"),
    FailureKind.LIMIT: text("the server sent more than is allowed"),
}
_QUIET = frozenset({FailureKind.REFUSED, FailureKind.UNREACHABLE})
"""What is no fault on a port that nobody asked for by its number."""

_STAGES: dict[Stage, Text] = {
    Stage.RESOLVE: text("while asking DNS"),
    Stage.CONNECT: text("while connecting"),
    Stage.GREETING: text("while waiting for the greeting"),
    Stage.CAPABILITY: text("while asking what the server can do"),
    Stage.STARTTLS: text("while asking for TLS"),
    Stage.HANDSHAKE: text("in the TLS handshake"),
    Stage.LEAVE: text("while leaving"),
}


def draw_tree(page: Page, evidence: Evidence) -> None:
    """Draw every branch; those that failed come last."""
    seen = evidence.case.observations
    hosts = several_hosts(seen)
    title = text("What the servers present") if hosts else text("What {host} presents", host=_host(page, seen))
    page.heading(title, "" if hosts else addresses(page, seen))
    grown = branches(evidence)
    failed = failed_branches(evidence)
    for number, branch in enumerate(grown):
        _draw_branch(page, evidence, branch, hosts=hosts, last=not failed and number == len(grown) - 1)
    for number, failure in enumerate(failed):
        _draw_failure(page, failure, hosts=hosts, last=number == len(failed) - 1)


def _host(page: Page, seen: Sequence[Observation]) -> str:
    return page.name(seen[0].endpoint.host) if seen else "?"


def _draw_branch(page: Page, evidence: Evidence, branch: Branch, *, hosts: bool, last: bool) -> None:
    glyphs = page.glyphs
    guide: Span = (" " * len(glyphs.guide) if last else glyphs.guide, "dim")
    label = places(page, branch.observations, hosts=hosts)
    page.paragraph(
        (label, "bold"),
        (f"  {', '.join(branch.tls_versions)}", "dim"),
        first=[(glyphs.last_branch if last else glyphs.branch, "dim")],
        then=[guide],
    )
    if len({one.endpoint.address for one in evidence.case.observations}) > 1:
        page.paragraph((addresses(page, branch.observations), "dim"), first=[guide], then=[guide])
    if not branch.rungs:
        page.paragraph((page.say(text("It presents no certificate at all.")), "red"), first=[guide], then=[guide])
    for number, rung in enumerate(branch.rungs):
        above = branch.rungs[number + 1] if number + 1 < len(branch.rungs) else None
        _Rungs(page, evidence, branch, guide).draw(rung, above)
    for one in branch.idle:
        _Rungs(page, evidence, branch, guide).draw_idle(one)
    for anchor in branch.other_ends:
        _Rungs(page, evidence, branch, guide).draw_other_end(anchor)
    page.line(guide) if not last else page.blank()


class _Rungs:
    """Draws the certificates of one branch, from the leaf down the page to the anchor."""

    def __init__(self, page: Page, evidence: Evidence, branch: Branch, guide: Span) -> None:
        self._page = page
        self._evidence = evidence
        self._branch = branch
        self._guide = guide
        self._sent = sum(1 for _ in branch.observations[0].presented_chain)

    def draw(self, rung: Rung, above: Rung | None) -> None:
        """One rung: its name with a mark, and below it what is worth knowing; then the line to the next one."""
        page, glyphs = self._page, self._page.glyphs
        spine = self._spine(rung, above)
        match rung:
            case Presented(certificate=one, positions=positions):
                self._name(glyphs.presented, "green", self._called(one), (self._presented(positions), "green"))
            case Missing(certificate=one):
                self._name(glyphs.missing, "bold red", called(one.subject), (page.say(text("MISSING")), "bold red"))
            case Anchor():
                self._name(glyphs.anchor, "cyan", called(rung.certificate.subject), (self._trusted(rung), "cyan"))
            case Untrusted(certificate=one):
                name = page.say(text("nobody else vouches for it")) if self._alone(rung) else self._called(one)
                self._name(glyphs.missing, "bold red", name, (page.say(text("IN NO STORE")), "bold red"))
            case OpenEnd(name=name):
                self._name(glyphs.missing, "bold red", called(name), (page.say(text("NOT FOUND")), "bold red"))
        for spans in self._details(rung):
            page.paragraph(*spans, first=[self._guide, spine], then=[self._guide, spine])

    def draw_idle(self, one: Presented) -> None:
        """A certificate that was sent for nothing."""
        where = self._page.say(text("{presented}, not needed", presented=self._presented(one.positions)))
        self._name(self._page.glyphs.idle, "yellow", self._called(one.certificate), (where, "yellow"))

    def draw_other_end(self, anchor: Anchor) -> None:
        """An anchor that other clients end at."""
        sentence = text("another way ends at {name}", name=called(anchor.certificate.subject))
        self._name(self._page.glyphs.anchor, "cyan", self._page.say(sentence), (self._trusted(anchor), "cyan"))

    def _name(self, mark: str, style: str, name: str, right: Span) -> None:
        gap = style == "bold red"
        left: list[Span] = [self._guide, (f"{mark} ", style), (self._page.name(name), "bold" if not gap else style)]
        self._page.ends(left, right, fill=self._page.glyphs.gap_rule if gap else " ", fill_style="red" if gap else "")

    def _spine(self, rung: Rung, above: Rung | None) -> Span:
        glyphs = self._page.glyphs
        if above is None:
            return ("  ", "")
        broken = isinstance(rung, Missing) or isinstance(above, (Missing, OpenEnd, Untrusted))
        return (f"{glyphs.gap_spine if broken else glyphs.spine} ", "red" if broken else "dim")

    def _called(self, certificate: AnyCertificate) -> str:
        if not isinstance(certificate, Certificate):
            return self._page.say(text("a certificate that cannot be read"))
        return called(certificate.subject) if certificate.is_ca else called_leaf(certificate)

    def _presented(self, positions: tuple[int, ...]) -> str:
        if self._sent < 2:
            return self._page.say(text("presented"))
        return self._page.say(text("presented {positions}", positions=tuple(f"#{number}" for number in positions)))

    def _trusted(self, anchor: Anchor) -> str:
        if anchor.assumed:
            return self._page.say(text("assumed on clients (--roots)"))
        total = len(self._evidence.clients)
        if anchor.clients == total:
            return self._page.say(text("in every client's store"))
        return self._page.say(text("in the store of {count} of {total} clients", count=anchor.clients, total=total))

    def _details(self, rung: Rung) -> Iterator[list[Span]]:
        page = self._page
        if isinstance(rung, OpenEnd):
            yield [(page.say(text("neither presented, nor offered for download, nor in any store")), "red")]
            return
        certificate = rung.certificate
        if isinstance(certificate, Certificate):
            if not (isinstance(rung, (Untrusted, Anchor)) and self._alone(rung)):
                yield self._dates(certificate, rung)
        else:
            problems = tuple(f"{problem.field}: {problem.detail}" for problem in certificate.problems)
            yield [(page.name("; ".join(problems)), "red")]
        if isinstance(rung, Presented) and isinstance(certificate, Certificate) and not certificate.is_ca:
            yield [(self._names(certificate), "")]
        if isinstance(rung, Missing):
            yield [(self._where(rung.origins), "")]
        if isinstance(rung, (Anchor, Untrusted)) and rung.positions and not self._alone(rung):
            yield [(page.say(text("also {presented}", presented=self._presented(rung.positions))), "dim")]
        if not isinstance(rung, (Anchor, Untrusted)) or not self._alone(rung):
            total = len(self._evidence.clients)
            for code, clients in self._branch.troubles.get(certificate.fingerprint, {}).items():
                stops = text("{code} for {count} of {total} clients", code=code, count=clients, total=total)
                yield [(f"{page.glyphs.refused} ", "red"), (page.say(stops), "red")]

    def _alone(self, rung: Anchor | Untrusted) -> bool:
        """Whether the end is the server's own certificate, which has been described already."""
        first = self._branch.rungs[0]
        return isinstance(first, Presented) and first.certificate.fingerprint == rung.certificate.fingerprint

    def _dates(self, certificate: Certificate, rung: Rung) -> list[Span]:
        page, now = self._page, self._evidence.now
        days = f"{certificate.not_before:%Y-%m-%d} {page.glyphs.to} {certificate.not_after:%Y-%m-%d}"
        spans: list[Span] = [(days, "dim")]
        left, style = _time_left(certificate, now, self._evidence)
        if not isinstance(rung, Anchor) and (style != "dim" or not certificate.is_ca):
            spans += [(", ", "dim"), (page.say(left), style)]
        spans.append((f" {page.glyphs.dot} {page.name(key_name(certificate.public_key))}", "dim"))
        if self_signed(certificate) and not isinstance(rung, Anchor):
            spans += [(f" {page.glyphs.dot} ", "dim"), (page.say(text("self-signed")), "yellow")]
        return spans

    def _names(self, certificate: Certificate) -> str:
        names = presented_names(certificate)
        if not names:
            return self._page.say(text("names no host but in its subject"))
        shown = names[:4]
        if len(names) > len(shown):
            return self._page.say(text("for {names} and {count} more", names=shown, count=len(names) - len(shown)))
        return self._page.say(text("for {names}", names=shown))

    def _where(self, found: tuple[str, ...]) -> str:
        if not found:
            return self._page.say(text("not presented; known from a store"))
        if downloads := tuple(origin for origin in found if origin.startswith(("http://", "https://"))):
            return self._page.say(text("not presented; can be downloaded from {origins}", origins=downloads[:2]))
        return self._page.say(text("not presented; found at {origins}", origins=found[:2]))


def _time_left(certificate: Certificate, now: datetime, evidence: Evidence) -> tuple[Text, str]:
    if now < certificate.not_before:
        return text("not valid yet"), "bold red"
    if now > certificate.not_after:
        days = (now - certificate.not_after).days
        if days < 2:
            return text("expired"), "bold red"
        return text("expired {days} days ago", days=days), "bold red"
    remaining, settings = certificate.not_after - now, evidence.settings
    style = "dim"
    if remaining <= settings.warn.before_expiry(certificate):
        style = "yellow"
    if remaining <= settings.critical.before_expiry(certificate):
        style = "bold red"
    if remaining.days < 2:
        return text("less than two days left"), style
    return text("{days} days left", days=remaining.days), style


def _draw_failure(page: Page, branch: FailedBranch, *, hosts: bool, last: bool) -> None:
    glyphs, failure = page.glyphs, branch.failure
    asked_for = any(seen.endpoint.found_by == "given" for seen in branch.observations)
    quiet = failure.kind in _QUIET and not asked_for
    label = places(page, branch.observations, hosts=hosts)
    style = "dim" if quiet else "yellow"
    page.paragraph(
        (f"{glyphs.not_asked if quiet else glyphs.warned} ", style),
        (f"{label}: ", "dim" if quiet else "bold"),
        (page.say(_failure_sentence(failure)), style),
        first=[(glyphs.last_branch if last else glyphs.branch, "dim")],
        then=[("     " if last else glyphs.guide + "  ", "dim")],
    )


def _failure_sentence(failure: ProbeFailure) -> Text:
    what = _FAILURES[failure.kind]
    if failure.kind in _QUIET:
        return what
    if not failure.detail:
        return text("{what} {stage}", what=what, stage=_STAGES[failure.stage])
    return text("{what} {stage}: “{detail}”", what=what, stage=_STAGES[failure.stage], detail=failure.detail)
