"""Which certificate serves a name best: a pure question, answered with its reasons."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.kept import KeptCertificate
from mailtrust.core.services.choice import Choice, choose

HOST = "mail.example.com"


class Shelf:
    """Certificates in a store, and the choice among them."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.added = world.now
        root = TrustAnchor(world.root.certificate)
        self.anchors = AnchorStore("mozilla", world.now, "made here", "0" * 64, (root,))

    def kept(self, one: Certificate, *, key: bool = True, issuers: tuple[Certificate, ...] | None = None) -> Any:
        self.added += timedelta(seconds=1)
        chain = (self.world.intermediate.certificate,) if issuers is None else issuers
        return KeptCertificate(one, () if one.self_issued else chain, key, self.added)

    def choose(self, *kept: KeptCertificate, host: str = HOST, service: Any = None) -> Choice:
        return choose(host, service, kept, stores=(self.anchors,), now=self.world.now)

    def best(self, *kept: KeptCertificate, host: str = HOST, service: Any = None) -> Certificate | None:
        """The best, whatever the order they come in."""
        forward = self.choose(*kept, host=host, service=service).best
        assert self.choose(*kept[::-1], host=host, service=service).best == forward
        return None if forward is None else forward.kept.certificate


@pytest.fixture
def shelf(caseworld: Any) -> Shelf:
    return Shelf(caseworld)


def test_what_lasts_longest(shelf: Shelf) -> None:
    short, long_ = shelf.world.leaf(ends=30), shelf.world.leaf(ends=80)
    assert shelf.best(shelf.kept(short), shelf.kept(long_)) == long_


def test_what_was_added_last_among_equals(shelf: Shelf) -> None:
    one, other = shelf.world.leaf(ends=30), shelf.world.leaf(ends=30)
    assert shelf.best(shelf.kept(one), shelf.kept(other)) == other


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        (lambda s: s.kept(s.world.leaf(ends=90), key=False), "the private key is not here"),
        (lambda s: s.kept(s.world.leaf(begins=-90, ends=-1)), "expired"),
        (lambda s: s.kept(s.world.leaf(begins=1, ends=90)), "not valid before"),
        (
            lambda s: s.kept(s.world.leaf(ends=90, extended_key_usage=("1.3.6.1.5.5.7.3.2",))),
            "extended key usage lacks serverAuth",
        ),
    ],
)
def test_what_cannot_serve(shelf: Shelf, spoiled: Any, said: str) -> None:
    bad, good = spoiled(shelf), shelf.kept(shelf.world.leaf(ends=5))
    assert shelf.best(bad, good) == good.certificate
    assert shelf.best(bad) is None
    (alone,) = shelf.choose(bad).candidates
    assert said in " ".join(map(str, alone.faults))


def test_a_whole_chain_comes_before_a_longer_life(shelf: Shelf) -> None:
    whole, cut = shelf.kept(shelf.world.leaf(ends=5)), shelf.kept(shelf.world.leaf(ends=90), issuers=())
    assert shelf.best(whole, cut) == whole.certificate
    assert shelf.best(cut) == cut.certificate, "better than nothing"
    (alone,) = shelf.choose(cut).candidates
    assert str(alone.drawbacks[0]) == (
        "the chain is not complete: the certificate of Public Issuing CA is missing; import it"
    )


def test_a_root_need_not_be_kept_where_a_store_has_it(shelf: Shelf) -> None:
    leaf = shelf.kept(shelf.world.leaf())
    assert not shelf.choose(leaf).candidates[0].drawbacks
    nowhere = choose(HOST, None, (leaf,), stores=(), now=shelf.world.now)
    assert "the certificate of Public Root is missing" in str(nowhere.candidates[0].drawbacks[0])
    kept = replace(leaf, issuers=(*leaf.issuers, shelf.world.root.certificate))
    assert not choose(HOST, None, (kept,), stores=(), now=shelf.world.now).candidates[0].drawbacks
    assert (
        not choose(HOST, None, (shelf.kept(shelf.world.own()),), stores=(), now=shelf.world.now).candidates[0].drawbacks
    )


@pytest.mark.parametrize(("service", "exact_wins"), [("imap", True), ("pop", True), ("smtp", False), (None, False)])
def test_a_wildcard(shelf: Shelf, service: Any, exact_wins: bool) -> None:
    exact, wild = shelf.world.leaf(ends=20), shelf.world.leaf("*.example.com", ends=80)
    assert shelf.best(shelf.kept(exact), shelf.kept(wild), service=service) == (exact if exact_wins else wild)
    assert shelf.best(shelf.kept(wild), service=service) == wild
    said = " ".join(map(str, shelf.choose(shelf.kept(wild), service=service).candidates[0].drawbacks))
    assert ("Set-ImapSettings" in said) is exact_wins
    both = shelf.world.leaf("*.example.com", HOST, ends=70)
    assert shelf.best(shelf.kept(both), shelf.kept(wild), service="imap") == both, "it names the host itself"


@pytest.mark.parametrize(
    ("host", "names", "found"),
    [
        ("a.b.example.com", ("*.example.com",), False),  # RFC 9525 6.3: one label
        ("example.com", ("*.example.com",), False),
        ("MAIL.example.com", (HOST,), True),
        ("mail.example.com.", (HOST,), True),
        ("mail.example.org", (HOST,), False),
    ],
)
def test_names(shelf: Shelf, host: str, names: tuple[str, ...], found: bool) -> None:
    leaf = shelf.world.leaf(*names)
    assert bool(shelf.choose(shelf.kept(leaf), host=host).candidates) is found


def test_an_address(shelf: Shelf) -> None:
    leaf = shelf.world.leaf(recipe=server_recipe(HOST, "192.0.2.7"))
    named = bool(leaf.ip_addresses)
    assert (shelf.best(shelf.kept(leaf), host="192.0.2.7") == leaf) is named
    assert shelf.best(shelf.kept(leaf), host="192.0.2.8") is None


def test_what_says_that_it_is_a_ca(shelf: Shelf) -> None:
    """As `openssl req -x509` writes it: taken where there is no better."""
    from mailtrust.core.model.certificate import BasicConstraints

    ca = shelf.world.leaf(ends=90, basic_constraints=BasicConstraints(ca=True, path_length=None))
    good = shelf.world.leaf(ends=3)
    assert shelf.best(shelf.kept(ca), shelf.kept(good)) == good
    assert shelf.best(shelf.kept(ca)) == ca
