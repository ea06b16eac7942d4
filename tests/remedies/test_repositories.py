"""Where CAs publish their intermediates."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from mailtrust.core.remedies.repositories import REPOSITORIES, repository_named, repository_of


@pytest.mark.parametrize(
    ("organisation", "operator"),
    [
        ("GoDaddy.com, Inc.", "GoDaddy"),
        ("DigiCert Inc", "DigiCert"),
        ("DigiCert, Inc.", "DigiCert"),
        ("Sectigo Limited", "Sectigo"),
        ("The USERTRUST Network", "Sectigo"),
        ("GlobalSign nv-sa", "GlobalSign"),
        ("Let's Encrypt", "Let's Encrypt"),
        ("Google Trust Services LLC", "Google Trust Services"),
        ("Google Trust Services", "Google Trust Services"),
        ("Amazon", "Amazon Trust Services"),
        ("Unizeto Technologies S.A.", "Certum (Asseco)"),
        ("Hellenic Academic and Research Institutions CA", "HARICA"),
        ("Contoso", None),
        (None, None),
    ],
)
def test_by_the_issuer_s_organisation(caseworld: Any, organisation: str | None, operator: str | None) -> None:
    name = caseworld.make_root("A Root", organisation).certificate.subject
    found = repository_named(name)
    assert (found.operator if found else None) == operator


def test_of_a_certificate(caseworld: Any) -> None:
    ca = caseworld.make_root("SwissSign RSA", "SwissSign AG")
    found = repository_of(caseworld.leaf(issuer=ca))
    assert found is not None
    assert found.operator == "SwissSign"


def test_the_table_is_in_order() -> None:
    issuers = [issuer for page in REPOSITORIES for issuer in page.issuers]
    assert len(set(issuers)) == len(issuers)
    assert all(issuer == issuer.lower() for issuer in issuers)
    assert all(urlsplit(page.url).scheme == "https" and urlsplit(page.url).hostname for page in REPOSITORIES)
    # No issuer is a beginning of another CA's: the first that fits would win.
    for page in REPOSITORIES:
        others = [issuer for other in REPOSITORIES if other is not page for issuer in other.issuers]
        assert not [other for issuer in page.issuers for other in others if other.startswith(issuer)]
