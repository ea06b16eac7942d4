"""What the subcommands of `store` share: which store, what opens its keys, and who asks."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.files import read_password
from mailtrust.cli.organisation import organisation_of
from mailtrust.cli.translations import told
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.model.kept import Service
    from mailtrust.edge.store.place import Place
    from mailtrust.edge.store.store import Store
    from mailtrust.edge.store.vault import KeySource
    from mailtrust.flows.store import Who


def add_store_options(parser: argparse.ArgumentParser, *, keys: bool = False, lang: bool = True) -> None:
    """Add them; `place_of`, `opened` and `source_of` read them."""
    parser.add_argument(
        "--store", metavar="PLACE",
        help=told(text("a file, or postgresql://USER@HOST/DATABASE (default: as mailtrust.toml says, else your own)")),
    )  # fmt: skip
    if keys:
        parser.add_argument(
            "--key-file", metavar="FILE", type=Path,
            help=told(text("what opens the store's keys: the first line of this file, or of standard input (-)")),
        )  # fmt: skip
    parser.add_argument(
        "--servers", metavar="FILE", type=Path,
        help=told(text("the mailtrust.toml that says where the store is (default: ./mailtrust.toml, else your own)")),
    )  # fmt: skip
    if lang:
        parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))


def place_of(options: argparse.Namespace) -> "Place":
    """The place that is meant. Raises UserProblem."""
    from mailtrust.edge.store.place import read_place, this_users

    if options.store is not None:
        return given_place(options.store)
    written = organisation_of(options).store
    return this_users() if written is None else read_place(written)


def given_place(given: str) -> "Place":
    """A place of the command line. Raises UserProblem for a password there: every user of the machine could read it."""
    from urllib.parse import urlsplit

    from mailtrust.edge.store.place import ServerPlace, read_place

    place = read_place(given)
    if isinstance(place, ServerPlace) and urlsplit(place.url).password:
        raise UserProblem(
            text(
                "A password on the command line can be read by everybody on this machine. Put it into PostgreSQL's "
                "password file (~/.pgpass, mode 0600), and leave it out of the URL."
            )
        )
    return place


def opened(options: argparse.Namespace, *, create: bool = False) -> "Store":
    """The store; `create`: it is made where there is none."""
    from mailtrust.edge.store.store import Store

    return Store.open(place_of(options), who().now, create=create)


def source_of(options: argparse.Namespace) -> "KeySource":
    """What opens the store's keys."""
    from mailtrust.edge.store.store import key_beside
    from mailtrust.edge.store.vault import KeySource

    if options.key_file is not None:
        return KeySource(read_password(options.key_file))
    if (written := organisation_of(options).key_file) is not None:
        return KeySource(read_password(Path(written)))
    return KeySource(None, key_beside(place_of(options)))


def who() -> "Who":
    """Who runs this, now."""
    from datetime import UTC, datetime

    from mailtrust.edge.person import user_name
    from mailtrust.flows.store import Who

    return Who(user_name(), datetime.now(UTC))


def host_and_service(given: str) -> "tuple[str, Service | None]":
    """`mail.example.com:imap`, or the host alone. Raises UserProblem."""
    from mailtrust.core.formats.host_name import parse_host
    from mailtrust.core.model.kept import SERVICES

    host, colon, word = given.rpartition(":") if not given.endswith("]") else (given, "", "")
    if not colon or word.isdigit():
        host, word = given, ""
    service = next((one for one in SERVICES if one == word.lower()), None)
    if word and service is None:
        raise UserProblem(
            text("Expected one of {known} behind the host, got “{given}”.", known=SERVICES, given=clean(word, 60))
        )
    return parse_host(host), service
