"""`mailtrust ca renew`: the same names and key for another while."""

import argparse

from mailtrust.cli.ca.issue import add_issuing_options, hand_out
from mailtrust.cli.ca.opening import folder_of, operator_of
from mailtrust.cli.cert.making import names_of_certificate, stem_of
from mailtrust.cli.translations import told
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "renew",
        help=told(text("issue one again, for the same names and key")),
        description=told(text("Issue a certificate again for the same names and the same key, with new dates.")),
        examples=(("mailtrust ca renew mail.example.com --out mail-2028", None),),
    )
    parser.add_argument("which", metavar="NAME|SERIAL", help=told(text("a name in it, or its serial number")))
    add_issuing_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Issue it, write it, show what clients say."""
    from mailtrust.flows.private_ca import find, look, opened

    operator = operator_of(options)
    folder = folder_of(options)
    record = find(look(folder), options.which)
    stem = stem_of(options, names_of_certificate(record.certificate)[0])
    with opened(folder, operator) as ca:
        made = ca.renew(record, options.days)
        state = ca.state
    return hand_out(options, made, state, stem, operator.now)
