"""One product a file; the tuple below names them all. `parts` holds what they share.

A target turns a remedy into steps for its product. Which product serves a certificate, the administrator says
(`--product`, or his file): a banner is only a guess, and is called one. Where nobody says it, `generic` names the place
in each of them.
"""

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.remedy import Remedy, Step
from mailtrust.core.model.text import text
from mailtrust.core.targets import (
    apache,
    courier,
    cyrus,
    dovecot,
    exchange,
    exim,
    f5,
    generic,
    haproxy,
    iis,
    kemp,
    mailstore,
    netscaler,
    nginx,
    postfix,
    slapd,
    stalwart,
)
from mailtrust.core.targets.parts.clients_side import steps_elsewhere
from mailtrust.core.targets.parts.context import context_for
from mailtrust.core.targets.parts.steps import Target

TARGETS: tuple[Target, ...] = (
    nginx,
    apache,
    haproxy,
    postfix,
    dovecot,
    exim,
    cyrus,
    courier,
    stalwart,
    slapd,
    iis,
    exchange,
    mailstore,
    kemp,
    f5,
    netscaler,
    generic,
)

ALIASES: dict[str, str] = {
    "apache2": "apache",
    "httpd": "apache",
    "exim4": "exim",
    "cyrus-imapd": "cyrus",
    "courier-imap": "courier",
    "openldap": "slapd",
    "windows": "iis",
    "loadmaster": "kemp",
    "bigip": "f5",
    "big-ip": "f5",
    "citrix-adc": "netscaler",
}
"""Other words for a product's id."""


class UnknownProduct(UserProblem):
    """No product of that id; the message names those there are, the nearest first."""


def target_by_id(wanted: str | None) -> Target:
    """The target of that id; the generic one when nobody named a product. Raises UnknownProduct."""
    name = (wanted or generic.ID).strip().lower()
    found = {target.ID: target for target in TARGETS}.get(ALIASES.get(name, name))
    if found is not None:
        return found
    known = tuple(target.ID for target in TARGETS)
    near = tuple(get_close_matches(name, (*known, *ALIASES), n=3))
    if near:
        raise UnknownProduct(
            text(
                "Expected a product, found {wanted}. Did you mean {near}? All there are: {known}.",
                wanted=clean(wanted or ""),
                near=near,
                known=known,
            )
        )
    raise UnknownProduct(
        text("Expected a product among {known}, found {wanted}.", wanted=clean(wanted or ""), known=known)
    )


def with_steps(remedies: tuple[Remedy, ...], evidence: Evidence) -> tuple[Remedy, ...]:
    """The remedies, each with its steps for the products that the settings name. Raises UnknownProduct."""
    return tuple(replace(remedy, steps=_steps(remedy, evidence)) for remedy in remedies)


def _steps(remedy: Remedy, evidence: Evidence) -> tuple[Step, ...]:
    if elsewhere := steps_elsewhere(remedy, context_for(remedy, evidence), evidence):
        return elsewhere
    steps = [step for product, part in _by_product(remedy, evidence) for step in _steps_of(product, part, evidence)]
    # What two products have in common, such as the order of a certificate, is done once; the last look stays the last.
    once = dict.fromkeys(steps[:-1])
    return (*(step for step in once if step != steps[-1]), steps[-1]) if steps else ()


def _by_product(remedy: Remedy, evidence: Evidence) -> Iterable[tuple[str | None, Remedy]]:
    """Each product that serves some of the remedy's ports, with these."""
    parts: dict[str | None, list[str]] = {}
    for seen in evidence.case.observations:
        if seen.id in remedy.observations:
            product = evidence.settings.product_at(seen.endpoint.host, seen.endpoint.port)
            parts.setdefault(product, []).append(seen.id)
    if not parts:
        return [(evidence.settings.product, remedy)]
    return [(product, replace(remedy, observations=tuple(part))) for product, part in parts.items()]


def _steps_of(product: str | None, remedy: Remedy, evidence: Evidence) -> tuple[Step, ...]:
    context = context_for(remedy, evidence)
    if product is None:
        context = replace(context, guess=_guess(remedy, evidence))
    return target_by_id(product).steps(remedy, context) or generic.steps(remedy, context)


def _guess(remedy: Remedy, evidence: Evidence) -> str:
    """The product whose word is in a greeting of the ports concerned; empty where none is, or several are."""
    said = [
        line.lower()
        for seen in evidence.case.observations
        if seen.id in remedy.observations
        for line in seen.transcript[:MOST_LINES]
    ]
    found = {target.ID for target in TARGETS for word in target.GREETINGS if any(word in line for line in said)}
    return found.pop() if len(found) == 1 else ""


MOST_LINES = 4
"""How much of a dialogue is its greeting."""
