"""Pairs that plans have brought to a server, whose certificate has ended, and that nothing names any more."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.server_facts import Content, FileAt, ServerFacts, content_of
from mailtrust.core.targets.configured import Balancer
from mailtrust.core.targets.mending.own_names import own_names
from mailtrust.core.targets.mending.surveyed import Surveyed
from mailtrust.core.x509.parse import read_pem_certificates
from mailtrust.core.x509.withheld_keys import mark_of, withheld


@frozen
class Spent:
    """A certificate, and the files that hold it and its key."""

    leaf: Certificate
    files: tuple[str, ...]
    """In the order in which they go: a key before what tells of it."""


def besides(server: Surveyed) -> tuple[FileAt, ...]:
    """What has to be read before `spent` can tell, besides what a survey reads."""
    if isinstance(server.product, Balancer):
        return tuple(map(FileAt, server.product.brought(server.facts)))
    return tuple(dict.fromkeys(FileAt(key) for _, _, key in _pairs(server)))


def spent(server: Surveyed, read: ServerFacts, beside: Sequence[Surveyed], now: datetime) -> tuple[Spent, ...]:
    """Those of this server. `read`: the answers to `besides`; `beside`: all that is configured on its machine.

    A file is one that a plan has brought when its name ends with the digest of the certificate that it holds.
    """
    named = set(_named(beside))
    served = {leaf for one in beside for place in one.places if (leaf := one.leaf_of(place))}
    found = {
        one.files: one
        for one in (
            _uploaded(server.product, read) if isinstance(server.product, Balancer) else _in_files(server, read)
        )
        if one.leaf.not_after < now and one.leaf not in served and named.isdisjoint(one.files)
    }
    return tuple(found.values())


def _named(beside: Iterable[Surveyed]) -> Iterator[str]:
    """The files of every place, and where their links lead."""
    for one in beside:
        for place in one.places:
            for path in (place.chain_file, place.key_file, place.issuers_file):
                yield path
                if (content := content_of(one.facts, path)) is not None:
                    yield content.path


def _uploaded(balancer: Balancer, read: ServerFacts) -> Iterator[Spent]:
    for question, answer in read.items():
        if isinstance(question, FileAt) and isinstance(answer, Content):
            for leaf in read_pem_certificates(answer.octets)[:1]:
                if balancer.own_path(leaf) == question.path:
                    yield Spent(leaf, (question.path,))


def _in_files(server: Surveyed, read: ServerFacts) -> Iterator[Spent]:
    for leaf, chain, key in _pairs(server):
        held = content_of(read, key)
        if held is not None and held.octets.strip() == withheld(mark_of(leaf)).strip():
            yield Spent(leaf, (key, chain))


def _pairs(server: Surveyed) -> Iterator[tuple[Certificate, str, str]]:
    """Certificates in files that are called as a plan calls them, and the path of their key."""
    for place in server.places:
        if place.in_place or place.key_file == place.chain_file:
            continue
        for question, answer in server.facts.items():
            if isinstance(question, FileAt) and isinstance(answer, Content) and answer.path == question.path:
                for leaf in read_pem_certificates(answer.octets)[:1]:
                    files = own_names(place, leaf)
                    if files.chain == question.path:
                        yield leaf, files.chain, files.key
