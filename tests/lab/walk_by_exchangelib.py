"""Run in a network of its own: exchangelib and mailtrust look for the same server, before and after it is cured."""

import asyncio
import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailtrust.lab.stories.parts.companies import ADDRESSES, Companies
from mailtrust.lab.stories.parts.story import walked
from mailtrust.lab.stories.three_companies import plan_with

SCRIPT = Path(__file__).with_name("walk_of_exchangelib.py")


async def by_exchangelib(place: Companies, address: str) -> dict[str, Any]:
    """Its word, and the hosts and ports that it came to, in order, by the servers' journal."""
    place.visits.clear()
    with tempfile.TemporaryDirectory(dir=place.folder) as cache:
        # It remembers in the folder for temporary files where it found whose server.
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(SCRIPT), address,
            env={**os.environ, "REQUESTS_CA_BUNDLE": str(place.roots), "TMPDIR": cache, "HOME": cache},
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        said, _ = await process.communicate()
    return {**json.loads(said), "met": list(dict.fromkeys(place.visits))}


async def looks(place: Companies) -> dict[str, Any]:
    walks = await walked(place.folder, *ADDRESSES, "--client", "ews-api", "--dns", "127.0.0.1:53",
                         "--roots", str(place.roots), "--no-aia")  # fmt: skip
    return {
        walk["address"]: {"mailtrust": walk, "exchangelib": await by_exchangelib(place, walk["address"])}
        for walk in walks
    }


async def main(folder: Path, *, misspelt: bool) -> None:
    async with Companies(folder, datetime.now(UTC), misspelt=misspelt, usual_ports=True) as place:
        before = await looks(place)
        walks = [look["mailtrust"] for look in before.values()]
        for step in plan_with(walks, "CNAME" if misspelt else "SRV")["steps"]:
            await place.carry_out(step)
        await asyncio.sleep(0.5)  # nginx has its new files a moment after the signal
        json.dump({"before": before, "after": await looks(place)}, sys.stdout)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        asyncio.run(main(Path(made), misspelt=sys.argv[1] == "misspelt"))
