"""What findings stand on: which observations are looked at, and how they are folded."""

from typing import Any

from mailtrust.core.model.endpoint import Offer
from mailtrust.core.rules.grounds.naming import called, called_leaf
from mailtrust.core.rules.grounds.served import looked_at, place, places, served_leaves
from mailtrust.core.validation.ascents import MOST_PATHS, ascents


def test_another_offer_counts_where_it_shows_another_leaf(caseworld: Any) -> None:
    rsa = (caseworld.leaf(), caseworld.intermediate.certificate)
    ecdsa = (caseworld.leaf(key="ec-p256"), caseworld.intermediate.certificate)
    evidence = caseworld.judge(
        caseworld.seen(ecdsa),
        caseworld.seen(ecdsa, offer=Offer.ECDSA),
        caseworld.seen(rsa, offer=Offer.RSA),
        caseworld.seen(rsa, offer=Offer.NO_SNI),
        caseworld.seen(rsa, offer=Offer.LEGACY),
    )
    assert [seen.offer for seen in looked_at(evidence)] == [Offer.DEFAULT, Offer.RSA]
    assert [served.leaf for served in served_leaves(evidence)] == [ecdsa[0], rsa[0]]


def test_legacy_counts_where_nothing_newer_was_had(caseworld: Any) -> None:
    chain = (caseworld.leaf(), caseworld.intermediate.certificate)
    legacy = caseworld.seen(chain, offer=Offer.LEGACY, tls_version="TLSv1")
    evidence = caseworld.judge(caseworld.seen(caseworld.failure()), legacy)
    assert looked_at(evidence) == (legacy,)


def test_one_leaf_with_two_chains_is_one_thing_served(caseworld: Any) -> None:
    leaf = caseworld.leaf()
    whole = (leaf, caseworld.intermediate.certificate)
    evidence = caseworld.judge(caseworld.seen(whole, 993), caseworld.seen((leaf,), 465), caseworld.seen(whole, 443))
    (served,) = served_leaves(evidence)
    assert [(len(chain), [seen.endpoint.port for seen in where]) for chain, where in served.chains()] == [
        (2, [993, 443]),
        (1, [465]),
    ]


def test_places_are_said_shortly(caseworld: Any) -> None:
    chain = (caseworld.leaf(),)
    seens = [caseworld.seen(chain, 465), caseworld.seen(chain, 993), caseworld.seen(chain, 25, "2001:db8::1")]
    assert places(seens) == ("mail.example.com:465/993", "[2001:db8::1]:25")
    assert place(seens[2]) == "[2001:db8::1]:25"


def test_how_certificates_are_called(caseworld: Any) -> None:
    assert called_leaf(caseworld.leaf("mail.example.com")) == "mail.example.com"
    assert called_leaf(caseworld.leaf("mail.example.com", common_name=None)) == "mail.example.com"
    assert called(caseworld.make_root("Evil \x1b[2J\u202eRoot").certificate.subject).isprintable()


def test_a_forest_of_cross_signs_has_an_end(caseworld: Any) -> None:
    """Six CAs that all sign each other have thousands of paths; only so many are looked at."""
    cas = [caseworld.make_root(f"Tangled {number}") for number in range(6)]
    crosses = [caseworld.cross(one, other).certificate for one in cas for other in cas if one is not other]
    leaf = caseworld.leaf(issuer=cas[0], public=False)
    evidence = caseworld.judge(caseworld.seen((leaf, *crosses)), clients=())
    ways = ascents(evidence, leaf)
    assert 1 <= len(ways) <= MOST_PATHS
    assert all(len(way.certificates) <= 8 for way in ways)


def test_no_anchor_no_issuer_one_way_into_the_open(caseworld: Any) -> None:
    leaf = caseworld.leaf()
    (way,) = ascents(caseworld.judge(caseworld.seen((leaf,)), anchors=()), leaf)
    assert not way.whole
    assert way.certificates == (leaf,)
    assert way.intermediates == ()
