"""`mailtrust plan`: the fewest, safest changes that cure what a check finds; nothing is changed by it."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.files import called_file, expect_writable, read_file, read_key, read_password, write_output
from mailtrust.cli.looking import add_looking_options, edge_of, expect_roots, looking_words, request_of
from mailtrust.cli.progress import watched
from mailtrust.cli.screen_options import add_page_options
from mailtrust.cli.showing import settings_of
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.model.settings import Settings
    from mailtrust.core.targets.mending.work import Material
    from mailtrust.flows.check import CheckRequest, Edge, OnProgress
    from mailtrust.flows.plan import Planned

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust plan mail.example.com", text("the servers and the ways to them stand in mailtrust.toml")),
    (
        "mailtrust plan https://mail.example.com --product nginx --reach local -o mend.json",
        text("without that file: nginx on this machine; the plan is kept"),
    ),
    (
        "mailtrust plan mail.example.com --with new.zip --key new.key -o mend.json",
        text("with a certificate that the CA has issued already"),
    ),
    ("mailtrust plan --show mend.json --format html > mend.html", text("... for somebody who is to approve it")),
    ("mailtrust apply mend.json", text("... and carry out exactly this")),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "plan",
        help=told(text("write down the fewest changes that cure everything, before anything is changed")),
        description=told(
            text(
                "Check, read the configuration of the servers, and write down the fewest and safest changes that cure "
                "what was found: each file, line and command, how it is taken back, what it disturbs, and what every "
                "client will say afterwards. Nothing is changed."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(text("exit status: 0 everything is cured by the plan; 1 something is left; 2 usage; "
                               "3 could not look")),
    )  # fmt: skip
    add_planning_options(parser, show=True)
    parser.add_argument(
        "-o", "--output", dest="kept", metavar="PLAN", type=Path, help=told(text("keep the plan in this file"))
    )
    parser.set_defaults(handler=run)


def add_planning_options(parser: argparse.ArgumentParser, *, show: bool = False) -> None:
    """What `plan` and `fix` take; `show`: a plan that was made may be shown instead."""
    if show:
        parser.add_argument(
            "target", metavar="TARGET", nargs="?", help=told(text("mail domain, host, host:port or URL"))
        )
        parser.add_argument(
            "--show", metavar="PLAN", type=Path,
            help=told(text("make none, but show this one, with its digest and who has approved it")),
        )  # fmt: skip
    else:
        parser.add_argument("target", metavar="TARGET", help=told(text("mail domain, host, host:port or URL")))
    parser.add_argument(
        "--with", dest="material", metavar="FILE", type=Path,
        help=told(text("the certificate that shall be served: PEM, PKCS#7, PFX or the zip from the CA")),
    )  # fmt: skip
    parser.add_argument(
        "--key", metavar="FILE", type=Path,
        help=told(text("its private key, as PEM; it is read when the plan is applied, and stands in no plan")),
    )  # fmt: skip
    parser.add_argument(
        "--password-file", metavar="FILE", type=Path,
        help=told(text("the password of the PFX given by --with, read from this file or from standard input (-)")),
    )  # fmt: skip
    parser.add_argument(
        "--product", metavar="ID",
        help=told(text("the product that serves the TARGET, where mailtrust.toml does not say")),
    )  # fmt: skip
    parser.add_argument(
        "--reach", metavar="WAY",
        help=told(text("how its files are come by: local, or ssh://USER@HOST; with --product")),
    )  # fmt: skip
    parser.add_argument(
        "--configuration", metavar="PATH",
        help=told(text("its main configuration file, where the product does not find it by itself")),
    )  # fmt: skip
    add_looking_options(parser)
    shown = parser.add_argument_group(told(text("showing")))
    shown.add_argument(
        "--format", choices=("text", "html", "json") if show else ("text", "json"), default="text",
        help=told(text("for people or for a program (default: text); html is one page, to be read or printed"))
        if show
        else told(text("for people or for a program (default: text)")),
    )  # fmt: skip
    add_page_options(shown, output=False)
    parser.set_defaults(warn=None, critical=None, output=None)


def run(options: argparse.Namespace) -> int:
    """Make a plan and show it."""
    if options.show is not None or options.target is None:
        from mailtrust.cli.plan_shown import show_plan

        return show_plan(options)
    expect_writable(options.kept)
    planned = plan_of(options)
    octets = encoded(planned, options)
    if options.kept is not None:
        write_output(octets, options.kept)
    if options.format == "html":
        from mailtrust.cli.plan_shown import page_of

        write_output(page_of(octets, (), options), None)
    else:
        write_output(octets if options.format == "json" else shown(planned, options), None)
    return exit_status.FINDINGS if planned.plan.left else exit_status.CLEAN


def plan_of(options: argparse.Namespace) -> "Planned":
    """What the options ask to be planned. Raises UserProblem."""
    from mailtrust.edge.probe.loop import run as run_loop

    expect_roots(options)
    settings = settings_with_reach(options)
    request = request_of(options, options.target, settings=settings)
    edge = edge_of(options)
    with watched() as on_progress:
        planned = run_loop(_plan(options, request, edge, on_progress))
    for one in planned.unread:  # what is planned for it is a person's then, and this is why
        sys.stderr.write(f"{clean(one.said.render(translator(options.lang)), 2000)}\n")
    return planned


async def _plan(
    options: argparse.Namespace, request: "CheckRequest", edge: "Edge", on_progress: "OnProgress | None"
) -> "Planned":
    from mailtrust.edge.transport.reaching import machines_for
    from mailtrust.flows.check import check
    from mailtrust.flows.plan import plan
    from mailtrust.flows.survey import configurable

    material = await _material(options, request, edge)
    assessment = await check(request, edge, on_progress)
    servers = [server for server in request.settings.servers if configurable(server)]
    async with machines_for(servers, request.roots) as machines:
        return await plan(
            assessment, machines, material=material, looking=looking_words(options), resolver=edge.resolver
        )


async def _material(options: argparse.Namespace, request: "CheckRequest", edge: "Edge") -> "Material | None":
    """The certificate that was given, its chain completed, and where its key is."""
    if options.material is None:
        if options.key is not None:
            raise UserProblem(text("--key is the key of a certificate: give that with --with FILE."))
        return None
    from mailtrust.cli.files import certificates_of
    from mailtrust.core.model.plan import OnThisMachine
    from mailtrust.core.targets.mending.work import Material
    from mailtrust.core.x509.withheld_keys import mark_of, withheld_in, withhold_keys
    from mailtrust.flows.bundle import complete_files

    given = certificates_of(options.material, read_password(options.password_file))
    keys = (read_key(options.key, None),) if options.key is not None else ()
    completed = await complete_files(given, keys, request, edge)
    if options.key is None:
        return Material(completed.chain, None)
    if mark_of(completed.leaf) not in withheld_in(withhold_keys(read_file(options.key))):
        raise UserProblem(
            text(
                "Expected the key of {name} as PEM and without a password in {path}. Take it out of a PFX with "
                "mailtrust cert convert, and give that file.",
                name=completed.leaf.dns_names[:1],
                path=called_file(options.key),
            )
        )
    return Material(completed.chain, OnThisMachine(str(options.key.resolve())))


def settings_with_reach(options: argparse.Namespace) -> "Settings":
    """The organisation's servers, and the one that --product and --reach tell of."""
    settings = settings_of(options)
    if options.reach is None:
        if options.configuration is not None:
            raise UserProblem(text("--configuration tells of a server: give --product ID and --reach WAY too."))
        return settings
    if options.product is None:
        raise UserProblem(text("--reach tells how the files of a product are come by: give --product ID too."))
    from mailtrust.core.formats.target import Address, Host, parse_target
    from mailtrust.core.model.settings import Place, Server
    from mailtrust.core.targets import ALIASES

    match parse_target(options.target):
        case Host(host=host):
            place = Place(options.target, host, None)
        case Address(domain=host):
            place = Place(options.target, host, None)
        case url:
            place = Place(options.target, url.host, url.port)
    product = options.product.strip().lower()
    server = Server(
        options.product, (place,), ALIASES.get(product, product), options.reach,
        configuration=options.configuration or "",
    )  # fmt: skip
    return replace(settings, servers=(server,))


def encoded(planned: "Planned", options: argparse.Namespace) -> bytes:
    """The plan as a file."""
    from mailtrust.core.formats.plan_file import encode_plan
    from mailtrust.edge.person import person

    return encode_plan(replace(planned.plan, made_by=person()), translator(options.lang))


def shown(planned: "Planned", options: argparse.Namespace) -> bytes:
    """The plan for people."""
    from mailtrust.cli.plan_shown import drawn_plan
    from mailtrust.cli.screen import screen_of

    return drawn_plan(planned.plan, options).encode(screen_of(options).encoding, "replace")
