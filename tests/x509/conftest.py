"""One small world of certificates for the tests of files and bundles.

A root, an intermediate below it, a server below that; the root is also cross-signed by an old one.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailtrust.core.issuance.authority import Authority, Issued, cross_sign, issue, make_intermediate, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import intermediate_recipe, root_recipe, server_recipe

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=90)


@pytest.fixture(scope="session")
def root() -> Authority:
    return make_root(root_recipe("New Root"), make_key("rsa-2048"), serial=1, not_before=START, not_after=END)


@pytest.fixture(scope="session")
def crossed(root: Authority) -> Authority:
    old = make_root(root_recipe("Old Root"), make_key("ec-p256"), serial=2, not_before=START, not_after=END)
    recipe = replace(root_recipe("New Root"), authority_key_identifier="right")
    return cross_sign(old, root, recipe, serial=3, not_before=START, not_after=END + timedelta(days=1))


@pytest.fixture(scope="session")
def intermediate(root: Authority) -> Authority:
    recipe = intermediate_recipe("Issuing CA")
    return make_intermediate(root, recipe, make_key("ec-p256"), serial=4, not_before=START, not_after=END)


@pytest.fixture(scope="session")
def server(intermediate: Authority) -> Issued:
    names = server_recipe("mail.example.org", "autodiscover.example.org")
    return issue(intermediate, names, make_key("rsa-2048"), serial=5, not_before=START, not_after=END)
