"""Run in a network of its own: Thunderbird and mailtrust look for the same server, before and after it is cured."""

import asyncio
import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mailtrust.lab.oracles.mozilla import MozillaOracle
from mailtrust.lab.stories.parts.companies import ADDRESSES, RIGHT, SERVER, C, Companies
from mailtrust.lab.stories.parts.story import walked

LOOK = """
const [domain, address, done] = arguments;
const { FindConfig } = ChromeUtils.importESModule("resource:///modules/accountcreation/FindConfig.sys.mjs");
const { GuessConfig } = ChromeUtils.importESModule("resource:///modules/accountcreation/GuessConfig.sys.mjs");
const requested = [];
const tried = [];
let asked = 0;
const observer = { observe(channel) { requested.push(channel.QueryInterface(Ci.nsIChannel).URI.spec); } };
function told(config) {
  const server = one => one && one.hostname ? [one.type, one.hostname, one.port] : null;
  return config && { source: config.source, subSource: config.subSource || "", incoming: server(config.incoming),
    outgoing: server(config.outgoing), alternatives: config.incomingAlternatives.map(server) };
}
(async () => {
  Services.obs.addObserver(observer, "http-on-opening-request");
  const signal = new AbortController().signal;
  let found = null;
  let said = "";
  try {
    const search = FindConfig.parallelAutoDiscovery(domain, address, signal);
    let step = await search.next();
    while (!step.done) {
      asked += 1;
      step = await search.next({ acceptRedirect: true });
    }
    found = told(step.value);
  } catch (error) {
    said = String(error);
  } finally {
    Services.obs.removeObserver(observer, "http-on-opening-request");
  }
  let guessed = null;
  if (!found) {
    try {
      const noted = (type, host, port, _socket, done) => tried.push([type, host, port, done]);
      guessed = told(await GuessConfig.guessConfig(domain, noted, null, "both", signal));
    } catch (error) {
      said += " " + String(error);
    }
  }
  done({ requested, found, guessed, asked, tried, said });
})();
"""
"""What Thunderbird does with an address that somebody typed in: look, then guess. Questions are answered yes."""
MOST_LOOKS = 3
"""Gecko sets an address aside when one of its ports refuses: where 443 is closed, it may take 80 for closed as well."""


async def looks(place: Companies, thunderbird: MozillaOracle) -> dict[str, Any]:
    walks = await walked(place.folder, *ADDRESSES, "--client", "thunderbird", "--dns", "127.0.0.1:53",
                         "--roots", str(place.roots), "--no-aia")  # fmt: skip
    seen: dict[str, Any] = {}
    for walk in walks:
        address = walk["address"]
        for _ in range(MOST_LOOKS):
            place.visits.clear()
            look = await thunderbird.run(LOOK, address.partition("@")[2], address)
            if look["found"] or look["asked"] or walk["found"] is None:
                break
        seen[address] = {"mailtrust": walk, "thunderbird": {**look, "met": list(dict.fromkeys(place.visits))}}
    return seen


async def main(folder: Path, *, misspelt: bool) -> None:
    profile = folder / "thunderbird"
    profile.mkdir()
    async with Companies(folder, datetime.now(UTC), misspelt=misspelt, usual_ports=True) as place:
        # Thunderbird goes by the least weight, whatever the priority.
        lines = (
            f"update add _autodiscover._tcp.{C}. 300 SRV {one}." for one in (f"0 20 443 {SERVER}", f"9 5 443 {RIGHT}")
        )
        await asyncio.to_thread(place.dns.update, "\n".join(("nsupdate -k KEYFILE <<'END'", *lines, "send", "END")))
        thunderbird = MozillaOracle("thunderbird", "Thunderbird", profile)
        try:
            await thunderbird.open([place.roots])
            before = await looks(place, thunderbird)
            await place.certify_autoconfig()
            await asyncio.sleep(0.5)  # nginx has its new files a moment after the signal
            json.dump({"before": before, "after": await looks(place, thunderbird)}, sys.stdout)
        finally:
            await thunderbird.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        asyncio.run(main(Path(made), misspelt=sys.argv[1] == "misspelt"))
