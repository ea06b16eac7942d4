"""Chromium without a window: its own verifier, with the anchors of a fresh user's NSS database beside its own."""

import os
from collections.abc import Sequence
from pathlib import Path

from mailtrust.lab.oracles.devtools import DevTools
from mailtrust.lab.oracles.engine import Engine, told_version
from mailtrust.lab.oracles.nss_database import make_database
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import require, run

VERDICTS = ("net::ERR_CERT", "net::ERR_SSL", "net::ERR_BAD_SSL", "net::ERR_CONNECTION_CLOSED")
"""What it calls errors of TLS and certificates (net/base/net_error_list.h).

The last: the server has hung up on its hello, because it offers no signature that the certificate's key can make.
"""


class ChromiumOracle:
    """One running Chromium that opens page after page."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._browser = DevTools()
        self._page = ""

    async def version(self) -> str:
        """What `chromium --version` says."""
        _, output = await run(("chromium", "--version"))
        return told_version(output, "Chromium")

    async def start(self, questions: Sequence[Question]) -> None:
        """Start it for a user who trusts the roots of all questions."""
        require("chromium")
        home = self._folder / "home"
        await make_database(home / ".pki" / "nssdb", [question.roots for question in questions])
        await self._browser.start(
            (
                "chromium", "--headless", "--no-sandbox", "--remote-debugging-pipe", "--disable-gpu",
                "--disable-background-networking", "--no-first-run", f"--user-data-dir={self._folder / 'profile'}",
                "--host-resolver-rules=MAP * 127.0.0.1, EXCLUDE ::1",
            ),
            {**os.environ, "HOME": str(home)},
        )  # fmt: skip
        target = (await self._browser.call("Target.createTarget", url="about:blank"))["targetId"]
        attached = await self._browser.call("Target.attachToTarget", targetId=target, flatten=True)
        self._page, self._frame = attached["sessionId"], target

    async def ask(self, question: Question) -> Answer:
        """What becomes of loading it; opened as a page it ends alike, after three seconds of waiting for a portal."""
        loaded = await self._browser.call(
            "Network.loadNetworkResource", self._page, frameId=self._frame, url=f"https://{question.authority}/",
            options={"disableCache": True, "includeCredentials": False},
        )  # fmt: skip
        problem = loaded["resource"].get("netErrorName", "")
        if problem and not problem.startswith(VERDICTS):
            raise OracleError(f"Chromium did not get as far as TLS: {problem}")
        return Answer(accepted=not problem, words=problem)

    async def stop(self) -> None:
        """Close it."""
        await self._browser.stop()


ENGINE = Engine(
    id="chromium",
    title="Chromium",
    testifies_for=("chrome", "edge"),
    how="a resource loaded by a headless Chromium whose user's NSS database holds the anchors",
    packages=("chromium", "libnss3-tools"),
    make=lambda folder, _parts: ChromiumOracle(folder),
)
