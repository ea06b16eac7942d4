"""The sentences of a walk that every format says alike."""

from collections.abc import Mapping, Sequence

from mailtrust.core.discovery.outcome import for_servers
from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.remedy import Step
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.walk import Attempt, DnsAnswer, Meets, Method, Walk, flat
from mailtrust.core.remedies.finding.planner import Cure
from mailtrust.core.remedies.finding.receiving import Receiving
from mailtrust.core.remedies.finding.ways import Cures
from mailtrust.core.targets.parts.finding_servers import steps_for

METHODS: dict[Method, Text] = {
    Method.LOCAL: text("a file on the computer"),
    Method.LAST_KNOWN_GOOD: text("what worked last time"),
    Method.O365: text("Microsoft's service"),
    Method.SCP: text("the directory"),
    Method.ROOT: text("the domain itself"),
    Method.AUTODISCOVER: text("the autodiscover host"),
    Method.HTTP_REDIRECT: text("a redirect from port 80"),
    Method.SRV: text("SRV records"),
    Method.V2: text("Microsoft's service for phones"),
    Method.AUTOCONFIG: text("an autoconfig file"),
    Method.ISPDB: text("Mozilla's database"),
    Method.GUESS: text("usual names"),
    Method.MX: text("MX records"),
    Method.MTA_STS: text("the MTA-STS policy"),
    Method.DANE: text("TLSA records"),
    Method.TLS_RPT: text("where failures are reported to"),
}
MEETS: dict[Meets, Text] = {
    Meets.SILENT: text("nothing to see"),
    Meets.WARNING: text("warning"),
    Meets.QUESTION: text("question"),
    Meets.FOUND: text("found"),
    Meets.HIDDEN: text("hidden"),
}
WHAT_SUFFERS = text(
    "Without it an account has to be set up by hand, and in Outlook the out-of-office assistant, free/busy times and "
    "the offline address book fail. Until it is mended, Outlook on the web offers them."
)


def headline(walk: Walk, traveller: Traveller) -> Text:
    """What becomes of this client, in one sentence."""
    title = Text(traveller.title)
    if traveller.unknown_because is not None:
        return text("{client}: nobody outside can know.", client=title)
    warnings = sum(one.meets is Meets.WARNING for one in walk.met)
    questions = sum(one.meets is Meets.QUESTION for one in walk.met)
    if for_servers(walk):
        return _delivery(walk, title, warnings)
    if walk.found is None:
        if warnings:
            return text("{client} finds no server, and warns {count} times on the way.", client=title, count=warnings)
        return text("{client} finds no server.", client=title)
    if warnings:
        return text("{client} finds its server, and warns {count} times on the way.", client=title, count=warnings)
    if questions:
        return text("{client} finds its server after a question.", client=title)
    return text("{client} finds its server, and its user sees nothing of it.", client=title)


def place_of(walks: Sequence[Walk]) -> Text:
    """Where the clients stand."""
    places = {walk.situation.inside for walk in walks}
    if len(places) > 1:
        return text("outside and inside")
    return text("inside") if True in places else text("outside")


def _delivery(walk: Walk, title: Text, warnings: int) -> Text:
    if walk.found is None:
        return text("{client} deliver nothing.", client=title)
    if warnings:
        return text("{client} deliver, but not to every MX host.", client=title)
    return text("{client} deliver.", client=title)


def quoted(attempt: Attempt, lang: str) -> str:
    """What the client's user reads, where that is known: in the language asked for, else in English."""
    words = attempt.verdict.words if attempt.verdict is not None and attempt.meets is Meets.WARNING else ()
    said = {one.lang: one.text for one in reversed(words)}
    return said.get(lang) or said.get("en") or ""


def changes_told(cure: Cure, cures: Cures) -> tuple[Text, ...]:
    """Each change in a sentence: what its first step says."""
    return tuple(steps_for(change, cures.server, cures.bonds)[0].say for change in cure.changes)


def steps_told(cure: Cure, cures: Cures) -> tuple[Step, ...]:
    """All steps of a cure, in order."""
    return tuple(step for change in cure.changes for step in steps_for(change, cures.server, cures.bonds))


def brings_back(receiving: Receiving, travellers: Mapping[str, Traveller]) -> Text:
    """Whose mail comes again, in one sentence."""
    if not receiving.left_out:
        return text("Afterwards senders that honour DANE or MTA-STS deliver to {address} again.",
                    address=receiving.address)  # fmt: skip
    senders = tuple(Text(travellers[client].title) for client in receiving.left_out)
    return text("Afterwards these still stay away from {address}: {senders}.",
                address=receiving.address, senders=senders)  # fmt: skip


def receiving_steps(receiving: Receiving) -> tuple[Step, ...]:
    """All steps, in order."""
    return tuple(step for change in receiving.changes for step in steps_for(change))


def serves(cure: Cure, travellers: Mapping[str, Traveller]) -> Text:
    """Whom a cure serves, in one sentence."""
    if not cure.left_out:
        return text("Afterwards every client that was asked finds its server without a warning.")
    clients = tuple(Text(travellers[client].title) for client in dict.fromkeys(client for _, client in cure.left_out))
    return text("It does not serve: {clients}.", clients=clients)


def signed(attempt: Attempt) -> Text | None:
    """What is known of DNSSEC about the answer of this attempt; None where nobody says anything."""
    answer = attempt.dns
    if answer is None or not (answer.secure or answer.claimed):
        return None
    resolver = Text(answer.resolver or "?")
    if answer.secure:
        return text("DNSSEC: {resolver} has checked this answer.", resolver=resolver)
    return text("DNSSEC: {resolver} says that it has checked this answer; its word does not count.", resolver=resolver)


def vouching(walks: Sequence[Walk]) -> tuple[Text, ...]:
    """Whose word on DNSSEC was heard, and whether it counts."""
    answers: list[DnsAnswer] = [
        one.dns for walk in walks for attempt in walk.attempts for one in flat(attempt) if one.dns is not None
    ]
    told = []
    for resolver in dict.fromkeys(answer.resolver for answer in answers if answer.resolver):
        of_it = [answer for answer in answers if answer.resolver == resolver]
        checked = sum(answer.secure for answer in of_it)
        if checked:
            sentence = text(
                "Names were asked of {resolver}, which validates and whose word counts; {count} answers shown here are "
                "signed.",
                resolver=resolver,
                count=checked,
            )
        elif any(answer.claimed for answer in of_it):
            sentence = text(
                "Names were asked of {resolver}, which says that it validates. Its word comes over a network on which "
                "anybody could have written it, so TLSA records do not count: ask a resolver on this machine, or vouch "
                "for the way with --trust-ad.",
                resolver=resolver,
            )
        else:
            sentence = text("Names were asked of {resolver}; for no answer DNSSEC was vouched.", resolver=resolver)
        told.append(sentence)
    return tuple(told)
