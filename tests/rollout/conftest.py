"""Anchors to bring out: what a private CA has, and a server's certificate that vouches for itself."""

from datetime import UTC, datetime, timedelta

import pytest

from mailtrust.core.issuance.authority import make_intermediate, make_root, self_signed
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import intermediate_recipe, root_recipe, server_recipe
from mailtrust.core.model.rollout import Anchors, Wish

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
YEARS = timedelta(days=3650)


@pytest.fixture(scope="session")
def anchors() -> Anchors:
    """A root and an intermediate."""
    root = make_root(
        root_recipe("Exämple Mail Root", "Example"),
        make_key("ec-p256"),
        serial=1,
        not_before=NOW,
        not_after=NOW + YEARS,
    )
    below = make_intermediate(
        root, intermediate_recipe("Example Mail Issuing"), make_key("ec-p256"),
        serial=2, not_before=NOW, not_after=NOW + YEARS,
    )  # fmt: skip
    return Anchors((root.certificate,), (below.certificate,))


@pytest.fixture(scope="session")
def server() -> Anchors:
    """A server's own certificate and nothing else."""
    own = self_signed(
        server_recipe("mailstore.example.com"), make_key("rsa-2048"), serial=3, not_before=NOW, not_after=NOW + YEARS
    )
    return Anchors((), (), (own.certificate,))


@pytest.fixture
def wish(anchors: Anchors) -> Wish:
    """The root and the intermediate, for Example."""
    return Wish(anchors, "Example Mail", NOW)
