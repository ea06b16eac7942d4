"""`mailtrust ca init`: make a CA."""

import argparse
from ipaddress import ip_network
from urllib.parse import urlsplit

from mailtrust.cli import exit_status
from mailtrust.cli.bundle_words import say
from mailtrust.cli.ca.opening import add_ca_options, operator_of
from mailtrust.cli.cert.making import KEYS, expect_attribute
from mailtrust.cli.files import called_file
from mailtrust.cli.translations import told
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

LONGEST_TITLE = 50
"""With what is added to it (“Issuing CA”) a commonName stays within its 64 characters."""


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "init",
        help=told(text("make a root and an issuing CA in a new folder")),
        description=told(
            text(
                "Make a root, an issuing CA below it, a certificate for the OCSP responder, and both revocation lists, "
                "in a folder of their own. Clients are given the root."
            )
        ),
        examples=(
            ("mailtrust ca init --name 'Example Mail' --domain example.com --password-file pw", None),
            ("mailtrust ca init --name 'Example Mail' --url http://ca.example.com", None),
        ),
    )
    parser.add_argument("--name", metavar="NAME", required=True, help=told(text("what the CA is called")))
    parser.add_argument("--organisation", metavar="O", help=told(text("the organisation's name, in every certificate")))
    parser.add_argument(
        "--domain", metavar="DOMAIN", action="append", default=[],
        help=told(text("vouch for names in this domain alone; more than once, if need be")),
    )  # fmt: skip
    parser.add_argument(
        "--network", metavar="CIDR", action="append", default=[],
        help=told(text("beside the domains, vouch for addresses in this network")),
    )  # fmt: skip
    parser.add_argument(
        "--url", metavar="URL",
        help=told(text("where `ca serve` will be reached: goes into every certificate (plain http)")),
    )  # fmt: skip
    parser.add_argument(
        "--new-key",
        metavar="KIND",
        choices=KEYS,
        default="rsa-3072",
        help=told(text("of the CA's keys (default: rsa-3072)")),
    )
    add_ca_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Make it, and say what to do with it."""
    from mailtrust.core.model.private_ca import CaSettings
    from mailtrust.flows.private_ca import create

    expect_attribute(options.name, "--name")
    expect_attribute(options.organisation, "--organisation")
    if len(options.name) > LONGEST_TITLE:
        raise UserProblem(
            text("Expected at most {most} characters after --name, got {count}.",
                 most=LONGEST_TITLE, count=len(options.name))
        )  # fmt: skip
    if options.network and not options.domain:
        raise UserProblem(text("--network goes with --domain: without domains the CA may vouch for everything."))
    settings = CaSettings(
        title=options.name.strip(),
        organisation=options.organisation,
        domains=_domains(options.domain),
        networks=tuple(map(_network, options.network)),
        url=None if options.url is None else _url(options.url),
    )
    create(options.ca, settings, options.new_key, operator_of(options))
    say(
        text("Made the CA {name} in {folder}.", name=settings.title, folder=called_file(options.ca)),
        text("{file}: the root, for every client", file=called_file(options.ca / "root.pem")),
        text(
            "{file} is needed to renew its own revocation list once a year, and for nothing else: keep it somewhere "
            "else until then.",
            file=called_file(options.ca / "root.key"),
        ),
    )
    if options.password_file is None:
        say(text("The keys are not encrypted (mode 0600). --password-file encrypts them when the CA is made."))
    if not settings.domains:
        say(text("It may vouch for any name. With --domain, who trusts its root risks less."))
    if settings.url is None:
        say(text("Certificates will name no place to ask about revocation; --url gives them one."))
    return exit_status.CLEAN


def _domains(given: list[str]) -> tuple[str, ...]:
    """Domains, of which a constraint always means everything below them (RFC 5280 4.2.1.10)."""
    from mailtrust.core.formats.certificate_names import read_names

    names = read_names(given)
    if names.ip_addresses:
        raise UserProblem(
            text("Expected a domain such as example.com after --domain, got {given}: addresses go with --network.",
                 given=names.ip_addresses[0])
        )  # fmt: skip
    return tuple(dict.fromkeys(name.removeprefix("*.") for name in names.dns_names))


def _network(given: str) -> str:
    try:
        return str(ip_network(given))
    except ValueError:
        raise UserProblem(
            text("Expected a network such as 192.0.2.0/24 after --network, got “{given}”.", given=clean(given, 60))
        ) from None


def _url(given: str) -> str:
    try:
        parts = urlsplit(given)
        fits = parts.scheme == "http" and parts.hostname and not (parts.query or parts.fragment or "@" in parts.netloc)
    except ValueError:
        fits = False
    if not fits or not given.isascii() or not given.isprintable() or " " in given or len(given) > 200:
        # RFC 5280 4.2.1.13: who fetches a list to judge a certificate cannot first judge another one for https.
        raise UserProblem(
            text("Expected an address such as http://ca.example.com after --url (http, not https: clients fetch it "
                 "while they judge a certificate), got “{given}”.", given=clean(given, 100))
        )  # fmt: skip
    return given.rstrip("/")
