"""The demonstration: the public commands on a world in which the intermediate is missing, each printed and run.

Run it by `python -m mailtrust.lab.demo`. With `--format json` the checks' reports come out as one JSON object.
"""

import argparse
import asyncio
import json
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.lab.guide import NEW_BUNDLE, one_option_a_line
from mailtrust.lab.listener import BUNDLE
from mailtrust.lab.scenarios import missing_intermediate
from mailtrust.lab.world import World

CLIENTS = "outlook-windows,gmail-android,apple-mail-ios,chrome,java-mail"
"""Those of the story, and one of each other way to look for an issuer."""

PRODUCT = "nginx"
"""What the lab's server takes: the chain in one file, leaf first, and the key in another."""

LABEL, SCHEME = "mail", "https"
"""The server of the story: it is asked by ActiveSync and by browsers."""

FAULTY, CLEAN = 1, 0
"""The exit status of a check that finds something, and of one that does not."""


class DemoStopped(UserProblem):
    """A command of the demonstration ended otherwise than it should."""

    status = 1


class Demo:
    """One showing, in one world."""

    def __init__(self, world: World, translate: Callable[[str], str], *, as_json: bool) -> None:
        self._world = world
        self._translate = translate
        self._as_json = as_json
        self.reports: dict[str, object] = {}
        """The checks' reports, where they were asked for."""

    async def show(self) -> None:
        """Everything, from the fault to its proven cure; raises DemoStopped where a command ends otherwise."""
        world = self._world
        target, flags = world.target, world.flags()
        self._say(text("A mail server on this machine presents its own certificate and no intermediate."))
        who = ("--client", CLIENTS, "--product", PRODUCT)
        self._say(text("1. Check it: Outlook accepts it, Gmail on Android refuses it."))
        await self._check("before", FAULTY, target, *flags, *who)
        self._say(text("2. Write the bundle that it should present; the intermediate comes from the CA's address."))
        await self._run(CLEAN, "bundle", target, *flags, "--for", PRODUCT, "-o", NEW_BUNDLE)
        self._say(text("3. Judge that bundle before anybody touches the server."))
        await self._check("supposed", CLEAN, target, *flags, *who, "--with", NEW_BUNDLE)
        self._say(text("4. Install it in the server."))
        self._install()
        self._say(text("5. Check the server again, over the wire."))
        await self._check("after", CLEAN, target, *flags, *who)
        self._say(text("The server is mended: every client that was asked about accepts it now."))

    async def _check(self, name: str, expected: int, *arguments: str) -> None:
        form = ("--format", "json") if self._as_json else ()
        output = await self._run(expected, "check", *arguments, *form)
        if self._as_json:
            self.reports[name] = json.loads(output)

    async def _run(self, expected: int, *arguments: str) -> bytes:
        """One public command in the world's folder; its output goes where ours goes, or is kept for JSON."""
        if not self._as_json:
            sys.stdout.write(f"\n$ mailtrust {one_option_a_line(arguments)}\n\n")
            sys.stdout.flush()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "mailtrust", *arguments,
            cwd=self._world.folder, env=_environment(self._world.folder), stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE if self._as_json else None,
        )  # fmt: skip
        output, _ = await process.communicate()
        if process.returncode != expected:
            raise DemoStopped(
                text(
                    "mailtrust {command} ended with status {status}, expected was {expected}: the demonstration stops.",
                    command=arguments[0],
                    status=process.returncode or 0,
                    expected=expected,
                )
            )
        return output or b""

    def _install(self) -> None:
        listener = self._world.listener(LABEL, SCHEME)
        if not self._as_json:
            sys.stdout.write(f"\n$ {shlex.join(['cp', NEW_BUNDLE, f'{listener.folder.name}/{BUNDLE}'])}\n")
        shutil.copyfile(self._world.folder / NEW_BUNDLE, listener.folder / BUNDLE)
        listener.reload()

    def _say(self, sentence: Text) -> None:
        if not self._as_json:
            sys.stdout.write(f"\n{sentence.render(self._translate)}\n")
            sys.stdout.flush()


def _environment(folder: Path) -> dict[str, str]:
    """The user's, but what is remembered of the lab's certificates stays in the lab."""
    return {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "LOCALAPPDATA": str(folder / "cache")}


async def demonstrate(folder: Path, options: argparse.Namespace, translate: Callable[[str], str]) -> Demo:
    """Build the world and show it."""
    world = World(
        folder, now=datetime.now(UTC), domain=options.domain, ca_name=options.ca_name, ports=dict(options.port)
    )
    missing_intermediate.build(world)
    world.target = world.url(LABEL, SCHEME)
    async with world:
        demo = Demo(world, translate, as_json=options.format == "json")
        await demo.show()
    return demo


def main(arguments: Sequence[str] | None = None, translate: Callable[[str], str] = str) -> int:
    """Show it; the exit status is 1 when a command did not end as it should."""
    parser = argparse.ArgumentParser(prog="python -m mailtrust.lab.demo", description=__doc__)
    parser.add_argument("--domain", default="example.test", help="the mail domain of the world")
    parser.add_argument("--ca-name", default="Example Trust", help="the name of its CA")
    parser.add_argument(
        "--port", metavar="SCHEME=PORT", type=_port, action="append", default=[], help="another port for a protocol"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="mailtrust-demo-") as folder:
            demo = asyncio.run(demonstrate(Path(folder), options, translate))
    except UserProblem as problem:
        sys.stderr.write(f"mailtrust: {problem.message.render(translate)}\n")
        return problem.status
    if options.format == "json":
        sys.stdout.write(json.dumps(demo.reports, indent=2) + "\n")
    return 0


def _port(given: str) -> tuple[str, int]:
    scheme, _, port = given.partition("=")
    if not port.isdecimal():
        raise argparse.ArgumentTypeError(f"expected SCHEME=PORT such as https=8443, got {given!r}")
    return scheme, int(port)


if __name__ == "__main__":
    sys.exit(main())
