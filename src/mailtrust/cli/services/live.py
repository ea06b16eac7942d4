"""Exchange asked itself, at its own PowerShell: `--live` and what belongs to it."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.files import certificates_of, read_password
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.formats.exchange.organisation_of import Gathered
    from mailtrust.edge.transport.shell import Login, Shell


def add_live_options(facts: "argparse._ArgumentGroup") -> None:
    """Add them; `live_shell` reads them."""
    facts.add_argument(
        "--live", metavar="URL",
        help=told(text("ask Exchange itself: https://HOST/PowerShell/, or its host (needs mailtrust[exchange])")),
    )  # fmt: skip
    facts.add_argument(
        "--live-user", metavar="USER",
        help=told(text("as USER@DOMAIN or DOMAIN\\USER (default: the Kerberos ticket of whoever runs this)")),
    )  # fmt: skip
    facts.add_argument(
        "--live-password-file", metavar="FILE", type=Path,
        help=told(text("the user's password, read from this file, or asked for on the terminal (-)")),
    )  # fmt: skip
    facts.add_argument(
        "--live-auth", choices=("negotiate", "kerberos", "basic"), default="negotiate",
        help=told(text("how the user is proven (default: negotiate, which is Kerberos where it can be)")),
    )  # fmt: skip
    facts.add_argument(
        "--live-roots", metavar="PEM", type=Path,
        help=told(text("trust these anchors too where Exchange is asked, besides the system's")),
    )  # fmt: skip


@contextmanager
def live_shell(options: argparse.Namespace) -> "Iterator[Shell]":
    """The shell of `--live`, left in the end. Raises UserProblem."""
    from mailtrust.core.x509.pem import to_pem
    from mailtrust.edge.transport.opening import open_shell
    from mailtrust.edge.transport.shell import place_of

    place = place_of(options.live)
    login = _login(options)
    roots = None
    if options.live_roots is not None:
        roots = "".join(map(to_pem, certificates_of(options.live_roots))).encode("ascii")
    shell = open_shell(place, login, roots)
    try:
        yield shell
    finally:
        shell.close()


def live(options: argparse.Namespace) -> "Gathered":
    """What Exchange tells at `--live`. Raises UserProblem."""
    from mailtrust.flows.exchange_live import collect

    with live_shell(options) as shell:
        return collect(shell, datetime.now(UTC))


def expect_live(options: argparse.Namespace) -> None:
    """Raise UserProblem for options that are of no use without `--live`, or without each other."""
    given = {
        "--live-user": options.live_user,
        "--live-password-file": options.live_password_file,
        "--live-roots": options.live_roots,
    }
    named = tuple(name for name, value in given.items() if value is not None)
    if options.live is None and named:
        raise UserProblem(text("{options} belong to --live URL: give that too, or leave them out.", options=named))
    if options.live is not None and options.export:
        raise UserProblem(text("Facts come from --export or from --live: give one of them."))
    if options.live_password_file is not None and options.live_user is None:
        raise UserProblem(text("--live-password-file is of --live-user: give both."))
    if options.live_auth == "basic" and options.live is not None and options.live_password_file is None:
        raise UserProblem(
            text("--live-auth basic proves the user by a password: give --live-user and --live-password-file.")
        )


def _login(options: argparse.Namespace) -> "Login":
    """Read once, however often a shell is opened: standard input can be read no second time."""
    from mailtrust.edge.transport.shell import Login

    known: Login | None = getattr(options, "live_login", None)
    if known is not None:
        return known
    password = read_password(options.live_password_file) or b""
    try:
        login = Login(options.live_auth, options.live_user or "", password.decode("utf-8"))
    except UnicodeDecodeError:
        raise UserProblem(text("Expected the password as text in UTF-8.")) from None
    options.live_login = login
    return login
