"""`mailtrust lab kit` and `mailtrust lab up --listen`: what settles open questions with a real phone or Outlook."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.translations import current, language
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailtrust.lab.kit.bench import Listened

LOOK_AGAIN_SECONDS = 0.5
"""How often the kit looks whether somebody has downloaded an intermediate."""
MOST_OFFSET = 60000


def write_sheet(clients: str, form: str, output: Path | None) -> int:
    """Write the sheet for these clients, or for all that are asked of."""
    from datetime import UTC, datetime
    from ipaddress import IPv4Address, IPv6Address

    from mailtrust.cli.files import write_output
    from mailtrust.lab.kit.case import Stand
    from mailtrust.lab.kit.sheet import PLACEHOLDERS, as_html, as_json, as_text, sheet

    # Addresses for examples (RFC 5737, RFC 3849) stand where the machine's own will.
    stand = Stand(ipv4=IPv4Address("192.0.2.25"), ipv6=IPv6Address("2001:db8::25"))
    wanted = tuple(name.strip() for name in clients.split(",") if name.strip())
    parts = sheet(wanted, PLACEHOLDERS, stand, datetime.now(UTC))
    match form:
        case "html":
            write_output(as_html(parts, current(), language(None)), output)
        case "json":
            write_output(as_json(parts), output)
        case _:
            write_output(as_text(parts, current()).encode(), output)
    return exit_status.CLEAN


def up_for_devices(name: str, folder: Path | None, listen: list[str], offset: int) -> int:
    """Serve the kit on these addresses until Ctrl-C."""
    import asyncio
    import tempfile

    from mailtrust.lab.kit.bench import address_of
    from mailtrust.lab.kit.cases import case_by_id

    if not 0 <= offset <= MOST_OFFSET:
        raise UserProblem(text("Expected a port offset from 0 to {most}, got {given}.", most=MOST_OFFSET, given=offset))
    case = case_by_id(name)
    addresses = tuple(dict.fromkeys(map(address_of, listen)))
    with tempfile.TemporaryDirectory(prefix="mailtrust-kit-") as temporary:
        try:
            asyncio.run(_serve_kit(case.id, folder or Path(temporary), addresses, offset))
        except KeyboardInterrupt:
            _say(_translated(text("The world is down.")))
    return exit_status.CLEAN


async def _serve_kit(case: str, folder: Path, addresses: "Sequence[Listened]", offset: int) -> None:
    """Until Ctrl-C."""
    import asyncio
    from datetime import UTC, datetime

    from mailtrust.lab.kit.bench import Bench

    bench = Bench(folder, addresses, now=datetime.now(UTC), offset=offset)
    bench.told = lambda line: _say(_translated(line))
    if not bench.present(case):
        raise UserProblem(text("The case {case} needs an address that was not given: --listen it as well.", case=case))
    async with bench:
        _say(_translated(text("Open to everybody in this network until Ctrl-C:")))
        for door in bench.opened():
            _say(f"  {door}")
        if any(address.is_global for address in addresses):
            _say(
                _translated(text("One of these addresses can be reached from the Internet unless a firewall stops it."))
            )
        _say(_translated(text("Names: give the device this DNS server, or add to its hosts file:")))
        _say(f"  {bench.values['line']}")
        _say(_translated(text("The root, the sheet, and a button for each case: {page}", page=bench.page)))
        while True:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            bench.look()


def _translated(sentence: Text) -> str:
    return sentence.render(current())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
