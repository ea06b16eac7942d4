"""The options that say how to look, shared by every command that looks at a server."""

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.files import called_file, certificates_of
from mailtrust.cli.known import known_ways
from mailtrust.cli.moment import add_moment_option
from mailtrust.cli.numbers import Positive
from mailtrust.cli.organisation import organisation_of, settings_of_file
from mailtrust.cli.translations import current, told
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.organisation import Organisation
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.model.client import ClientProfile
    from mailtrust.core.model.settings import Settings
    from mailtrust.flows.check import CheckRequest, Edge

MOST_AT_ONCE = 100


def add_looking_options(parser: argparse.ArgumentParser) -> None:
    """Add the options; `request_of` and `edge_of` read them."""
    looking = parser.add_argument_group(told(text("looking")))
    looking.add_argument(
        "--as", dest="kind", choices=("domain", "host"), help=told(text("take a bare TARGET for this"))
    )
    looking.add_argument(
        "--servers", metavar="FILE", type=Path,
        help=told(text("your domains, servers and defaults (default: ./mailtrust.toml, else the user's own)")),
    )  # fmt: skip
    looking.add_argument("--dns", metavar="ADDR:PORT", help=told(text("ask this DNS server")))
    looking.add_argument(
        "--resolve", metavar="HOST:PORT:ADDR", action="append", default=[],
        help=told(text("look for HOST:PORT at this address, as in curl; more than once, if need be")),
    )  # fmt: skip
    looking.add_argument(
        "--connect-to", metavar="HOST1:PORT1:HOST2:PORT2", action="append", default=[],
        help=told(text("connect to HOST2:PORT2 for HOST1:PORT1, as in curl; more than once, if need be")),
    )  # fmt: skip
    looking.add_argument(
        "--also", metavar="ADDR[:PORT]", action="append", default=[],
        help=told(text("look at the same names here too: the backend behind a balancer, the inside view")),
    )  # fmt: skip
    looking.add_argument("--no-aia", action="store_true", help=told(text("download no missing issuers")))
    looking.add_argument(
        "--allow-private-aia", action="store_true", help=told(text("download from private addresses too"))
    )
    looking.add_argument(
        "--proxy", metavar="URL", help=told(text("HTTP proxy for these downloads (default: from the environment)"))
    )
    looking.add_argument(
        "--per-host", metavar="N", type=Positive("--per-host", MOST_AT_ONCE),
        help=told(text("connections at once to one address (default: 10)")),
    )  # fmt: skip
    looking.add_argument(
        "--ccadb",
        metavar="CSV",
        type=Path,
        help=told(text("know the intermediates of this CCADB report too; they are kept for later runs")),
    )
    judging = parser.add_argument_group(told(text("judging")))
    judging.add_argument("--client", metavar="ID,...", help=told(text("judge for these clients only")))
    add_moment_option(judging)
    judging.add_argument(
        "--roots", metavar="PEM", type=Path, help=told(text("take these anchors to be present in every client's store"))
    )
    judging.add_argument(
        "--deployed",
        metavar="WAY,...",
        help=told(text("take the anchors of --roots to be in those clients only that these ways reach")),
    )


def looking_options_given(options: argparse.Namespace) -> tuple[str, ...]:
    """The options given that only matter when something is looked at."""
    given = {
        "--as": options.kind,
        "--dns": options.dns,
        "--resolve": options.resolve,
        "--connect-to": options.connect_to,
        "--also": options.also,
        "--no-aia": options.no_aia,
        "--allow-private-aia": options.allow_private_aia,
        "--proxy": options.proxy is not None,
        "--per-host": options.per_host,
        "--ccadb": options.ccadb,
    }
    return tuple(name for name, value in given.items() if value)


def looking_words(options: argparse.Namespace) -> tuple[str, ...]:
    """The same options as words of a command line, files by their whole paths, for whoever looks again later."""
    given = {
        "--as": options.kind,
        "--servers": options.servers,
        "--dns": options.dns,
        "--resolve": options.resolve,
        "--connect-to": options.connect_to,
        "--also": options.also,
        "--no-aia": options.no_aia,
        "--allow-private-aia": options.allow_private_aia,
        "--proxy": options.proxy,
        "--per-host": options.per_host,
        "--client": options.client,
        "--roots": options.roots,
        "--deployed": options.deployed,
    }
    return words_of(given)


def words_of(given: Mapping[str, object]) -> tuple[str, ...]:
    """Options and their values as words; those that were not given are left out."""
    words: list[str] = []
    for name, value in given.items():
        match value:
            case None | False | []:
                pass
            case True:
                words.append(name)
            case Path():
                words += [name, str(value.resolve())]
            case list():
                words += [word for one in value for word in (name, one)]
            case _:
                words += [name, str(value)]
    return tuple(words)


def edge_of(options: argparse.Namespace, *, glance: bool = False) -> "Edge":
    """The real outside, as the options ask for it. Raises UserProblem for an address that is none."""
    from mailtrust.flows.edge import real_edge

    proxy = organisation_of(options).proxy if options.proxy is None else options.proxy
    if proxy:
        from mailtrust.edge.lookup.proxies import read_proxy

        read_proxy(proxy)  # A mistyped one is said now, and not as the failure of each download.
    if options.ccadb is not None:
        _load_ccadb(options.ccadb)
    return real_edge(
        dns=dns_server(options.dns) if options.dns is not None else None,
        allow_private_aia=options.allow_private_aia,
        proxy=proxy,
        glance=glance,
    )


