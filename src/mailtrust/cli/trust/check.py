"""`mailtrust trust check`: a page and mail ports that tell each visitor whether his program trusts the CA."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.files import called_file, read_anything, read_password
from mailtrust.cli.lab_kit import MOST_OFFSET
from mailtrust.cli.translations import current, in_every_language, language, told, translator
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailtrust.flows.trust_check import Shown
    from mailtrust.lab.kit.bench import Listened

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust trust check --listen 192.168.1.5 --ca ca", text("on a certificate issued for the occasion")),
    ("mailtrust trust check --listen 192.168.1.5 --ca ca --name mail.example.com", text("under the name of a host")),
    ("mailtrust trust check --listen 127.0.0.1 --port-offset 10000 --cert mail.pem --key mail.key", None),
)


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "check",
        help=told(text("a page and mail ports that tell each visitor whether his program trusts the root")),
        description=told(
            text(
                "Serve a web page and mail ports on a certificate of the CA until Ctrl-C, and tell each visitor "
                "whether his program trusts it: on the page, in his language, and line by line here. Everybody may log "
                "in, with any password, on an empty mailbox; nothing that is typed is kept."
            )
        ),
        examples=EXAMPLES,
    )
    parser.add_argument(
        "--listen", metavar="ADDRESS", required=True,
        help=told(text("the address of this machine that the devices reach")),
    )  # fmt: skip
    parser.add_argument(
        "--name", metavar="HOST", help=told(text("what the devices call this machine (default: the address)"))
    )
    parser.add_argument(
        "--port-offset", metavar="N", type=int, default=0,
        help=told(text("add this to every port, so that no administrator is needed: 10000 gives 10993 for IMAP")),
    )  # fmt: skip
    shown = parser.add_argument_group(told(text("the certificate")))
    shown.add_argument(
        "--ca", metavar="DIR", type=Path,
        help=told(text("the folder of the CA, which issues one for three days")),
    )  # fmt: skip
    shown.add_argument("--cert", metavar="FILE", type=Path, help=told(text("or this certificate, with those above it")))
    shown.add_argument(
        "--key", metavar="FILE", type=Path, help=told(text("and its private key, where it is in another file"))
    )
    shown.add_argument(
        "--password-file", metavar="FILE", type=Path,
        help=told(text("the password of the CA's keys, or of that key: in this file or on standard input (-)")),
    )  # fmt: skip
    parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    import asyncio
    import tempfile

    from mailtrust.lab.kit.bench import address_of

    translator(options.lang)
    if not 0 <= options.port_offset <= MOST_OFFSET:
        raise UserProblem(
            text("Expected a port offset from 0 to {most}, got {given}.", most=MOST_OFFSET, given=options.port_offset)
        )
    address = address_of(options.listen)
    name = options.name or str(address)
    shown = _shown(options, name)
    with tempfile.TemporaryDirectory(prefix="mailtrust-check-") as folder:
        try:
            asyncio.run(_serve(Path(folder), address, name, shown, options))
        except KeyboardInterrupt:
            _say(text("Closed."))
    return exit_status.CLEAN


def _shown(options: argparse.Namespace, name: str) -> "Shown":
    """What the visitors are shown. Raises UserProblem."""
    if (options.ca is None) == (options.cert is None):
        raise UserProblem(
            text("Give the folder of the CA with --ca, or a certificate with --cert and its key with --key.")
        )
    if options.ca is not None:
        from mailtrust.cli.ca.opening import folder_of, operator_of
        from mailtrust.flows.trust_check import issued_for

        return issued_for([name], folder_of(options), operator_of(options))
    from mailtrust.flows.key_holder import holder
    from mailtrust.flows.trust import GivenFile
    from mailtrust.flows.trust_check import Shown

    password = read_password(options.password_file)
    certificates = GivenFile(called_file(options.cert), read_anything(options.cert, password))
    keys = certificates
    if options.key is not None:
        keys = GivenFile(called_file(options.key), read_anything(options.key, password))
    return Shown(*holder(certificates, keys))


async def _serve(folder: Path, address: "Listened", name: str, shown: "Shown", options: argparse.Namespace) -> None:
    import asyncio
    from datetime import UTC, datetime

    from mailtrust.core.x509.thumbprint import thumbprint
    from mailtrust.lab.trust_desk import TrustDesk

    desk = TrustDesk(
        folder, address, shown.chain, shown.key,
        name=name, offset=options.port_offset, translators=_by_preference(),
    )  # fmt: skip
    desk.told = _say
    async with desk:
        leaf = shown.chain[0]
        _say(text("Shown to visitors: {subject}, issued by {issuer}, until {date}, SHA-1 {print}.",
                  subject=leaf.subject.text, issuer=leaf.issuer.text, date=leaf.not_after.date(),
                  print=thumbprint(leaf)))  # fmt: skip
        if leaf.not_after < datetime.now(UTC):
            _say(text("It has ended: every program refuses it for that alone."))
        if name not in (named := (*leaf.dns_names, *leaf.ip_addresses)):
            _say(text("It is for {names}. Who comes to {name} refuses it for the name, unless a wildcard covers that.",
                      names=named or "-", name=name))  # fmt: skip
        _say(text("Open to everybody in this network until Ctrl-C:"))
        for door in desk.opened():
            _plain(f"  {door}")
        if address.is_global:
            _say(text("This address can be reached from the Internet unless a firewall stops it."))
        _say(text("The page: {page}", page=desk.page))
        _say(text("Mail programs: {host}, the ports above, any name and any password.", host=name))
        await asyncio.Event().wait()


def _by_preference() -> "dict[str, Callable[[str], str]]":
    """The translators, that of this command line first: for whoever names no language that we know."""
    known = in_every_language()
    own = next((name for name, translate in known.items() if translate is current()), language(None))
    return {own: known[own], **known}


def _say(sentence: Text) -> None:
    _plain(sentence.render(current()))


def _plain(line: str) -> None:
    """At once: somebody stands beside it with a phone."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
