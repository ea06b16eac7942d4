"""A program that puts a proof where the ACME server looks: for DNS that knows no RFC 2136, or any other place."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Self

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.acme.dns_settling import Settling
from mailtrust.edge.acme.proof import Challenge, ChallengeType

USUAL_SECONDS = 300
MOST_SAID = 400
"""Characters of the program's last words that are told."""


class Hook:
    """Runs the program once to show each proof, and once to clear it; see docs/acme.md for its environment."""

    def __init__(
        self,
        program: Path,
        challenge_type: ChallengeType,
        settling: Settling | None,
        *,
        seconds: float = USUAL_SECONDS,
    ) -> None:
        """`settling`: how to wait for DNS; None: not at all."""
        self.challenge_type = challenge_type
        self._program = program
        self._settling = settling
        self._seconds = seconds
        self._shown: list[Challenge] = []

    def __enter__(self) -> Self:
        if not self._program.is_file() or not os.access(self._program, os.X_OK):
            raise UserProblem(
                text("Expected a program that can be run after --hook, found none at {path}.",
                     path=clean(str(self._program), 200))
            )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self._shown.clear()

    def show(self, challenge: Challenge) -> None:
        """Have it shown."""
        self._run("present", challenge)
        self._shown.append(challenge)

    def settle(self) -> None:
        """Wait for DNS where the proof stands there."""
        if self.challenge_type == "dns-01" and self._settling is not None:
            self._settling.wait((one.record_name, one.record) for one in self._shown)

    def clear(self, challenge: Challenge) -> None:
        """Have it taken away."""
        self._run("clear", challenge)

    def _run(self, action: str, challenge: Challenge) -> None:
        told = {
            "MAILTRUST_ACTION": action,
            "MAILTRUST_CHALLENGE": self.challenge_type,
            "MAILTRUST_DOMAIN": challenge.domain,
            "MAILTRUST_TOKEN": challenge.token,
            "MAILTRUST_KEY_AUTHORIZATION": challenge.key_authorization,
            "MAILTRUST_RECORD_NAME": challenge.record_name,
            "MAILTRUST_RECORD_VALUE": challenge.record,
        }
        with TemporaryFile() as said:
            try:
                process = subprocess.Popen(
                    [str(self._program.resolve())],
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **told},
                    start_new_session=True,
                )
            except OSError as error:
                raise UserProblem(
                    text("Could not run {program}: {why}.",
                         program=clean(str(self._program), 200), why=error.strerror or str(error))
                ) from error  # fmt: skip
            self._ended(process, said, action)

    def _ended(self, process: subprocess.Popen[bytes], said: IO[bytes], action: str) -> None:
        program = clean(str(self._program), 200)
        try:
            status = process.wait(self._seconds)
        except subprocess.TimeoutExpired:
            _end(process)
            raise UserProblem(
                text("{program} was not done with “{action}” after {seconds} seconds, and was stopped.",
                     program=program, action=action, seconds=round(self._seconds))
            ) from None  # fmt: skip
        except BaseException:  # Ctrl-C
            _end(process)
            raise
        if status:
            size = said.seek(0, os.SEEK_END)
            said.seek(max(0, size - 4 * MOST_SAID))
            words = said.read().decode("utf-8", "replace").strip()[-MOST_SAID:]
            raise UserProblem(
                text("{program} failed at “{action}” with status {status}. Its last words: “{words}”",
                     program=program, action=action, status=status, words=clean(words or "-", MOST_SAID))
            )  # fmt: skip


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it and whatever it has left running."""
    with suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
