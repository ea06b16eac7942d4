"""`mailtrust ca serve`: lists, certificates and OCSP over HTTP."""

import argparse
import sys
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.bundle_words import say
from mailtrust.cli.ca.opening import add_ca_options, folder_of
from mailtrust.cli.files import read_password
from mailtrust.cli.translations import told
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.flows.ca_serve import Desk

USUAL = "127.0.0.1:8080"


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "serve",
        help=told(text("answer over HTTP: lists, issuers and OCSP")),
        description=told(
            text(
                "Serve the revocation lists, the CA certificates and OCSP over HTTP, until stopped. It needs the "
                "responder's key and no other: root.key and issuing.key may be elsewhere. What `ca revoke` and "
                "`ca crl` write is told from then on."
            )
        ),
        examples=(("mailtrust ca serve --listen 0.0.0.0:80", text("behind the address that --url named")),),
    )
    parser.add_argument(
        "--listen", metavar="ADDR:PORT", default=USUAL, help=told(text("where to listen (default: 127.0.0.1:8080)"))
    )
    add_ca_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Serve until stopped."""
    from mailtrust.edge.probe.loop import run as run_loop
    from mailtrust.flows.ca_serve import Desk

    host, port = _place(options.listen)
    desk = Desk(folder_of(options), read_password(options.password_file))
    try:
        run_loop(_serve(host, port, desk))
    except OSError as error:
        raise UserProblem(
            text("Could not listen at {place}: {why}. Name another place with --listen.",
                 place=options.listen, why=error.strerror or str(error))
        ) from error  # fmt: skip
    return exit_status.CLEAN


async def _serve(host: str, port: int, desk: "Desk") -> None:
    import asyncio
    import signal

    from mailtrust.edge.ca.server import serving

    stop = asyncio.Event()
    if sys.platform != "win32":
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(host, port, desk) as real_port:
        say(text("Serving at {host} port {port}; Ctrl-C stops it.", host=host, port=real_port))
        sys.stderr.flush()
        await stop.wait()


def _place(given: str) -> tuple[str, int]:
    from mailtrust.core.formats.host_name import is_address

    host, _, port = given.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if is_address(bare) and port.isascii() and port.isdigit() and int(port[:6]) < 65536:
        return bare, int(port)
    raise UserProblem(
        text("Expected an address and a port such as 0.0.0.0:80 or [::]:80 after --listen, got “{given}”.",
             given=clean(given, 80))
    )  # fmt: skip
