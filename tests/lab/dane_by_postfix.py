"""Run in a network of its own: Postfix and mailtrust at the same MX host, before, while and after it is broken."""

import asyncio
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailtrust.lab.stories.parts.companies import SERVER, A, Companies
from mailtrust.lab.stories.parts.story import walked


def by_postfix() -> dict[str, Any]:
    command = ["posttls-finger", "-c", "-l", "dane-only", "-P", "/nonexistent", A]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    said = done.stdout + done.stderr
    return {"well": "Verified TLS connection" in said, "said": said}


async def by_mailtrust(place: Companies) -> dict[str, Any]:
    flags = ("--dns", "127.0.0.1:53", "--roots", str(place.roots), "--no-aia")
    (walk,) = await walked(place.folder, A, "--client", "mta-dane", *flags)
    return {"well": walk["well"], "rules": [one["rule"] for one in walk["findings"]]}


async def main(folder: Path) -> None:
    looks = []
    async with Companies(folder, datetime.now(UTC), misspelt=False, usual_ports=True) as place:
        name = f"_25._tcp.{SERVER}."
        (right,) = (one for one in place.dns.zones[A].splitlines() if " TLSA " in one)
        record = right.partition(" TLSA ")[2]
        for published in (record, "3 1 1 " + "00" * 32, record):
            lines = (f"update delete {name} TLSA", f"update add {name} 300 TLSA {published}", "send", "END")
            await asyncio.to_thread(place.dns.update, "\n".join(("nsupdate -k KEYFILE <<'END'", *lines)))
            look = {}
            for client, ask in (("postfix", asyncio.to_thread(by_postfix)), ("mailtrust", by_mailtrust(place))):
                place.visits.clear()
                look[client] = {**await ask, "met": list(dict.fromkeys(place.visits))}
            looks.append(look)
    json.dump(looks, sys.stdout)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        asyncio.run(main(Path(made)))
