"""A client that asks every 100 ms, at each port, and counts: the chain is valid, the name fits, the time is right."""

import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.programs.daemons import LOOPBACK

EVERY, SECONDS = 0.1, 10
HELLOS = {
    "smtp": ((b"", b"220 "), (b"EHLO client.example\r\n", b"250 "), (b"STARTTLS\r\n", b"220 ")),
    "imap": ((b"", b"* OK"), (b"a STARTTLS\r\n", b"a OK")),
}
LEAVING = {"smtp": b"QUIT\r\n", "imap": b"b LOGOUT\r\n", "imaps": b"b LOGOUT\r\n", "https": b""}


@dataclass
class Asking:
    """Asks all ports until it is left."""

    host: str
    ports: dict[str, int]
    """By scheme."""
    roots: Path
    asks: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    certificates: dict[str, list[bytes]] = field(default_factory=dict)
    """What each port has shown, in order, each once."""
    down: set[str] = field(default_factory=set)
    """Where nobody can be expected to answer."""
    _done: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        for scheme in self.ports:
            self.certificates[scheme] = []
            thread = threading.Thread(target=self._ask_always, args=(scheme,), daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join(SECONDS * 2)

    def wait_for(self, told: Callable[[], bool]) -> None:
        """Until something is so."""
        ends = time.monotonic() + SECONDS
        while not told():
            assert time.monotonic() < ends
            time.sleep(EVERY)

    def _ask_always(self, scheme: str) -> None:
        context = ssl.create_default_context(cafile=self.roots)
        following = time.monotonic()
        while not self._done.is_set():
            if scheme not in self.down:
                try:
                    shown = self._ask(scheme, context)
                except (OSError, AssertionError) as error:
                    if scheme not in self.down:
                        self.failures.append(f"{time.strftime('%H:%M:%S')} {scheme}: {type(error).__name__}: {error}")
                else:
                    if self.certificates[scheme][-1:] != [shown]:
                        self.certificates[scheme].append(shown)
                self.asks[scheme] += 1
            following = max(following + EVERY, time.monotonic())
            self._done.wait(following - time.monotonic())

    def _ask(self, scheme: str, context: ssl.SSLContext) -> bytes:
        with socket.create_connection((LOOPBACK, self.ports[scheme]), SECONDS) as plain:
            for said, expected in HELLOS.get(scheme, ()):
                if said:
                    plain.sendall(said)
                answer = b""
                while not any(line.startswith(expected) for line in answer.splitlines() if answer.endswith(b"\n")):
                    more = plain.recv(4096)
                    assert more, f"closed after {answer!r}"
                    answer += more
            with context.wrap_socket(plain, server_hostname=self.host) as secure:
                shown = secure.getpeercert(binary_form=True)
                with suppress(OSError):
                    secure.sendall(LEAVING[scheme])
        assert shown is not None
        return shown
