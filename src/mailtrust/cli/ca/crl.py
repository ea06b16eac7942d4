"""`mailtrust ca crl`: what has to be done from time to time."""

import argparse

from mailtrust.cli import exit_status
from mailtrust.cli.bundle_words import say
from mailtrust.cli.ca.opening import add_ca_options, folder_of, operator_of
from mailtrust.cli.files import called_file
from mailtrust.cli.numbers import Positive
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text

MOST_DAYS = 400
USUAL_DAYS = {"issuing": 7, "root": 365}


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "crl",
        help=told(text("sign a new revocation list: daily, by a timer")),
        description=told(
            text(
                "Sign a new revocation list, and give the OCSP responder a new certificate where its own ends within a "
                "month. Let a timer do this daily: a list that has ended makes careful clients refuse everything."
            )
        ),
        examples=(("mailtrust ca crl --password-file pw", None), ("mailtrust ca crl --root --days 365", None)),
    )
    parser.add_argument("--root", action="store_true", help=told(text("the root's list, which needs root.key: yearly")))
    parser.add_argument(
        "--days", metavar="N", type=Positive("--days", MOST_DAYS),
        help=told(text("how long it holds (default: 7; the root's: 365)")),
    )  # fmt: skip
    add_ca_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Sign it."""
    from mailtrust.flows.private_ca import opened

    name = "root" if options.root else "issuing"
    with opened(folder_of(options), operator_of(options)) as ca:
        ca.sign_list("root" if options.root else "issuing", options.days or USUAL_DAYS[name])
        number = ca.state.list_numbers["root" if options.root else "issuing"]
        entrusted = not options.root and ca.entrust_responder()
    say(text("{file}: revocation list {number}", file=called_file(options.ca / f"{name}.crl"), number=number))
    if entrusted:
        say(text("{file}: a new certificate for the OCSP responder", file=called_file(options.ca / "ocsp.pem")))
    return exit_status.CLEAN
