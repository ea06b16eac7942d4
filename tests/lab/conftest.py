"""Worlds for tests, with names of their own."""

import base64
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailtrust.lab.world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An empty world; whoever declares servers in it brings it up with `async with`."""
    made = World(tmp_path, now=datetime.now(UTC), domain="post.example", ca_name="Sample Authority")
    yield made
    await made.stop()


@pytest.fixture
def presented() -> Callable[[str], list[bytes]]:
    """The certificates in `openssl s_client -showcerts` output, as DER."""
    block = re.compile(r"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
    return lambda output: [base64.b64decode(body) for body in block.findall(output)]
