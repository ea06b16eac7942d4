"""Chains that nobody thought of: a decent one, with a few things changed by chance. The same seed gives the same."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from tests.oracles.changes import CHANGES, EC_LEAVES, RSA_LEAVES, Draft
from tests.oracles.maker import Issued, ca, issue, key, named, realm
from tests.oracles.world import Case, Publish

from mailtrust.core.issuance.keys import KeyKind

HOW_MANY = (0, 1, 1, 1, 1, 2, 2, 2, 3)


def random_cases(seed: int, count: int, publish: Publish) -> tuple[Case, ...]:
    """So many cases; their ids tell the seed."""
    return tuple(_random_cases(seed, count, publish))


def _random_cases(seed: int, count: int, publish: Publish) -> Iterator[Case]:
    for number in range(count):
        # A generator for each, so that a change to one sort of case leaves the others as they were.
        chance = Random(f"{seed} {number}")
        with realm(f"Chance {number}"):
            case = _case(f"chance-{seed}-{number:02}", chance, publish)
        yield case


def _case(id_: str, chance: Random, publish: Publish) -> Case:
    draft = Draft(chance, rsa=chance.random() < 0.25)
    draft.middle = [ca() for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3)))]
    for change in chance.sample(CHANGES, chance.choice(HOW_MANY)):
        change(draft)
    ca_kind: KeyKind = "rsa-2048" if draft.rsa else "ec-p256"
    leaf_kind = chance.choice(RSA_LEAVES if draft.rsa else EC_LEAVES)
    root = issue(named("Chance Root"), key("chance root", ca_kind), None, draft.root)
    middle: list[Issued] = []
    above = root
    for level, shape in enumerate(draft.middle):
        address = (publish(above),) if draft.offered else ()
        above = issue(
            named(f"Chance CA {level}"), key(f"chance {level}", ca_kind), above, replace(shape, ca_issuers=address)
        )
        middle.append(above)
    address = (publish(above),) if draft.offered else ()
    shape = replace(draft.leaf, ca_issuers=address)
    leaf = issue(named(*draft.common_names), key("chance leaf", leaf_kind), above, shape)
    sent = [leaf, *reversed(middle)]
    anchors = [{"root": root, "issuer": above, "leaf": leaf, "stranger": _stranger()}[draft.anchor]]
    if draft.cross:
        other = issue(named("Other Root"), key("other root", ca_kind), None, ca())
        sent.append(issue(root.certificate.subject.der, root.key, other, ca(days=(-900, draft.cross))))
        anchors = [other, *anchors] if chance.random() < 0.5 else [other]
    for arrange in draft.presentation:
        arrange(sent, root, middle)
    return Case(id_, tuple(sent), tuple(anchors), draft.host, downloads=(root, *middle) if draft.offered else ())


def _stranger() -> Issued:
    return issue(named("Stranger Root"), key("stranger root"), None, ca())
