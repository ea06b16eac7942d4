"""`mailtrust services enable`: assign a certificate to Exchange's services, by Exchange's rules."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.files import certificates_of, expect_one_from_stdin, expect_writable, read_anything, read_password
from mailtrust.cli.moment import moment_of
from mailtrust.cli.services.changing import add_change_options, give, look_again, servers_of
from mailtrust.cli.services.opening import add_balancer_option, asked_thumbprint, exchange_of, thumbprint_in
from mailtrust.cli.services.telling import telling
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.model.exchange import ExchangeOrganisation
    from mailtrust.core.services.exchange.enabling.incoming import Incoming

MOST_HOSTS = 3
"""Names of the certificate for which `mailtrust check` is proposed."""


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "enable",
        help=told(text("assign a certificate to Exchange's services, as a script")),
        description=told(
            text(
                "Say what it takes that a certificate serves these services of Exchange, by Exchange's own rules: "
                "what is refused and what to do instead, what connectors and the load balancer in front need, in "
                "which order. Then write it as a PowerShell script that checks first, does nothing twice, and takes "
                "it back with -Undo. "
                "With --live and without -o Exchange itself is told, step by step: each is written down before, asked "
                "again after, and taken back when one fails."
            )
        ),
        examples=(
            (
                "mailtrust services enable --export exchange.json --thumbprint 434A...56AB --services POP,IMAP,IIS",
                None,
            ),
            (
                "mailtrust services enable --export exchange.json --certificate new.pfx --services IIS --server MAIL1",
                text("a certificate that is not on the servers yet"),
            ),
        ),
        more=lambda: told(
            text(
                "exit status: 0 all of it can be done, or is done or so already; 1 something is refused; 2 usage; "
                "3 could not look; with --live 4 it failed and was taken back, 5 it failed and was not"
            )
        ),
    )  # fmt: skip
    add_change_options(parser)
    parser.add_argument(
        "--services", metavar="LIST", required=True,
        help=told(text("IMAP, POP, UM, IIS, SMTP, UMCallRouter, with commas between them")),
    )  # fmt: skip
    parser.add_argument(
        "--overwrite-default-smtp", choices=("advised", "yes", "no"), default="advised",
        help=told(text(
            "whether it replaces the certificate that servers use among themselves (default: as Microsoft advises, "
            "which is no unless there is none or it cannot serve)"
        )),
    )  # fmt: skip
    parser.add_argument(
        "--do-not-require-ssl", action="store_true",
        help=told(text("IIS: leave Require SSL of the default site as it is")),
    )  # fmt: skip
    add_balancer_option(parser)
    fresh = parser.add_argument_group(told(text("a certificate that is not on the servers yet")))
    fresh.add_argument(
        "--certificate", metavar="FILE.pfx", type=Path,
        help=told(text("the script imports it first; its private key is neither kept nor written")),
    )  # fmt: skip
    fresh.add_argument(
        "--pfx-password-file", metavar="FILE", type=Path,
        help=told(text("its password: in this file or on standard input (-); the script asks for it again")),
    )  # fmt: skip
    fresh.add_argument(
        "--issuers", metavar="FILE", type=Path, help=told(text("intermediates, where they are not in it"))
    )
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Plan it, show it, write it or do it."""
    return telling(options, lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    from mailtrust.core.formats.exchange.asked_services import asked_services
    from mailtrust.core.services.exchange.enabling.enable import Enable, enable
    from mailtrust.edge.anchors import load_stores
    from mailtrust.flows.services_foretold import foretold, rooted

    expect_one_from_stdin(*options.export, options.certificate, options.pfx_password_file, options.issuers)
    expect_writable(options.script)
    now = moment_of(options)
    services = asked_services(options.services)
    asked = None if options.thumbprint is None else asked_thumbprint(options.thumbprint)
    incoming = _incoming(options)
    if asked is None and incoming is None:
        raise UserProblem(text("Expected the certificate, as --thumbprint or as --certificate FILE.pfx, got neither."))
    if asked is not None and incoming is not None and not incoming.thumbprint.startswith(asked):
        raise UserProblem(
            text(
                "Expected the certificate {given} in {file}, found {found}. Leave one of the two options out.",
                given=asked,
                file=options.certificate.name,
                found=incoming.thumbprint,
            )
        )
    organisation = exchange_of(options)
    thumbprint = incoming.thumbprint if incoming is not None else thumbprint_in(organisation, asked or "")
    microsoft = load_stores(("microsoft",))["microsoft"]
    wish = Enable(
        servers_of(options, organisation, thumbprint),
        thumbprint,
        services,
        options.overwrite_default_smtp,
        options.balancer,
        not options.do_not_require_ssl,
        None if incoming is None else rooted(incoming, microsoft),
    )
    change = enable(organisation, wish, now)
    if change.steps:
        remarks = foretold(organisation, change.after, microsoft, now)
        change = replace(change, remarks=(*remarks, *change.remarks))
    title = text(
        "Assigns the certificate {print} to {services} on {servers}.",
        print=thumbprint,
        services=services,
        servers=wish.servers,
    )
    ask = _ask(change.after, thumbprint)
    return give(options, organisation, change, title, now=now, thumbprint=thumbprint, ask=ask)


def _incoming(options: argparse.Namespace) -> "Incoming | None":
    """The certificate of `--certificate`. Raises UserProblem where Exchange could not use the file."""
    if options.certificate is None:
        for name in ("pfx_password_file", "issuers"):
            if getattr(options, name) is not None:
                raise UserProblem(text("{option} is for --certificate FILE.pfx.", option=f"--{name.replace('_', '-')}"))
        return None
    from mailtrust.core.services.exchange.enabling.incoming import incoming_of

    password = read_password(options.pfx_password_file)
    contents = read_anything(options.certificate, password)
    if password is None and contents.form == "pkcs12" and not contents.certificates and contents.problems:
        said = text("{problem} Its password is read from --pfx-password-file FILE.", problem=contents.problems[0])
        raise UserProblem(said)
    more = () if options.issuers is None else certificates_of(options.issuers)
    # The script looks for it beside itself.
    return incoming_of(contents, options.certificate.name, more)


def _ask(after: "ExchangeOrganisation", thumbprint: str) -> tuple[str, ...]:
    """How it is proven from outside: the names that clients may ask for, and the rules over a new export."""
    found = (one.certificate(thumbprint) for one in after.servers)
    certificate = next((one for one in found if one is not None), None)
    names = certificate.domains if certificate is not None else ()
    hosts = [name for name in names if "." in name and "*" not in name][:MOST_HOSTS]
    return (
        *(f"mailtrust check {host}" for host in hosts),
        *look_again(after, ("check", "select")),
    )
