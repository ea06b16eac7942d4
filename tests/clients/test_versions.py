"""A profile says from when its rule holds: where two versions differ, a case shows it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.clients.conftest import Situation

from mailtrust.core.clients import BY_ID, CLIENTS, SINCE, UnknownClientError, client_by_id
from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.validation.names.browsers import names_mozilla
from mailtrust.core.validation.names.gecko_95 import names_gecko_95

Find = Callable[[str], Situation]

ACCEPTED, WARNED, REFUSED = Outcome.ACCEPTED, Outcome.WARNED, Outcome.REFUSED

# older, what it does, newer, what it does, with what, over what
DIFFERENCES = [
    ("gmail-android@api24", ACCEPTED, "gmail-android@api28", REFUSED, "name-in-cn", Protocol.IMAP),
    ("gmail-android@api28", ACCEPTED, "gmail-android@api29", REFUSED, "sha-1", Protocol.IMAP),
    ("gmail-android@api28", ACCEPTED, "gmail-android", REFUSED, "key-encipherment", Protocol.IMAP),
    ("outlook-windows@2007", WARNED, "outlook-windows@2010", ACCEPTED, "second-name", Protocol.IMAP),
    ("java-mail@1.6", ACCEPTED, "java-mail@8", REFUSED, "wrong-name", Protocol.IMAP),
    ("firefox@95", ACCEPTED, "firefox@128", REFUSED, "name-in-cn-private", Protocol.HTTPS),
    ("firefox@128", ACCEPTED, "firefox@135", REFUSED, "no-timestamps", Protocol.HTTPS),
    ("thunderbird@128", ACCEPTED, "thunderbird@140", WARNED, "no-timestamps", Protocol.IMAP),
]
OTHER_FORMS = {"mta-sts@policy"}
"""Not a version: the same client where something else is known."""
SAME_RULES = {
    "outlook-windows": ("2010", "2013", "2016", "m365"),
    "gmail-android": ("api29",),
    "java-mail": ("8", "11", "17"),
    "openssl": ("3",),
}
# That firefox@135 and thunderbird@140 asked responders below public roots, tests/flows/test_revocation.py shows.


@pytest.mark.parametrize(("older", "did", "newer", "does", "name", "protocol"), DIFFERENCES)
def test_versions_differ_where_a_rule_changed(
    situation: Find, older: str, did: Outcome, newer: str, does: Outcome, name: str, protocol: Protocol
) -> None:
    assert situation(name).judged(older, protocol).outcome is did
    assert situation(name).judged(newer, protocol).outcome is does


def test_openssl_versions_differ_in_their_words(situation: Find) -> None:
    said = {
        version: situation("self-signed").judged(f"openssl@{version}", Protocol.SMTP).words[0].text
        for version in ("1.1", "3")
    }
    assert said["1.1"].endswith("self signed certificate")
    assert said["3"].endswith("self-signed certificate")


def test_each_version_is_shown_to_differ_or_to_be_alike() -> None:
    differing = {client for older, _, newer, *_ in DIFFERENCES for client in (older, newer)} | {"openssl@1.1"}
    alike = {f"{client}@{version}" for client, versions in SAME_RULES.items() for version in versions}
    versions = {known for known in BY_ID if "@" in known} - OTHER_FORMS
    assert versions == {known for known in differing if "@" in known} | alike


@pytest.mark.parametrize("client", SAME_RULES)
def test_versions_without_a_change_have_the_newest_rules(client: str) -> None:
    newest = BY_ID[client]
    for version in SAME_RULES[client]:
        profile = BY_ID[f"{client}@{version}"]
        named = replace(newest, id=profile.id, title=profile.title, versions=profile.versions, basis=profile.basis)
        assert profile == named


@pytest.mark.parametrize(
    ("wanted", "known"),
    [
        ("outlook-windows@2003", "outlook-windows@2007"),
        ("Firefox@3", "firefox@128"),
        ("openssl@4", "openssl@1.1"),
        ("gmail-android@", "gmail-android@api24"),
        ("gnutls@3.5", "not told apart"),
    ],
)
def test_an_unknown_version_is_refused_with_those_known(wanted: str, known: str) -> None:
    with pytest.raises(UnknownClientError) as refusal:
        client_by_id(wanted)
    assert known in str(refusal.value)
    name = wanted.partition("@")[0].lower()
    assert all(profile in str(refusal.value) for profile in BY_ID if profile.startswith(f"{name}@"))


def test_what_has_changed_says_when_and_where_that_was_read() -> None:
    assert set(SINCE) <= {client.id for client in CLIENTS}
    assert {profile.partition("@")[0] for profile in BY_ID.keys() - OTHER_FORMS if "@" in profile} <= set(SINCE)
    for change in (change for changes in SINCE.values() for change in changes):
        assert change.when
        assert change.rule
        assert len(change.where) > 5


@pytest.mark.parametrize(
    ("common_name", "reference", "private", "matches"),
    [
        ("mail.example.test", "mail.example.test", True, True),
        ("mail.example.test", "mail.example.test", False, False),
        ("*.example.test", "mail.example.test", True, True),
        ("192.0.2.25", "192.0.2.25", True, True),
        ("2001:db8::1", "2001:db8::1", True, False),
        ("other.example.test", "mail.example.test", True, False),
    ],
)
def test_firefox_95_reads_the_common_name_below_an_added_root_only(
    situation: Find, common_name: str, reference: str, *, private: bool, matches: bool
) -> None:
    leaf = situation("name-in-cn-private").presented[0]
    root = situation("name-in-cn-private").local
    assert root is not None
    assert isinstance(leaf, Certificate)
    named = replace(leaf, subject=replace(leaf.subject, common_names=("first.example.test", common_name)))
    anchor = TrustAnchor(root, locally_added=private)
    assert (not tuple(names_gecko_95(named, reference, anchor))) is matches
    assert tuple(names_mozilla(named, reference, anchor))
