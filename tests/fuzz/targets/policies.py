"""Policies that are on a computer already: what is read is written back octet by octet, and ours comes into it."""

from functools import cache

from tests.fuzz import seeds
from tests.fuzz.documents import refusal
from tests.fuzz.mutation.octets import mutate_octets
from tests.fuzz.target import Target

from mailtrust.core.formats.certificate_blob import properties_in
from mailtrust.core.formats.preg import (
    Entry,
    PolicyFileProblem,
    dword,
    merged,
    read_policy,
    string,
    without,
    write_policy,
)
from mailtrust.core.model.rollout import Anchors
from mailtrust.core.rollout.parts.policy import SETTINGS, certificate_entries

ORDERS = ("**del.Blob", "**delvals.", "**DeleteValues", "**DeleteKeys", "**soft.Flags", "**SecureKey")


@cache
def _ours() -> tuple[Entry, ...]:
    pki = seeds.world().pki
    return (*certificate_entries(Anchors((pki.root.certificate,)), "Example"), *SETTINGS)


@cache
def _policies() -> tuple[bytes, ...]:
    key = r"SOFTWARE\Policies\Microsoft\SystemCertificates"
    orders = tuple(Entry(key, order, 1, b" \0\0\0") for order in ORDERS)
    others = (dword(key, "Flags", 1), string(r"Software\Policies\Example", "caf\u00e9", "x"), Entry(key, "", 0, b""))
    return tuple(map(write_policy, ((), others, _ours(), (*_ours(), *orders), (*others, *orders, *_ours()))))


def _try_policy(octets: bytes) -> bytes:
    try:
        existing = read_policy(octets)
    except PolicyFileProblem as refused:
        return refusal(refused)
    assert write_policy(existing) == octets
    whole = merged(existing, _ours())
    assert merged(whole, _ours()) == whole
    places = {entry.place for entry in _ours()}
    assert without(whole, places) == without(existing, places)
    for entry in existing:
        assert sum(map(len, properties_in(entry.data).values())) <= len(entry.data)
    return write_policy(whole)


POLICY_FILE = Target("policy-file", _policies, mutate_octets, _try_policy, inputs=40_000, bounded=300)
