"""`mailtrust verify`: judge chains from files, or from JSON lines, without looking at anything."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.files import certificates_of, hypothetical_chain, read_file, write_output
from mailtrust.cli.screen import screen_of
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.translations import told, translator
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from datetime import datetime

    from mailtrust.core.formats.verify_request import VerifyRequest
    from mailtrust.core.model.anchors import AnchorStore

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust verify fullchain.pem --name mail.example.com", None),
    ("mailtrust verify mail.crt intermediate.crt --roots our-root.pem --client openssl,gmail-android", None),
    ("mailtrust verify fullchain.pem --at 2027-03-15 --format json", None),
    ("mailtrust verify fullchain.pem --client rfc5280 --crl ca.crl --revocation require", None),
    ("mailtrust verify --batch --no-network < requests.jsonl > answers.jsonl", None),
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "verify",
        help=told(text("judge chains from files or JSON lines, for every client; no network")),
        description=told(
            text(
                "Judge a chain from files for every client, or one chain a line with --batch (JSON in, JSON out). "
                "Nothing is looked up and nothing is asked of any server."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(
            text(
                "exit status: 0 every client accepts it, with --batch: every line got verdicts; 1 a client does not; "
                "2 usage, with --batch: a line got an error"
            )
        ),
    )
    parser.add_argument(
        "files", metavar="FILE", nargs="*", type=Path, help=told(text("the chain, the server's certificate first"))
    )
    parser.add_argument("--batch", action="store_true", help=told(text("read requests from standard input")))
    parser.add_argument(
        "--no-network", action="store_true", help=told(text("say so explicitly; nothing else is ever done here"))
    )
    judging = parser.add_argument_group(told(text("judging")))
    judging.add_argument(
        "--name", metavar="NAME", action="append", help=told(text("host, IP or e-mail address; all of several"))
    )
    judging.add_argument(
        "--roots", metavar="FILE", type=Path, help=told(text("exactly these anchors, instead of each client's store"))
    )
    judging.add_argument(
        "--pool", metavar="FILE", action="append", type=Path, help=told(text("certificates that could be downloaded"))
    )
    judging.add_argument(
        "--client", metavar="ID,...", help=told(text("these clients; rfc5280 and webpki are standards"))
    )
    judging.add_argument("--at", metavar="TIME", help=told(text("judge as of this time (RFC 3339)")))
    judging.add_argument(
        "--purpose",
        choices=("tls-server", "tls-client", "email", "any"),
        help=told(text("what the certificate is used for (default: tls-server)")),
    )
    judging.add_argument(
        "--crl", metavar="FILE", action="append", type=Path, help=told(text("a certificate revocation list"))
    )
    judging.add_argument(
        "--ocsp", metavar="FILE", action="append", type=Path, help=told(text("an OCSP response; the first is stapled"))
    )
    judging.add_argument(
        "--revocation",
        choices=("off", "profile", "require"),
        help=told(text("ask no revocation, as the client does, or demand an answer for every certificate")),
    )
    judging.add_argument("--max-intermediates", metavar="N", type=int, help=told(text("refuse longer paths")))
    judging.add_argument(
        "--policy", metavar="OID", action="append", help=told(text("a policy that is wanted (RFC 5280 6.1.1)"))
    )
    judging.add_argument(
        "--flag",
        metavar="FLAG",
        action="append",
        help=told(text("explicit-policy, inhibit-policy-mapping or inhibit-any-policy")),
    )
    add_screen_options(parser)
    parser.set_defaults(handler=run)


OF_ONE_CHAIN = (
    "files", "name", "roots", "pool", "client", "purpose", "crl", "ocsp", "revocation", "max_intermediates", "policy",
    "flag", "output",
)  # fmt: skip
"""What a request says for itself when there are many of them."""


def run(options: argparse.Namespace) -> int:
    """Judge one chain, or one a line."""
    if options.batch:
        return _batch(options)
    if not options.files:
        raise UserProblem(
            text("Expected FILE, a chain with the server's own certificate first; or --batch and requests on stdin.")
        )
    return _one(options)


def _batch(options: argparse.Namespace) -> int:
    from mailtrust.flows.verify import answer_lines

    for name in OF_ONE_CHAIN:
        if getattr(options, name):
            option = name.replace("_", "-")
            raise UserProblem(
                text("With --batch every request says for itself what it asks: leave out {option}.",
                     option="FILE" if name == "files" else f"--{option}")
            )  # fmt: skip
    status = exit_status.CLEAN
    out = sys.stdout.buffer
    answers = answer_lines(
        bounded_lines(sys.stdin.buffer),
        store_named=store_loader(),
        now=_now(options),
        translate=translator(options.lang),
    )
    for answer, whole in answers:
        out.write(answer)
        out.flush()
        if not whole:
            status = exit_status.USAGE
    return status


def _one(options: argparse.Namespace) -> int:
    from mailtrust.flows.verify import answer_of, verify

    request = _request(options)
    now = _now(options)
    translate = translator(options.lang)
    verdicts = verify(request, store_named=store_loader(), now=now)
    if options.format == "json":
        from mailtrust.core.formats.json_text import to_json_text

        data = to_json_text(answer_of(request, verdicts, now, translate))
    else:
        from mailtrust.core.model.certificate import Certificate
        from mailtrust.core.report.chain_verdicts import render_chain_verdicts

        screen = screen_of(options)
        data = render_chain_verdicts(
            verdicts,
            [one for one in request.chain if isinstance(one, Certificate)],
            width=screen.width,
            colour=screen.colour,
            translate=translate,
            ascii_only=screen.ascii_only,
        ).encode(screen.encoding, "replace")
    write_output(data, options.output)
    return exit_status.CLEAN if all(verdict.valid is not False for verdict in verdicts) else exit_status.FINDINGS


def _request(options: argparse.Namespace) -> "VerifyRequest":
    """The same request that a line would be: what options cannot say differently is judged in the same way."""
    from mailtrust.core.formats.verify_request import LONGEST_PATH, VerifyRequest, policy_oids
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.x509.pem import find_pem

    def octets(paths: list[Path] | None, label: str) -> tuple[bytes, ...]:
        found: list[bytes] = []
        for path in paths or ():
            data = read_file(path)
            found.extend([block.data for block in find_pem(data) if block.label == label] or [data])
        return tuple(found)

    chain: list[Certificate] = []
    for path in options.files:
        chain.extend(hypothetical_chain(path))
    most = options.max_intermediates
    if most is not None and not 0 <= most <= LONGEST_PATH:
        raise UserProblem(
            text("Expected a number from {low} to {high} after --max-intermediates, got {given}.",
                 low=0, high=LONGEST_PATH, given=most)
        )  # fmt: skip
    return VerifyRequest(
        chain=tuple(chain),
        pool=tuple(one for path in options.pool or () for one in certificates_of(path)),
        roots=certificates_of(options.roots) if options.roots else None,
        names=tuple(options.name or ()),
        purpose=options.purpose or "tls-server",
        at=_now(options) if options.at else None,
        clients=tuple(one.strip() for one in options.client.split(",") if one.strip()) if options.client else None,
        crls=octets(options.crl, "X509 CRL"),
        ocsp=octets(options.ocsp, "OCSP RESPONSE"),
        revocation=options.revocation or "profile",
        max_intermediates=most,
        policies=policy_oids(options.policy) if options.policy else None,
        flags=tuple(options.flag or ()),
    )


def _now(options: argparse.Namespace) -> "datetime":
    from datetime import UTC, datetime

    from mailtrust.core.formats.moment import parse_moment

    return parse_moment(options.at) if options.at else datetime.now(UTC)


def store_loader() -> "Callable[[str], AnchorStore]":
    """Gives each store by name, read when it is first asked for and then kept."""
    from mailtrust.edge.anchors import load_stores

    known: dict[str, AnchorStore] = {}

    def named(name: str) -> "AnchorStore":
        if name not in known:
            known.update(load_stores([name]))
        return known[name]

    return named


def bounded_lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines of a stream. Of one that is too long comes so much that it is seen to be, and no more is kept."""
    from mailtrust.core.formats.verify_request import MOST_BYTES

    while line := stream.readline(MOST_BYTES + 2):
        yield line
        while len(line) == MOST_BYTES + 2 and not line.endswith(b"\n"):
            line = stream.readline(MOST_BYTES + 2)
