"""A delay line between two network namespaces, in user space: two TUN devices, and who passes packets on late.

Kernels without netem have no delay of their own. Needs root and Linux.
"""

import contextlib
import ctypes
import fcntl
import heapq
import os
import select
import signal
import struct
import subprocess
import time
from collections.abc import Iterable
from itertools import count
from typing import Self

NEAR, FAR = "10.99.0.1", "10.99.0.2"
"""Addresses of the two ends."""
FURTHER = tuple(f"10.99.0.{number}" for number in range(3, 7))
"""Others of the far end."""
DEVICE = "mt-line"
CLONE_NEWNET = 0x40000000
# linux/if_tun.h
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
LARGEST_PACKET = 65_536
QUEUE = 2_000


class DelayLine:
    """Two namespaces that reach each other, each packet `seconds` later; gone when the context is left."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.near, self.far = (f"mailtrust-{side}-{os.getpid()}" for side in ("near", "far"))
        self._process = 0

    def __enter__(self) -> Self:
        try:
            self._build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _build(self) -> None:
        for name in (self.near, self.far):
            _ip("netns", "add", name)
        ready, told = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            try:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                ends = [_device_in(name) for name in (self.near, self.far)]
                os.write(told, b"!")
                _pass_on(ends, self.seconds)
            finally:
                os._exit(1)
        os.close(told)
        with os.fdopen(ready, "rb") as pipe:
            if pipe.read(1) != b"!":
                raise OSError("no TUN device could be made")
        for name, addresses in ((self.near, (NEAR,)), (self.far, (FAR, *FURTHER))):
            _ip("-n", name, "link", "set", "lo", "up")
            for address in addresses:
                _ip("-n", name, "addr", "add", f"{address}/24", "dev", DEVICE)
            _ip("-n", name, "link", "set", DEVICE, "txqueuelen", str(QUEUE), "up")

    def __exit__(self, *_: object) -> None:
        if self._process:
            os.kill(self._process, signal.SIGTERM)
            os.waitpid(self._process, 0)
        for name in (self.near, self.far):
            subprocess.run(["ip", "netns", "del", name], check=False)

    def within(self, name: str, command: Iterable[str]) -> list[str]:
        """The same command inside a namespace."""
        return ["ip", "netns", "exec", name, *command]


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _device_in(namespace: str) -> int:
    with open(f"/run/netns/{namespace}", "rb") as there:
        if ctypes.CDLL(None, use_errno=True).setns(there.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", DEVICE.encode("ascii"), IFF_TUN | IFF_NO_PI))
    return device


def _pass_on(ends: list[int], seconds: float) -> None:
    """Packets leave in the order in which they came, each its own time later."""
    waiting: list[tuple[float, int, int, bytes]] = []
    number = count()
    other = {ends[0]: ends[1], ends[1]: ends[0]}
    while True:
        patience = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for device in select.select(ends, [], [], patience)[0]:
            due = time.monotonic() + seconds
            while (packet := _read(device)) is not None:
                heapq.heappush(waiting, (due, next(number), other[device], packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, device, packet = heapq.heappop(waiting)
            with contextlib.suppress(OSError):  # An end that is not up yet, or no more, loses it.
                os.write(device, packet)


def _read(device: int) -> bytes | None:
    try:
        return os.read(device, LARGEST_PACKET)
    except BlockingIOError:
        return None
