"""What a program would present had it taken up its files."""

from collections.abc import Collection, Sequence
from datetime import datetime

from mailtrust.core.model.certificate import AnyCertificate, Certificate

Chain = tuple[Certificate, ...]
"""Leaf first."""


def waiting(files: Collection[Chain], sent: Sequence[AnyCertificate], now: datetime) -> Chain | None:
    """The only chain in a program's files that is better than what it sends; None: it sends one of them, or none is.

    Better is a leaf in its time that ends no sooner than the one that is sent: whoever put it there wants it served.
    A server with an RSA and an ECDSA certificate answers one hello by one kind of key, so that kind comes for it.
    """
    shown = next((one for one in sent[:1] if isinstance(one, Certificate)), None)
    better = [
        chain
        for chain in _of_its_kind(files, shown)
        if chain[0].not_before <= now <= chain[0].not_after and (shown is None or chain[0].not_after >= shown.not_after)
    ]
    # GnuTLS sorts what it sends: the same certificates in another order are what the file holds.
    parts = {one.fingerprint for one in sent}
    if len(better) != 1 or any(parts == {part.fingerprint for part in chain} for chain in files):
        return None
    return better[0]


def _of_its_kind(files: Collection[Chain], shown: Certificate | None) -> Collection[Chain]:
    """The chains for the same kind of key; all of them where there is none."""
    if shown is None:
        return files
    return [one for one in files if one[0].public_key.algorithm == shown.public_key.algorithm] or files


def forgotten(files: Collection[Chain], leaf: Certificate, now: datetime) -> Chain | None:
    """What has taken the place of a leaf in a program's files, which the program goes on sending; None: nothing has."""
    if any(chain[0] == leaf for chain in files):
        return None
    better = waiting(files, (leaf,), now)
    return better if better is not None and _akin(leaf, better[0]) else None


def _akin(one: Certificate, other: Certificate) -> bool:
    """Whether they are for the same names, or some of them: then one came after the other."""
    return not {name.lower() for name in one.dns_names}.isdisjoint(name.lower() for name in other.dns_names)
