"""`mailtrust store assign`: say what a service presents."""

import argparse

from mailtrust.cli import exit_status
from mailtrust.cli.bundle_words import called, say
from mailtrust.cli.known import known_products
from mailtrust.cli.store.opening import add_store_options, host_and_service, opened, who
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "assign",
        help=told(text("put down which certificate a service presents")),
        description=told(
            text(
                "Put down which certificate a service of a server presents: the one that is named, else the one that "
                "serves it best. What is assigned cannot be removed. No server is changed by it."
            )
        ),
        examples=(
            ("mailtrust store assign mail.example.com:imap", text("the best there is")),
            ("mailtrust store assign mail.example.com:smtp 5d41402a --product postfix", None),
            ("mailtrust store assign mail.example.com:imap --nothing", None),
        ),
    )
    parser.add_argument("place", metavar="HOST:SERVICE", help=told(text("as in mail.example.com:imap")))
    parser.add_argument(
        "which", metavar="THUMBPRINT|NAME", nargs="?", help=told(text("the certificate (default: the best)"))
    )
    parser.add_argument("--nothing", action="store_true", help=told(text("take the assignment back")))
    parser.add_argument("--product", metavar="ID", help=told(text("the product that serves it, such as postfix")))
    add_store_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Put it down."""
    from mailtrust.flows.store import assign, release

    host, service = host_and_service(options.place)
    if service is None:
        raise UserProblem(
            text("Expected HOST:SERVICE such as {host}:imap, got no service. `--help` names them.", host=host)
        )
    if options.product is not None and options.product.lower() not in known_products():
        raise UserProblem(text("Expected one of {known} after --product.", known=known_products()))
    if options.nothing:
        if options.which is not None:
            raise UserProblem(text("--nothing takes an assignment back: no certificate is named along with it."))
        release(opened(options), host, service, who())
        say(text("{host}:{service}: nothing is assigned any more", host=host, service=service))
        return exit_status.CLEAN
    product = None if options.product is None else options.product.lower()
    one, changed = assign(opened(options), host, service, options.which, who(), product=product)
    told_as = {"host": host, "service": service, "name": called(one.certificate),
               "thumbprint": one.certificate.fingerprint}  # fmt: skip
    if changed:
        say(text("{host}:{service}: assigned {name}, {thumbprint}", **told_as))
    else:
        say(text("{host}:{service}: {name}, {thumbprint} was assigned already", **told_as))
    return exit_status.CLEAN
