"""Three companies on one Exchange server with one certificate: Outlook warns two of them, and the third finds nothing.

In the first variant the certificate's name for Autodiscover is misspelt (autdiscover.): a new one with the right names
and an alias for the third company cure all. In the second the name is right, and an SRV record, as those who answered
advised, leads the third company's Outlook; Android's own client, which follows none, stays out.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from mailtrust.core.discovery import BY_ID
from mailtrust.core.model.text import Text, text
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.runner import FOUND, NOT_FOUND, Comparison
from mailtrust.lab.stories.parts import signed_dns, web
from mailtrust.lab.stories.parts.companies import ADDRESSES, AUTOCONFIG, Companies
from mailtrust.lab.stories.parts.story import LOST, WARNED, WELL, Story, Told, compared, walked

MOST_LOOKS = 5
# Outlook on phones is decided by Microsoft's service.
CLIENTS = tuple(one for one in BY_ID if one != "outlook-mobile")

State = dict[str, tuple[Text, ...]]
"""What becomes of a client in every version, for each address."""

_MISSPELT: State = {
    "outlook-windows": (WARNED, WARNED, LOST, WELL),
    # The one file with settings stands behind the Exchange server's certificate.
    "thunderbird": (LOST, LOST, LOST, WELL),
    "thunderbird@android": (LOST, LOST, LOST, LOST),
    "rfc6186": (WELL, WELL, LOST, WELL),
    "activesync@android": (LOST, LOST, LOST, LOST),
}
_RIGHT: State = {
    "outlook-windows": (WELL, WARNED, LOST, WELL),
    "thunderbird": (WELL, WELL, WELL, WELL),
    "rfc6186": (WELL, WELL, LOST, WELL),
    "activesync@android": (WELL, LOST, LOST, LOST),
}
_NOT_PLANNED = {("rfc6186", ADDRESSES[2])}
"""Plans are for those who look for Exchange."""


async def _walk(place: Companies) -> list[dict[str, Any]]:
    """Every client, for every company."""
    return await walked(place.folder, *ADDRESSES, "--client", ",".join(CLIENTS), *place.flags)


def _known(state: State) -> Any:
    def expected(client: str, address: str) -> Text | None:
        of = state.get(client) or state.get(client.partition("@")[0])
        return of[ADDRESSES.index(address)] if of else None

    return expected


async def _tell(folder: Path, now: datetime, *, misspelt: bool) -> Told:
    async with Companies(folder, now, misspelt=misspelt) as place:
        first = await _walk(place)
        broken = (*compared(first, _known(_MISSPELT if misspelt else _RIGHT)), *_rules(first, FOUND, misspelt=misspelt))
        plan = plan_with(first, "CNAME" if misspelt else "SRV")
        done = [said for step in plan["steps"] if (said := await place.carry_out(step)) is not None]
        if misspelt:
            # As the finding says: a certificate of its own.
            await place.certify_autoconfig()
            done.append(f"mailtrust cert request {AUTOCONFIG}")
        left_out = {(one["client"], one["address"]) for one in plan["left_out"]} | _NOT_PLANNED

        def foretold(client: str, address: str) -> Text:
            return LOST if (client, address) in left_out else WELL

        for _ in range(MOST_LOOKS):
            second = await _walk(place)
            cured = (*compared(second, foretold), *_rules(second, NOT_FOUND, misspelt=misspelt))
            if all(one.holds for one in cured):
                break
            await asyncio.sleep(0.2)  # nginx has its new files a moment after the signal
    return Told(broken, tuple(done), cured)


def plan_with(walks: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The best plan that publishes a record of this kind. Raises LabError."""
    for plan in walks[0]["plans"]:
        commands = [step["do"].get("command", "") for step in plan["steps"]]
        if any(f" {kind} " in line for command in commands for line in command.splitlines() if " add " in line):
            return dict(plan)
    raise LabError(text("No plan with a record of the type {type} was made.", type=kind))


def _rules(walks: list[dict[str, Any]], expected: Text, *, misspelt: bool) -> Iterable[Comparison]:
    findings = [one for walk in walks for one in walk["findings"]]
    foreign = any(one["rule"] == "autodiscover-foreign-certificate" for one in findings)
    yield Comparison("autodiscover-foreign-certificate", expected, FOUND if foreign else NOT_FOUND, "rule")
    if misspelt:
        # Of a usual name that Thunderbird would guess (mail.), the same rule goes on to tell.
        rule = "autoconfig-certificate"
        there = any(one["rule"] == rule and one["facts"]["wanted"] == AUTOCONFIG for one in findings)
        yield Comparison(f"{rule} at {AUTOCONFIG}", expected, FOUND if there else NOT_FOUND, "rule")


STORY = Story(
    id="three-companies-one-certificate",
    title=text("Three companies on one Exchange server: a misspelt name, cured by a new certificate"),
    programs=(*signed_dns.PROGRAMS, *web.PROGRAMS),
    place=partial(Companies, misspelt=True),
    tell=partial(_tell, misspelt=True),
    also_called=("004",),
)
WITH_RIGHT_NAME = replace(
    STORY,
    id="three-companies-right-name",
    title=text("Three companies on one Exchange server: the right name, one company without records in DNS"),
    place=partial(Companies, misspelt=False),
    tell=partial(_tell, misspelt=False),
)