def request_of(
    options: argparse.Namespace,
    target: str,
    *,
    title: str | None = None,
    settings: "Settings | None" = None,
    recorded: bool = False,
) -> "CheckRequest":
    """What the options ask to be checked; raises UserProblem for what cannot be read.

    `target`: several, with blanks between them, are looked at as one case.
    `recorded`: recorded facts tell themselves which anchors the organisation has brought to its clients.
    """
    from mailtrust.core.formats.connect_to import Detours, parse_connect_to, parse_resolve
    from mailtrust.core.formats.moment import parse_moment
    from mailtrust.core.formats.target import parse_target
    from mailtrust.flows.check import CheckRequest

    organisation = Organisation() if recorded else organisation_of(options)
    deployed = organisation.deployed if options.roots is None and options.deployed is None else ()
    first, *others = map(parse_target, target.split() or [target])
    return CheckRequest(
        target=first,
        title=title or target,
        clients=_judged_clients(options),
        settings=settings or settings_of_file(options),
        at=parse_moment(options.at) if options.at is not None else None,
        roots=roots_of(options, organisation),
        deployed=ways_of(options.deployed) or deployed,
        detours=Detours(
            tuple(parse_connect_to(given) for given in options.connect_to),
            tuple(parse_resolve(given) for given in options.resolve),
        ),
        also=tuple(_also(given) for given in options.also),
        kind=options.kind,
        fetch_issuers=not options.no_aia,
        per_host=options.per_host,
        others=tuple(others),
    )


def roots_of(options: argparse.Namespace, organisation: Organisation) -> "tuple[Certificate, ...]":
    """The organisation's own anchors: those of --roots, else those of its file. Raises UserProblem."""
    given: Path | None = getattr(options, "roots", None)  # not every command has it
    files = (given,) if given is not None else tuple(map(Path, organisation.roots))
    return tuple(certificate for path in files for certificate in certificates_of(path))


def expect_roots(options: argparse.Namespace, recorded: bool = False) -> None:
    """Raise UserProblem for --deployed without anchors of which it could speak."""
    if options.deployed is not None and options.roots is None and not recorded and not organisation_of(options).roots:
        raise UserProblem(text("--deployed says how the anchors of --roots come to clients: give --roots FILE too."))


def _judged_clients(options: argparse.Namespace) -> "tuple[ClientProfile, ...]":
    """Those asked for; or all, with the versions that matter to the organisation."""
    clients = clients_of(options.client)
    if options.client is not None:
        return clients
    from mailtrust.core.clients import BY_ID

    others = (BY_ID[one] for one in organisation_of(options).clients)
    return (*clients, *(client for client in others if client not in clients))


def clients_of(given: str | None) -> "tuple[ClientProfile, ...]":
    """The profiles named, each once, or all of them."""
    if given is None:
        from mailtrust.core.clients import CLIENTS

        return CLIENTS
    from mailtrust.core.clients import client_by_id

    named = {client.id: client for client in map(client_by_id, _parts(given))}
    if not named:
        from mailtrust.core.clients import CLIENTS

        known = tuple(client.id for client in CLIENTS)
        raise UserProblem(
            text("Expected one client or more after --client, got none. There are: {known}.", known=known)
        )
    return tuple(named.values())


def ways_of(given: str | None) -> tuple[str, ...]:
    """The ways of --deployed by which anchors come to clients, each once; none when the option is not given."""
    if given is None:
        return ()
    known = known_ways()
    ways = tuple(dict.fromkeys(part.lower() for part in _parts(given)))
    for way in ways or (given,):
        if way not in known:
            raise UserProblem(
                text(
                    "Expected ways by which anchors come to clients after --deployed, got “{given}”. There are: "
                    "{known}.",
                    given=clean(way, 60),
                    known=known,
                )
            )
    return ways


def _parts(given: str) -> Iterable[str]:
    return (part.strip() for part in given.split(",") if part.strip())


def _load_ccadb(path: Path) -> None:
    from mailtrust.edge.lookup.catalogue import Catalogue

    loaded = Catalogue.of_this_user().load_ccadb(path)
    sentence = text(
        "From {path}: {kept} intermediates are known from now on, {skipped} records were left out.",
        path=called_file(path),
        kept=loaded.kept,
        skipped=loaded.skipped,
    )
    sys.stderr.write(f"{sentence.render(current())}\n")


def dns_server(given: str, option: str = "--dns") -> tuple[str, int]:
    """The server of --dns. Raises UserProblem for an address that is none."""
    from mailtrust.core.formats.host_name import TargetError, is_address
    from mailtrust.core.formats.target import Host, HostPort, parse_target

    try:
        match parse_target(given):
            case HostPort(host=host, port=port) if is_address(host):
                return host, port
            case Host(host=host) if is_address(host):
                return host, 53
    except TargetError:
        pass
    raise UserProblem(
        text(
            "Expected the address of a DNS server such as 192.0.2.53 or 192.0.2.53:53 after {option}, got “{given}”.",
            option=option,
            given=clean(given, 100),
        )
    )


def _also(given: str) -> tuple[str, int | None]:
    from mailtrust.core.formats.host_name import TargetError, is_address
    from mailtrust.core.formats.target import Host, HostPort, parse_target

    try:
        match parse_target(given):
            case HostPort(host=host, port=port) if is_address(host):
                return host, port
            case Host(host=host) if is_address(host):
                return host, None
    except TargetError:
        pass
    raise UserProblem(
        text("Expected an IP address, with or without a port, after --also, got “{given}”.", given=clean(given, 100))
    )
