"""Server programs in the foreground on addresses of this machine, which end with whoever started them."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import text
from mailtrust.lab.lab_error import LabError

LOOPBACK = "127.0.0.1"
START_SECONDS = 30
STOP_SECONDS = 15

# OpenSSL's own floor on Debian would keep the servers from loading a weak key; real servers are configured like this.
LAX_OPENSSL = """\
openssl_conf = init
[init]
ssl_conf = ssl
[ssl]
system_default = lax
[lax]
CipherString = DEFAULT:@SECLEVEL=0
"""


class NotInstalledError(LabError):
    """A program that is asked for is not on this machine."""


class DidNotStartError(LabError):
    """A program ended, or does not listen where it should; the message holds what it says."""


def program(name: str, package: str) -> str:
    """Where a program is. Raises NotInstalledError with the package that brings it."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin:/usr/lib/postfix/sbin")
    if path is None:
        raise NotInstalledError(
            text("{program} is not installed: apt install {package}", program=name, package=package)
        )
    return path


class FreePorts:
    """Gives ports below the range from which the kernel takes ports for outgoing connections."""

    def __init__(self) -> None:
        self._given: set[int] = set()

    def __call__(self) -> int:
        """One that was not given before, and where nobody listens."""
        while True:
            port = random.randrange(20_000, 32_000)  # noqa: S311 (no secret)
            if port not in self._given and not answers((LOOPBACK, port)):
                self._given.add(port)
                return port


class Daemons:
    """Starts programs that stay in the foreground, waits for their ports, and ends their process groups."""

    def __init__(self, folder: Path) -> None:
        """`folder`: for logs; the programs' unprivileged users must be able to pass through it."""
        self._folder = folder
        self._running: list[subprocess.Popen[bytes]] = []
        self.openssl_configuration = folder / "openssl.cnf"
        self.openssl_configuration.write_text(LAX_OPENSSL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._running:
            _end(process)

    def start(self, command: Sequence[str | Path], places: Iterable[tuple[str, int]], **environment: str) -> None:
        """Start one, and wait until it listens everywhere. Raises DidNotStartError."""
        listening = tuple(places)
        if taken := [place for place in listening if answers(place)]:
            raise DidNotStartError(
                text(
                    "{program} is to listen where somebody else does already: {places}. Try again.",
                    program=str(command[0]),
                    places=tuple(f"{host}:{port}" for host, port in taken),
                )
            )
        log = self._folder / f"{Path(command[0]).name}-{listening[0][1]}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "OPENSSL_CONF": str(self.openssl_configuration), **environment},
            )
        self._running.append(process)
        give_up = time.monotonic() + START_SECONDS
        for place in listening:
            while not answers(place):
                if process.poll() is not None or time.monotonic() > give_up:
                    said = log.read_text(errors="replace")[-2000:]
                    raise DidNotStartError(
                        text(
                            "{program} does not listen on port {port}; it says: {said}",
                            program=str(command[0]),
                            port=place[1],
                            said=clean(said, 2000),
                        )
                    )
                time.sleep(0.05)


def answers(place: tuple[str, int]) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(place) == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.terminate()
    else:
        # The second signal is for children that outlived the first process of the group.
        for how in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, how)
                process.wait(STOP_SECONDS)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
