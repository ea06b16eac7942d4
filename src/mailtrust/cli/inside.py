"""The options that say what a walk inside the organisation's network stands on: DNS, the directory, the registry."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.files import read_file, read_password
from mailtrust.cli.looking import dns_server
from mailtrust.cli.translations import current, told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.model.case_file import CaseFile
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.model.walk import Setting, Situation
    from mailtrust.flows.answering import Directory, Outside


def add_inside_options(parser: argparse.ArgumentParser) -> None:
    """Add the options; `situations_of`, `as_inside` and `directory_of` read them."""
    inside = parser.add_argument_group(told(text("inside")))
    inside.add_argument(
        "--inside",
        action="store_true",
        help=told(text("walk as a computer of the domain that stands in its network, and not from outside")),
    )
    inside.add_argument(
        "--inside-dns", metavar="ADDR[:PORT]",
        help=told(text("walk from both sides: inside with the names that this DNS server knows")),
    )  # fmt: skip
    inside.add_argument("--site", metavar="NAME", help=told(text("its Active Directory site")))
    inside.add_argument(
        "--directory", metavar="DOMAIN|ldap[s]://HOST[:PORT]",
        help=told(
            text(
                "the directory that is asked for Exchange's service connection points (default: the domain "
                "controllers that DNS names for the domain of the address)"
            )
        ),
    )  # fmt: skip
    inside.add_argument(
        "--directory-user", metavar="USER",
        help=told(text("log on there as USER@DOMAIN, DOMAIN\\USER or a DN, with the password of --password-file")),
    )  # fmt: skip
    inside.add_argument(
        "--password-file", metavar="FILE", type=Path,
        help=told(text("its password, read from this file or from standard input (-); sent within verified TLS alone")),
    )  # fmt: skip
    inside.add_argument(
        "--scp", metavar="FILE", type=Path,
        help=told(
            text(
                "ask no directory: its service connection points as Get-ClientAccessService | Format-List shows them, "
                "an LDIF, or https addresses, one a line"
            )
        ),
    )  # fmt: skip
    inside.add_argument(
        "--registry", metavar="VALUE", action="append", default=[],
        help=told(text("a value under Outlook\\AutoDiscover that is 1, such as ExcludeHttpsRootDomain")),
    )  # fmt: skip
    inside.add_argument(
        "--registry-file", metavar="FILE", type=Path,
        help=told(text("these values as regedit exports them, or reg query KEY /s prints them")),
    )  # fmt: skip
    inside.add_argument(
        "--redirect-server", metavar="HOST", action="append", default=[],
        help=told(text("a host that stands under RedirectServers in the registry")),
    )  # fmt: skip


def expect_inside(options: argparse.Namespace) -> None:
    """Raise UserProblem for options that contradict each other, or have no use."""
    asked = {
        "--inside-dns": options.inside_dns,
        "--directory": options.directory,
        "--directory-user": options.directory_user,
        "--password-file": options.password_file,
        "--scp": options.scp,
    }
    given = tuple(name for name, value in asked.items() if value is not None)
    if options.case is not None and given:
        raise UserProblem(
            text("--from looks at nothing anew, so there is no use for {options}: leave it out.", options=given)
        )
    if options.also:
        raise UserProblem(
            text("discover goes where names lead: for the view from inside give --inside-dns, not --also.")
        )
    if options.inside and options.inside_dns is not None:
        raise UserProblem(
            text("--inside walks inside alone, --inside-dns from both sides: give one of them (--inside with --dns).")
        )
    if given and not options.inside and options.inside_dns is None:
        raise UserProblem(
            text(
                "Without --inside or --inside-dns nobody walks inside, so there is no use for {options}.", options=given
            )
        )
    if options.scp is not None and options.directory is not None:
        raise UserProblem(text("--scp takes the place of a directory: leave --directory out."))
    if (options.directory_user is None) != (options.password_file is None):
        raise UserProblem(text("--directory-user and --password-file belong together: give both or neither."))


def situations_of(options: argparse.Namespace, *, both: bool) -> "tuple[Situation, ...]":
    """From where is walked, and how the clients are set; outside first. Tells what of the registry does nothing."""
    from mailtrust.core.model.walk import Situation

    values, hosts = _settings(options)
    return tuple(
        Situation(
            inside=inside,
            domain_joined=inside,
            site=options.site if inside else None,
            registry=values,
            redirect_servers=hosts,
            third_parties=options.ask_third_parties,
        )
        for inside in ((False, True) if both else (options.inside,))
    )


def situations_again(options: argparse.Namespace, case: "CaseFile") -> "tuple[Situation, ...]":
    """Those of the first look, with what is given now instead of what was given then."""
    if not case.situations:  # as older versions wrote it
        made = situations_of(options, both=bool(case.inside_book))
        return made[-1:] if options.inside or not case.book else made
    values, hosts = _settings(options)
    again = tuple(
        replace(
            one,
            site=one.site if options.site is None or not one.inside else options.site,
            registry=values or one.registry,
            redirect_servers=hosts or one.redirect_servers,
            third_parties=one.third_parties or options.ask_third_parties,
        )
        for one in case.situations
    )
    if not options.inside:
        return again
    inside = tuple(one for one in again if one.inside)
    return inside or tuple(replace(one, inside=True, domain_joined=True, site=options.site) for one in again[-1:])


def _settings(options: argparse.Namespace) -> "tuple[frozenset[Setting], frozenset[Setting]]":
    """Registry values that are 1, and hosts under RedirectServers."""
    from mailtrust.core.formats.outlook_registry import known_value, read_outlook_registry

    values: set[Setting] = set()
    hosts: set[Setting] = {("", host.lower()) for host in options.redirect_server}
    notes: list[Text] = []
    for given in options.registry:
        value, said = known_value(given)
        values |= {("", value)} if value is not None else set()
        notes += said
    if options.registry_file is not None:
        found = read_outlook_registry(read_file(options.registry_file))
        values |= found.switched
        hosts |= found.redirect_servers
        notes += found.notes
    for note in notes:
        sys.stderr.write(f"{note.render(current())}\n")
    return frozenset(values), frozenset(hosts)


def as_inside(options: argparse.Namespace) -> argparse.Namespace:
    """The same options with the DNS server that is asked inside, where one is named."""
    if options.inside_dns is None:
        return options
    dns_server(options.inside_dns, "--inside-dns")  # A mistyped one is said with this option's name.
    return argparse.Namespace(**{**vars(options), "dns": options.inside_dns})


def directory_of(
    options: argparse.Namespace, domain: str, inside: "Outside", roots: "tuple[Certificate, ...]"
) -> "Directory":
    """Who is asked for service connection points. Raises UserProblem for files that cannot be read."""
    from mailtrust.core.formats.directory_place import DirectoryDomain, parse_directory
    from mailtrust.core.formats.scp_list import read_scp_list
    from mailtrust.core.protocols.directory_search import Login
    from mailtrust.flows.directory import GivenPoints, LiveDirectory

    if options.scp is not None:
        return GivenPoints(read_scp_list(read_file(options.scp)))
    place = parse_directory(options.directory) if options.directory is not None else DirectoryDomain(domain)
    password = read_password(options.password_file)
    login = Login(options.directory_user, password) if password is not None else None
    return LiveDirectory(place, inside.edge.resolver, inside.reach, login, roots)
