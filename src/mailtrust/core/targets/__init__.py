"""One product a file; the tuple below names them all. `parts` holds what they share.

A target turns a remedy into steps for its product. Which product serves a certificate, the administrator says
(`--product`): a banner is only a guess. Where nobody says it, `generic` names the place in each of them.
"""

from dataclasses import replace

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.remedy import Remedy
from mailtrust.core.targets import dovecot, generic, haproxy, iis, kemp, nginx, postfix
from mailtrust.core.targets.parts.clients_side import steps_elsewhere
from mailtrust.core.targets.parts.context import context_for
from mailtrust.core.targets.parts.steps import Target

TARGETS: tuple[Target, ...] = (nginx, postfix, dovecot, haproxy, iis, kemp, generic)

ALIASES: dict[str, str] = {"exchange": "iis", "windows": "iis", "mailstore": "iis", "loadmaster": "kemp"}
"""Other words for a product's id."""


def target_by_id(wanted: str | None) -> Target:
    """The target of that id; the generic one when nobody named a product, or one that is not known here."""
    name = (wanted or generic.ID).strip().lower()
    name = ALIASES.get(name, name)
    return next((target for target in TARGETS if name == target.ID), generic)


def with_steps(remedies: tuple[Remedy, ...], evidence: Evidence) -> tuple[Remedy, ...]:
    """The remedies, each with its steps for the product that the settings name."""
    target = target_by_id(evidence.settings.product)
    filled: list[Remedy] = []
    for remedy in remedies:
        context = context_for(remedy, evidence)
        steps = steps_elsewhere(remedy, context, evidence) or target.steps(remedy, context)
        filled.append(replace(remedy, steps=steps or generic.steps(remedy, context)))
    return tuple(filled)
