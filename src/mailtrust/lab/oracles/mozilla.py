"""Firefox and Thunderbird without a window: what Gecko's certificate verifier says to a request from the inside."""

import asyncio
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mailtrust.lab.oracles.engine import told_version
from mailtrust.lab.oracles.marionette import Marionette
from mailtrust.lab.oracles.nss_database import make_database
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import require, run

LOOPBACK = "127.0.0.1"
PATIENCE = 30.0

REQUEST = """
const [url, done] = arguments;
const request = new XMLHttpRequest();
request.mozBackgroundRequest = true;
request.timeout = 20000;
request.open("GET", url);
request.onload = () => done(["accepted", ""]);
request.ontimeout = () => done(["unasked", "no answer in time"]);
request.onerror = () => {
  const security = request.channel.securityInfo;
  const code = security ? security.errorCodeString : "";
  done(code ? ["refused", code] : ["unasked", "status " + request.channel.status.toString(16)]);
};
request.send();
"""
"""A request that shows no dialog; Gecko keeps the name of its error with the channel."""

PREFERENCES = {
    "network.trr.mode": 5,
    "network.proxy.type": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "mail.provider.enabled": False,
    "mail.spotlight.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    "services.settings.server": "data:,none",
    "toolkit.telemetry.enabled": False,
}
"""Nothing that would call home; what judges certificates is left as it comes."""


class MozillaOracle:
    """One running Firefox or Thunderbird that asks for page after page."""

    def __init__(self, program: str, title: str, folder: Path) -> None:
        self._program = program
        self._title = title
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._inside: Marionette | None = None

    @property
    def profile(self) -> Path:
        """The folder of its profile."""
        return self._folder / "profile"

    async def version(self) -> str:
        """What `--version` says."""
        _, output = await run((self._program, "--version"), more_environment={"HOME": str(self._folder)})
        return told_version(output, self._title)

    async def start(self, questions: Sequence[Question]) -> None:
        """Start it with a new profile that trusts the roots of all questions."""
        await self.open([question.roots for question in questions])

    async def open(self, roots: Sequence[Path]) -> None:
        """Start it with a new profile that trusts these roots (PEM), or with the one it had before, as that is."""
        require(self._program)
        profile = self.profile
        if not (profile / "cert9.db").exists():
            await make_database(profile, roots)
        with socket.socket() as free:
            free.bind((LOOPBACK, 0))
            port = free.getsockname()[1]
        preferences = {**PREFERENCES, "marionette.port": port}
        lines = (f'user_pref("{name}", {_as_javascript(value)});\n' for name, value in preferences.items())
        (profile / "user.js").write_text("".join(lines), "ascii")
        self._process = await asyncio.create_subprocess_exec(
            self._program, "--headless", "--marionette", "--remote-allow-system-access", "--profile", str(profile),
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "HOME": str(self._folder), "MOZ_CRASHREPORTER_DISABLE": "1"},
        )  # fmt: skip
        self._inside = await Marionette.connect(LOOPBACK, port)

    async def ask(self, question: Question) -> Answer:
        """What becomes of the request."""
        word, code = await self.run(REQUEST, f"https://{question.authority}/")
        if word == "unasked":
            raise OracleError(f"{self._title} did not get as far as TLS: {code}")
        return Answer(word == "accepted", code)

    async def run(self, script: str, *arguments: object) -> Any:
        """Run a script in its own context; the script's last argument is the function to call with its result."""
        if self._inside is None:
            raise OracleError(f"{self._title} has not been started")
        return await self._inside.run(script, *arguments)

    async def stop(self) -> None:
        """Close it."""
        if self._inside is not None:
            await self._inside.quit()
        if self._process is None:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def _as_javascript(value: str | int) -> str:
    return str(value).lower() if isinstance(value, bool | int) else f'"{value}"'
