"""What is said of a certificate in a chain and of a port that failed: the words, whoever draws them."""

from collections.abc import Iterator
from datetime import datetime

from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.observation import FailureKind, ProbeFailure, Stage
from mailtrust.core.model.text import Text, text
from mailtrust.core.report.chains import Anchor, Branch, FailedBranch, Missing, OpenEnd, Presented, Rung, Untrusted
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
    FailureKind.LOOKUP_FAILED: text("DNS gave no answer, so its address is not known"),
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
_NAMES_ITS_STAGE = frozenset(
    {
        FailureKind.ALERT,
        FailureKind.PROTOCOL_ERROR,
        FailureKind.BUSY,
        FailureKind.GREYLISTED,
        FailureKind.REJECTED,
        FailureKind.TLS_REFUSED,
    }
)
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


MOST_IDLE = 6
"""Certificates sent for nothing that are drawn; who sends forty, sends them by mistake."""


class RungWords:
    """The words for one branch; all are cleaned."""

    def __init__(self, page: Page, evidence: Evidence, branch: Branch) -> None:
        self._page = page
        self._evidence = evidence
        self._branch = branch
        self._sent = sum(1 for _ in branch.observations[0].presented_chain)

    def title(self, rung: Rung) -> tuple[str, str]:
        """The certificate's name, and the word for where it was."""
        page = self._page
        match rung:
            case Presented(certificate=one, positions=positions):
                return page.name(self._called(one)), self._presented(positions)
            case Missing(certificate=one):
                return page.name(called(one.subject)), page.say(text("MISSING"))
            case Anchor():
                return page.name(called(rung.certificate.subject)), self._trusted(rung)
            case Untrusted(certificate=one):
                name = page.say(text("nobody else vouches for it")) if self._alone(rung) else self._called(one)
                return page.name(name), page.say(text("IN NO STORE"))
            case OpenEnd(name=name):
                return page.name(called(name)), page.say(text("NOT FOUND"))

    def idle(self, one: Presented) -> tuple[str, str]:
        """A certificate that was sent for nothing: its name, and where it was."""
        where = self._page.say(text("{presented}, not needed", presented=self._presented(one.positions)))
        return self._page.name(self._called(one.certificate)), where

    def other_end(self, anchor: Anchor) -> tuple[str, str]:
        """An anchor that other clients end at, and whose store it is in."""
        sentence = text("another way ends at {name}", name=called(anchor.certificate.subject))
        return self._page.name(self._page.say(sentence)), self._trusted(anchor)

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

    def details(self, rung: Rung) -> Iterator[list[Span]]:
        """Line by line what is worth knowing of it, each in spans with their style."""
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
        left, style = time_left(certificate, now, self._evidence)
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


def time_left(certificate: Certificate, now: datetime, evidence: Evidence) -> tuple[Text, str]:
    """How long it lasts, and the style that the thresholds give it."""
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


def is_quiet(branch: FailedBranch) -> bool:
    """Whether the failure is no fault: a port that nobody asked for by its number and that nobody serves."""
    return branch.failure.kind in _QUIET and not any(seen.endpoint.found_by == "given" for seen in branch.observations)


def failure_sentence(failure: ProbeFailure) -> Text:
    """What happened, when, and in whose words."""
    what = _FAILURES[failure.kind]
    if failure.kind in _QUIET or failure.stage is Stage.RESOLVE:
        return what
    if failure.kind in _NAMES_ITS_STAGE and failure.detail:
        return text("{what}: “{detail}”", what=what, detail=failure.detail)
    if not failure.detail:
        return text("{what} {stage}", what=what, stage=_STAGES[failure.stage])
    return text("{what} {stage}: “{detail}”", what=what, stage=_STAGES[failure.stage], detail=failure.detail)
