"""The ports of one name present different certificates or chains: one service was forgotten, or not reloaded."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.naming import titles
from mailtrust.core.rules.grounds.variants import differ, here_not_there, listing, variants, weigh_difference
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING

ID = "ports-disagree"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Compare what the ports of each name present to the same hello."""
    hosts: dict[str, list[Observation]] = {}
    for seen, _ in evidence.default_handshakes:
        hosts.setdefault(seen.endpoint.host, []).append(seen)
    several = {host: seens for host, seens in hosts.items() if len({seen.endpoint.port for seen in seens}) > 1}
    if not several:
        yield NotApplicable(ID, text("No name was seen on more than one port."))
    for host, seens in several.items():
        if differ(seens, _port):
            yield _finding(evidence, host, tuple(seens))
        else:
            yield Passed(ID, host, tuple(seen.id for seen in seens))


def _port(seen: Observation) -> str:
    return str(seen.endpoint.port)


def _finding(evidence: Evidence, host: str, seens: tuple[Observation, ...]) -> Finding:
    found = variants(seens)
    torn = here_not_there(evidence, found)
    return Finding(
        rule=ID,
        severity=weigh_difference(torn),
        observations=tuple(seen.id for seen in seens),
        certificates=tuple(dict.fromkeys(one.fingerprint for variant in found for one in variant.chain[:1])),
        clients=torn,
        facts=(
            ("ports", tuple(dict.fromkeys(_port(seen) for seen in seens))),
            ("variants", tuple(variant.chain[0].fingerprint for variant in found)),
        ),
        title=text("The ports of {host} do not present the same chain", host=host),
        explanation=Explanation(
            admin=text(
                "{host} shows, by port: {listing}. Each service reads its own file and keeps it in memory until it is "
                "reloaded; one of them was forgotten, or stands behind another device. Accepting one and not the "
                "other: {torn}.",
                host=host,
                listing=listing(found, _port),
                torn=titles(evidence, torn) or text("none of those asked"),
            ),
            manager=text(
                "The parts of our mail server show different papers, so receiving may work where sending does not. "
                "Serving the same certificate everywhere costs nothing."
            ),
            user=text(
                "Receiving may work while sending brings a warning, or the other way round. {safe}",
                safe=NOT_PAST_THE_WARNING,
            ),
        ),
        subject=host,
    )
