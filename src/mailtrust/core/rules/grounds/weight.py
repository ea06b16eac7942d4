"""Whom something hurts, and how much that weighs."""

from collections.abc import Collection, Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Severity
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome, Verdict
from mailtrust.core.rules.grounds.naming import titles


@frozen
class Hurt:
    """The clients that were judged at some observations, by what something does to them."""

    refused: tuple[str, ...]
    """It stops them."""
    warned: tuple[str, ...]
    """It makes them ask, and their ordinary button goes on."""
    accepted: tuple[str, ...]
    """They accept everywhere, whatever it is; those that accept anything (opportunistic senders) are not named."""
    judged: frozenset[str]
    """By whom it is weighed: all whose answer is known, or those among them that matter to the organisation."""

    @property
    def clients(self) -> tuple[str, ...]:
        """All that it hurts."""
        return (*self.refused, *self.warned)


def hurt_by(
    evidence: Evidence, codes: Collection[str], observations: Collection[str], clients: Collection[str] | None = None
) -> Hurt:
    """Sort the clients (all, or only `clients`) by what reasons with one of `codes` do to them at `observations`."""
    refused: set[str] = set()
    warned: set[str] = set()
    judged: set[str] = set()
    failed: set[str] = set()
    for verdict in evidence.verdicts:
        if verdict.observation not in observations or verdict.outcome is Outcome.UNKNOWN:
            continue
        judged.add(verdict.client)
        if verdict.outcome is Outcome.ACCEPTED:
            continue
        failed.add(verdict.client)
        if verdict.error_codes.isdisjoint(codes) or (clients is not None and verdict.client not in clients):
            continue
        (refused if verdict.outcome is Outcome.REFUSED else warned).add(verdict.client)
    warned -= refused
    order = tuple(evidence.clients)
    return Hurt(
        refused=tuple(client for client in order if client in refused),
        warned=tuple(client for client in order if client in warned),
        accepted=tuple(
            client
            for client, profile in evidence.clients.items()
            if client in judged - failed and profile.on_failure.outcome is not Outcome.ACCEPTED
        ),
        judged=frozenset(client for client in judged if matters(evidence, client)),
    )


def matters(evidence: Evidence, client: str) -> bool:
    """Whether a client counts: all do, unless the organisation has said which."""
    return not evidence.settings.clients or client in evidence.settings.clients


def weigh(hurt: Hurt, *, harmless: Severity = Severity.INFO) -> Severity:
    """How much it weighs, by what it does to people now.

    Critical: two thirds of the clients or more are stopped or asked, some of them stopped. Error: some are stopped.
    Warning: some are asked, or some are stopped that do not matter. `harmless`: nobody notices, or none that matters is
    asked.
    """
    counted = hurt.judged.intersection(hurt.clients)
    if hurt.judged.isdisjoint(hurt.refused):
        return heavier(harmless, Severity.WARNING) if counted or hurt.refused else harmless
    return Severity.CRITICAL if 3 * len(counted) >= 2 * len(hurt.judged) else Severity.ERROR


def heavier(one: Severity, other: Severity) -> Severity:
    """The one that weighs more."""
    return max(one, other, key=lambda severity: severity.rank)


def weigh_outage(evidence: Evidence, clients: Collection[str]) -> Severity:
    """How much it weighs that clients cannot get in at all: a warning's worth where none of them matters."""
    unheard = clients and not any(matters(evidence, client) for client in clients)
    return Severity.WARNING if unheard else Severity.ERROR


def reach(evidence: Evidence, hurt: Hurt) -> Text:
    """Who is hurt, in a sentence without jargon."""
    if hurt.refused and hurt.warned:
        return text(
            "Turned away today: {refused}. Asked by a warning whether to go on: {warned}.",
            refused=titles(evidence, hurt.refused),
            warned=titles(evidence, hurt.warned),
        )
    if hurt.refused:
        return text("Turned away today: {refused}.", refused=titles(evidence, hurt.refused))
    if hurt.warned:
        return text("Asked by a warning whether to go on: {warned}.", warned=titles(evidence, hurt.warned))
    return text("Nobody among the mail programs that were asked about is turned away by it today.")


def verdicts_at(evidence: Evidence, observations: Collection[str]) -> tuple[Verdict, ...]:
    """Every verdict on these observations."""
    return tuple(verdict for verdict in evidence.verdicts if verdict.observation in observations)


def observations_with(evidence: Evidence, codes: Collection[str], observations: Iterable[str]) -> tuple[str, ...]:
    """Those of the observations at which some verdict names one of the codes, as an error or as a warning."""
    named = {
        verdict.observation
        for verdict in evidence.verdicts
        if any(reason.code in codes and reason.severity != "info" for reason in verdict.reasons)
    }
    return tuple(seen for seen in observations if seen in named)
