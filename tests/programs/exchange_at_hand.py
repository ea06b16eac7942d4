"""A small Exchange organisation behind its endpoint, and a shell opened there: what tests of live endpoints take.

A plugin of pytest's (tests/conftest.py names it), so every room has the same; what it stands on is imported late, as
most tests need none of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from mailtrust.edge.transport.shell import Login, place_of

if TYPE_CHECKING:
    from tests.programs.exchange_cmdlets import Exchange
    from tests.programs.exchange_shell import ExchangeShell

    from mailtrust.edge.transport.psrp import PsrpShell

ADMIN = Login("basic", "EXAMPLE\\admin", "geheim")


@pytest.fixture
def exchange() -> Exchange:
    from tests.programs import exchange_small as small
    from tests.programs.exchange_cmdlets import Exchange

    return Exchange(small.organisation())


@pytest.fixture
def endpoint(exchange: Exchange) -> Iterator[ExchangeShell]:
    from tests.programs.exchange_shell import ExchangeShell

    with ExchangeShell(exchange) as running:
        yield running


@pytest.fixture
def shell(endpoint: ExchangeShell) -> Iterator[PsrpShell]:
    from mailtrust.edge.transport.opening import open_shell

    opened = open_shell(place_of(endpoint.url), ADMIN)
    yield opened
    opened.close()
