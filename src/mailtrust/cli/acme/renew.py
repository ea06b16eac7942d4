"""`mailtrust acme renew`: what is due."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.acme.files import dns_of, files_of, judging_of, paths_of, request_in, say_issued, show, stoppable
from mailtrust.cli.arguments import Example
from mailtrust.cli.bundle_words import say
from mailtrust.cli.cert.making import beside
from mailtrust.cli.files import called_file, hypothetical_chain, read_file, read_key, read_password
from mailtrust.cli.showing import threshold
from mailtrust.cli.translations import current, told
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.formats.acme_record import AcmeRecord
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.edge.acme.session import Session
    from mailtrust.flows.acme import Judging
    from mailtrust.flows.acme_tlsa import Standing

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust acme renew", text("everything that was issued into this folder, where it is due")),
    ("mailtrust acme renew /etc/mail/tls/mail --force", text("this one, now")),
    ("mailtrust acme renew /etc/mail/tls --before 30d", text("where 30 days are left, unless the CA says otherwise")),
)
MOST_RECORDS = 1000


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "renew",
        help=told(text("renew what is due; for a timer")),
        description=told(
            text(
                "Renew what `acme issue` has ordered, the same way, where it is due: when the CA suggests it (ARI), "
                "else at two thirds of its life. The key is a new one, unless a published TLSA record matches the "
                "present one. Files are replaced together, in whatever moment it is interrupted."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(
            text("exit status: 0 all is well; 1 renewed, but a client refuses it; 2 refused; 3 could not look")
        ),
    )
    parser.add_argument(
        "places", metavar="STEM|DIR", nargs="*", type=Path, default=[Path()],
        help=told(text("what was given to --out, or a folder with several (default: this folder)")),
    )  # fmt: skip
    parser.add_argument("--force", action="store_true", help=told(text("now, whether due or not")))
    parser.add_argument(
        "--before", metavar="30d|33%", type=threshold,
        help=told(text("so long before expiry, unless the CA suggests a time (default: at two thirds of its life)")),
    )  # fmt: skip
    parser.add_argument(
        "--ignore-tlsa", action="store_true",
        help=told(text("with a new key, and whatever TLSA records are published: you will replace them")),
    )  # fmt: skip
    parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))
    parser.set_defaults(handler=run, format="text", output=None, width=None, colour="auto")


def run(options: argparse.Namespace) -> int:
    """Renew each; one that fails does not keep the others from it."""
    status = exit_status.CLEAN
    with stoppable():
        for stem in _stems(options.places):
            try:
                status = max(status, _renew(options, stem))
            except UserProblem as problem:
                sys.stderr.write(f"mailtrust: {called_file(stem)}: {problem.message.render(current())}\n")
                status = max(status, problem.status)
    return status


def _stems(places: Iterable[Path]) -> list[Path]:
    """Every certificate meant, each once."""
    from mailtrust.core.formats.acme_record import ENDING

    stems: dict[Path, None] = {}
    for place in places:
        if place.is_dir():
            records = sorted(place.glob(f"*{ENDING}"))[:MOST_RECORDS]
            found = [record.with_name(record.name.removesuffix(ENDING)) for record in records]
        else:
            bare = place.name.removesuffix(ENDING)
            found = [place.with_name(bare if bare != place.name else place.name.removesuffix(".pem"))]
        if not found:
            raise UserProblem(
                text("Nothing in {path} was issued by `mailtrust acme issue`.", path=called_file(place.resolve()))
            )
        stems.update(dict.fromkeys(found))
    return list(stems)


def _renew(options: argparse.Namespace, stem: Path) -> int:
    from mailtrust.core.forecast.renewal_time import due
    from mailtrust.core.model.problem import CouldNotLook
    from mailtrust.edge.acme.account import AccountFolder
    from mailtrust.flows.acme import opened, when_due

    record = _record(stem)
    judging = judging_of(record)
    chain = hypothetical_chain(beside(stem, ".pem"))
    if chain[0].fingerprint != record.certificate:
        raise UserProblem(
            text(
                "{path} holds another certificate than the one that was issued here last, and is not replaced. Put "
                "that one back, or issue anew with --out.",
                path=called_file(beside(stem, ".pem")),
            )
        )
    try:
        with opened(AccountFolder(Path(record.account))) as session:
            when = when_due(session, chain[0], options.before)
            if when.at > judging.now and not options.force:
                say(text("{file}: due {date}: {why}", file=called_file(stem), date=when.at, why=when.why))
                return exit_status.CLEAN
            return _order(options, session, Before(stem, record, chain), judging)
    except CouldNotLook as problem:
        # A CA that cannot be reached is no matter as long as nothing is wanted of it.
        if options.force or due(chain[0], None, options.before).at <= judging.now:
            raise
        say(text("{file}: not due yet. {why}", file=called_file(stem), why=problem.message))
        return exit_status.CLEAN


@frozen
class Before:
    """What is there."""

    stem: Path
    record: "AcmeRecord"
    chain: "tuple[Certificate, ...]"


def _order(options: argparse.Namespace, session: "Session", before: Before, judging: "Judging") -> int:
    from mailtrust.edge.acme.install import replace_together
    from mailtrust.flows.acme import Order, issue, with_certificate
    from mailtrust.flows.acme_tlsa import NOTHING_PUBLISHED

    stem, record = before.stem, before.record
    password = read_password(None if record.password_file is None else Path(record.password_file))
    standing = NOTHING_PUBLISHED if options.ignore_tlsa else _standing(before)
    key = request = None
    if record.csr is not None:
        request = request_in(Path(record.csr))[0]
    elif standing.keeps_key:
        key = read_key(beside(stem, ".key"), password)
    order = Order(record, request, key, before.chain[0], dns_of(record), standing)
    issued = issue(session, order, judging)
    files, last = files_of(stem, with_certificate(record, issued), issued, password)
    try:
        replace_together(files, last)
    except OSError as error:
        raise UserProblem(
            text("Could not write {path}: {why}. Nothing was replaced.",
                 path=called_file(stem.parent), why=error.strerror or str(error))
        ) from error  # fmt: skip
    say_issued(stem, issued, [*files, last], password)
    say(text("Servers that have the old files in memory must be reloaded."))
    return show(options, issued, judging)


def _standing(before: Before) -> "Standing":
    """What TLSA records ask for; raises UserProblem where no renewal could keep them."""
    from mailtrust.core.validation.tlsa_rollover import advised
    from mailtrust.edge.lookup.dns import DnsResolver
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.acme_tlsa import look_up

    standing = run_loop(look_up(DnsResolver(dns_of(before.record)), before.chain))
    if standing.pins.certificate:
        raise UserProblem(
            text(
                "The TLSA records at {names} match this very certificate, and none that comes after it. Publish "
                "{record} there beside them, wait until their TTL is over, and renew again: the key is kept then. "
                "--ignore-tlsa renews all the same.",
                names=standing.pins.certificate,
                record=advised(before.chain[0]).text,
            )
        )
    if standing.pins.key:
        say(text("The key is kept: the TLSA records at {names} match it.", names=standing.pins.key))
    elif standing.unknown is not None:
        say(text("The key is kept: nobody knows which TLSA records there are. {why}", why=standing.unknown))
    return standing


def _record(stem: Path) -> "AcmeRecord":
    """How it was ordered; what an interrupted renewal has left is put in place, or away, first."""
    from mailtrust.core.formats.acme_record import ENDING, AcmeRecord, read_document
    from mailtrust.edge.acme.install import finish, forget, staged

    last = beside(stem, ENDING)
    waiting = staged(last)
    whole = waiting.exists()
    read = waiting if whole else last
    if not read.exists():
        raise UserProblem(
            text("There is no {path}: `mailtrust acme issue` writes it, and renewing needs it.", path=called_file(last))
        )
    record = read_document(read_file(read), AcmeRecord, called_file(read))
    paths, _ = paths_of(stem, record)
    if whole:
        finish(paths, last)
        say(text("{file}: a renewal was interrupted, and is complete now.", file=called_file(stem)))
    else:
        forget(paths)
    return record
