"""A world of names, ports and certificates that walks are taken through, without a network."""

import pytest
from tests.discovery.worldlet import Guide, Web, Worldlet


@pytest.fixture
def guide() -> Guide:
    return Guide()


@pytest.fixture
def worldlet() -> type[Worldlet]:
    return Worldlet


@pytest.fixture
def web() -> type[Web]:
    return Web
