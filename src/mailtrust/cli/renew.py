"""`mailtrust renew`: order what is due, bring it out by a plan, and prove it on the wire."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.files import expect_writable, write_output
from mailtrust.cli.looking import add_looking_options, expect_roots
from mailtrust.cli.organisation import organisation_of
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.model.renewal_told import RenewalTold
    from mailtrust.core.model.renewing import Renewed

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust renew", text("what is due, and when; nothing is changed")),
    ("mailtrust renew --all --dry-run", text("... and what would be done")),
    ("mailtrust renew --all", text("everything that is due: ordered, brought out, proven; for a timer")),
    ("mailtrust renew mail --force", text("this one, now")),
    ("mailtrust renew --timer systemd -o /etc/systemd/system", text("a service and its timer")),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "renew",
        help=told(text("renew certificates, bring them to their servers, and prove them there")),
        description=told(
            text(
                "Renew the certificates of [[renew]] in mailtrust.toml that are due, by ACME or by your own CA, bring "
                "them to their servers by a plan, and look on the wire. The former certificate is served until the new "
                "one is proven; TLSA records are published first. A run never waits: the next one goes on."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(
            text(
                "exit status: 0 all is well, renewed, or waiting for its time; 1 a person has something to do; 2 "
                "usage, or refused; 3 could not look; 4 it failed, and what was begun has been taken back; 5 it "
                "failed, and not everything could be taken back"
            )
        ),
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help=told(text("what [[renew]] calls it")))
    parser.add_argument("--all", action="store_true", help=told(text("every certificate that is due")))
    parser.add_argument("--force", action="store_true", help=told(text("whether due or not")))
    parser.add_argument(
        "--dry-run", action="store_true", help=told(text("show the plan; order, publish and change nothing"))
    )
    parser.add_argument(
        "--ignore-tlsa", action="store_true",
        help=told(text("whatever TLSA records are published: you will replace them")),
    )  # fmt: skip
    parser.add_argument(
        "--state", metavar="DIR", type=Path,
        help=told(text("where keys, certificates and journals are kept (default: /var/lib/mailtrust for root)")),
    )  # fmt: skip
    parser.add_argument(
        "--timer", choices=("systemd", "cron"),
        help=told(text("write what runs it twice a day: with -o DIR a service and its timer, or a line for crontab")),
    )  # fmt: skip
    add_looking_options(parser)
    add_screen_options(parser)
    parser.set_defaults(
        handler=run, product=None, warn=None, critical=None, yes=True, quiet=True, undo=False, resume=False,
        approvals_file=None, dns_update=None, tsig_file=None, store=None, key_file=None,
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Renew each; one that fails does not keep the others from it."""
    from mailtrust.edge.config.organisation_file import find

    if options.servers is None:
        # A timer runs in another folder, and so may the run that has to bring this one to an end.
        options.servers = find()
    chosen = _chosen(options)
    if options.timer is not None:
        from mailtrust.cli.renew_timer import write_timer

        return write_timer(options)
    expect_writable(options.output)
    expect_roots(options)
    options.kind = "host"
    from mailtrust.cli.renewing import ready, renew_one

    only_look = options.dry_run or not (options.names or options.all)
    results: list[RenewalTold] = []
    with ready(options, only_look=only_look) as recovered:
        if recovered == exit_status.NOT_UNDONE:
            return recovered
        try:
            results += (renew_one(one, options, only_look=only_look) for one in chosen)
        except KeyboardInterrupt:
            if only_look:
                raise
            from mailtrust.cli.apply import Stopped

            # What a plan had begun is taken back by then.
            raise Stopped(text("Stopped. What has been ordered or published is kept; the next run goes on.")) from None
    _tell(results, options)
    return max((one.status for one in results), default=exit_status.CLEAN)


def _chosen(options: argparse.Namespace) -> "tuple[Renewed, ...]":
    organisation = organisation_of(options)
    if options.names and options.all:
        raise UserProblem(text("--all means every certificate: leave the names out, or --all."))
    if not organisation.renewed:
        raise UserProblem(
            text("Expected [[renew]] in mailtrust.toml, which says what is renewed; docs/renew.md has an example.")
        )
    known = {one.name: one for one in organisation.renewed}
    for name in options.names:
        if name not in known:
            raise UserProblem(
                text("Expected the name of a [[renew]], got “{given}”. There are: {known}.",
                     given=clean(name, 60), known=tuple(known))
            )  # fmt: skip
    return tuple(known[name] for name in dict.fromkeys(options.names)) or organisation.renewed


def _tell(results: "Sequence[RenewalTold]", options: argparse.Namespace) -> None:
    translate = translator(options.lang)
    if options.format == "json":
        from mailtrust.core.report.renewed_json import write_renewed

        write_output(write_renewed(results, translate), options.output)
        return
    lines: list[str] = []
    for one in results:
        if one.plan is not None:
            from mailtrust.cli.plan_shown import drawn_plan

            lines.append(drawn_plan(one.plan, options))
        said = [f"{clean(sentence.render(translate), 2000)}\n" for sentence in one.said]
        if one.status == exit_status.CLEAN:
            lines += said
        else:  # cron mails what stands there
            sys.stderr.write("".join(f"mailtrust: {sentence}" for sentence in said))
    write_output("".join(lines).encode("utf-8", "replace"), options.output)
