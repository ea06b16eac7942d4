"""The addresses of one name present different chains on the same port: a node of several was forgotten."""

from collections.abc import Iterable

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.naming import titles
from mailtrust.core.rules.grounds.served import place
from mailtrust.core.rules.grounds.variants import differ, here_not_there, listing, variants, weigh_difference
from mailtrust.core.rules.grounds.voices import NOT_PAST_THE_WARNING

ID = "addresses-disagree"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Compare what the addresses of each host and port present to the same hello."""
    places: dict[str, list[Observation]] = {}
    for seen, _ in evidence.default_handshakes:
        places.setdefault(place(seen), []).append(seen)
    several = {where: seens for where, seens in places.items() if len({_address(seen) for seen in seens}) > 1}
    if not several:
        yield NotApplicable(ID, text("No port was seen at more than one address."))
    # The same node is behind all its ports: fold them.
    hosts: dict[str, list[Observation]] = {}
    for where, seens in several.items():
        if differ(seens, _address):
            hosts.setdefault(seens[0].endpoint.host, []).extend(seens)
        else:
            yield Passed(ID, where, tuple(seen.id for seen in seens))
    for host, seens in hosts.items():
        yield _finding(evidence, host, tuple(seens))


_NOW_AND_THEN = text(
    "Clients take one address or another, so it works now and then. Bring the same files to every node (IPv6 and the "
    "second load balancer are forgotten most often), and reload it."
)


def _only_behind(seens: tuple[Observation, ...]) -> tuple[str, ...]:
    """The places of --also, where clients do not come by themselves; empty unless they alone differ from the rest."""
    behind = tuple(dict.fromkeys(_address(seen) for seen in seens if seen.endpoint.found_by == "also"))
    in_front = [seen for seen in seens if seen.endpoint.found_by != "also"]
    return () if differ(in_front, _address) else behind


def _behind(places: tuple[str, ...]) -> Text:
    return text(
        "Clients do not come to {places} by themselves: --also led there. Where that is the server behind a load "
        "balancer or a proxy, the device in front makes the difference: mend what it presents. A difference that is "
        "meant, such as a public certificate in front and one of your own behind, needs no cure.",
        places=places,
    )


def _address(seen: Observation) -> str:
    return seen.endpoint.place


def _finding(evidence: Evidence, host: str, seens: tuple[Observation, ...]) -> Finding:
    found = variants(seens)
    torn = here_not_there(evidence, found)
    behind = _only_behind(seens)
    return Finding(
        rule=ID,
        severity=weigh_difference(torn),
        observations=tuple(seen.id for seen in seens),
        certificates=tuple(dict.fromkeys(one.fingerprint for variant in found for one in variant.chain[:1])),
        clients=torn,
        facts=(
            ("addresses", tuple(dict.fromkeys(_address(seen) for seen in seens))),
            ("variants", tuple(variant.chain[0].fingerprint for variant in found)),
        ),
        title=text("The addresses of {host} do not present the same chain", host=host),
        explanation=Explanation(
            admin=text(
                "{host} shows, by address: {listing}. {meaning} Accepting one and not the other: {torn}.",
                host=host,
                listing=listing(found, _address),
                meaning=_behind(behind) if behind else _NOW_AND_THEN,
                torn=titles(evidence, torn) or text("none of those asked"),
            ),
            manager=text(
                "The machine that people meet shows other papers than the one behind it. Putting the right ones on "
                "both costs nothing."
            )
            if behind
            else text(
                "Of several machines that do the same work, one shows other papers, so mail works now and then. "
                "Putting the same certificate on all of them costs nothing."
            ),
            user=NOT_PAST_THE_WARNING
            if behind
            else text("It may work now and fail in a minute. {safe}", safe=NOT_PAST_THE_WARNING),
        ),
        subject=host,
    )
