"""Walk again as `mailtrust discover --plan` did, for the proof of the plan that it made."""

import argparse
from typing import TYPE_CHECKING

from mailtrust.cli.arguments import Parser
from mailtrust.cli.looking import add_looking_options, edge_of
from mailtrust.cli.walking import add_walking_options, requests_of, walks_of
from mailtrust.core.model.plan import Plan

if TYPE_CHECKING:
    from mailtrust.edge.lookup.dns import Resolver
    from mailtrust.flows.discover_all import Walked
    from mailtrust.flows.prove_ways import WaysProven


async def ways_proven(plan: Plan, given: argparse.Namespace | None, zone: "Resolver | None" = None) -> "WaysProven":
    """What became of the plan's findings. `given`: options that say where to look instead of the plan's.

    `zone`: the server where records were changed a moment ago; it is asked for them, so that nothing kept hides them.
    """
    from mailtrust.flows.prove_ways import at_the_zone, prove_ways

    options = walking_of(plan, given)
    requests = requests_of(options)

    async def walk() -> "Walked":
        return await walks_of(
            options,
            requests,
            cure=False,
            asking=(lambda usual: at_the_zone(plan, usual, zone)) if zone is not None else None,
        )

    return await prove_ways(plan, walk, edge_of(options).resolver)


def walking_of(plan: Plan, given: argparse.Namespace | None) -> argparse.Namespace:
    """The options with which the plan was made, and those given now in their place."""
    parser = Parser(prog="mailtrust prove")
    add_walking_options(parser)
    was = parser.parse_args(list(plan.looking))
    if given is None:
        return was
    looking = Parser(prog="mailtrust prove")
    add_looking_options(looking)
    named = {name: value for name in vars(looking.parse_args([])) if (value := getattr(given, name))}
    return argparse.Namespace(**{**vars(was), **named})
