"""What is shown differently at different places under one name."""

from collections.abc import Callable, Collection, Iterable

from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Severity
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.rules.grounds.naming import called_leaf


@frozen
class Variant:
    """One chain and the places that show it."""

    chain: tuple[AnyCertificate, ...]
    observations: tuple[Observation, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The observations' ids."""
        return tuple(seen.id for seen in self.observations)


def variants(observations: Iterable[Observation]) -> tuple[Variant, ...]:
    """The different chains that these observations show, in the order met."""
    groups: dict[tuple[str, ...], list[Observation]] = {}
    for seen in observations:
        if seen.presented_chain:
            groups.setdefault(tuple(one.fingerprint for one in seen.presented_chain), []).append(seen)
    return tuple(Variant(group[0].presented_chain, tuple(group)) for group in groups.values())


def differ(observations: Iterable[Observation], by: Callable[[Observation], str]) -> bool:
    """Whether places (told apart by `by`) show different sets of chains. Two chains everywhere are no difference."""
    shown: dict[str, set[tuple[str, ...]]] = {}
    for seen in observations:
        if seen.presented_chain:
            shown.setdefault(by(seen), set()).add(tuple(one.fingerprint for one in seen.presented_chain))
    return len({frozenset(chains) for chains in shown.values()}) > 1


def here_not_there(evidence: Evidence, found: Collection[Variant]) -> tuple[str, ...]:
    """The clients that accept one variant and not another: for them it works here and not there."""
    accepted: set[str] = set()
    stopped: set[str] = set()
    of = {one for variant in found for one in variant.ids}
    for verdict in evidence.verdicts:
        if verdict.observation in of and verdict.outcome is not Outcome.UNKNOWN:
            (accepted if verdict.outcome is Outcome.ACCEPTED else stopped).add(verdict.client)
    return tuple(client for client in evidence.clients if client in accepted & stopped)


def weigh_difference(torn: tuple[str, ...]) -> Severity:
    """A difference that no client feels is worth knowing; what stops clients has findings of its own."""
    return Severity.WARNING if torn else Severity.INFO


def listing(found: Iterable[Variant], by: Callable[[Observation], str]) -> Text:
    """What is shown where, for people."""
    lines = [_line(variant, by) for variant in found]
    said = lines[0]
    for line in lines[1:]:
        said = text("{before}; {next}", before=said, next=line)
    return said


def _line(variant: Variant, by: Callable[[Observation], str]) -> Text:
    where = tuple(dict.fromkeys(by(seen) for seen in variant.observations))
    leaf = variant.chain[0]
    if not isinstance(leaf, Certificate):
        return text("{where}: a certificate that cannot be read", where=where)
    return text(
        "{where}: {leaf} until {end} (SHA-256 {print}), {sent} sent",
        where=where,
        leaf=called_leaf(leaf),
        end=leaf.not_after.date(),
        print=leaf.fingerprint[:16],
        sent=len(variant.chain),
    )
