"""What the engines' searches say, and Android's, whose engine is not to be had here."""

from typing import Any

import pytest

from mailtrust.core.model.client import Limits
from mailtrust.core.model.pool import Source
from mailtrust.core.validation.engines import CHECKS_CONSCRYPT, CHECKS_GNUTLS, CHECKS_JAVA, CHECKS_OPENSSL
from mailtrust.core.validation.search.all_paths import search_all_paths
from mailtrust.core.validation.search.conscrypt import search_conscrypt
from mailtrust.core.validation.search.first_issuer import search_first_issuer
from mailtrust.core.validation.search.gnutls import search_gnutls
from mailtrust.core.validation.search.java import search_java
from mailtrust.core.x509.parse import read_certificate

ENGINES = [
    (search_first_issuer, CHECKS_OPENSSL),
    (search_gnutls, CHECKS_GNUTLS),
    (search_java, CHECKS_JAVA),
    (search_conscrypt, CHECKS_CONSCRYPT),
]
GARBAGE = read_certificate(b"\x30\x03\x02\x01\x00")


def decisive(result: Any) -> list[str]:
    return [reason.code for reason in result.attempts[0].reasons]


@pytest.mark.parametrize(("search", "checks"), ENGINES)
def test_common_ends_have_the_same_codes(search: Any, checks: Any, pki: Any) -> None:
    root, stranger = pki.root(), pki.root("Stranger")
    issuing = pki.intermediate(root)
    leaf, alone = pki.leaf(issuing), pki.alone()

    def found(sent: list[Any], *anchors: Any) -> list[str]:
        return decisive(search(pki.problem(sent, pki.store(*anchors), checks=checks)))

    assert found([leaf, issuing], root) == []
    assert found([leaf], root) == ["chain-incomplete"]
    assert found([leaf, issuing], stranger) == ["chain-incomplete"]
    assert found([leaf, issuing, root], stranger) == ["anchor-unknown"]
    assert found([leaf, issuing]) == ["chain-incomplete"]
    assert found([alone], root) == ["self-signed"]
    assert found([alone], alone) == []
    assert found([pki.leaf(issuing, days=(-90, -1)), issuing], root) == ["expired"]
    assert search(pki.problem([], pki.store(root), checks=checks)).attempts == ()
    assert search(pki.problem([GARBAGE, issuing], pki.store(root), checks=checks)).attempts == ()


@pytest.mark.parametrize(("search", "checks"), ENGINES)
def test_a_presented_certificate_that_cannot_be_read(search: Any, checks: Any, pki: Any) -> None:
    root = pki.root()
    issuing = pki.intermediate(root)
    result = search(pki.problem([pki.leaf(issuing), issuing, GARBAGE], pki.store(root), checks=checks))
    # OpenSSL's library reads certificate by certificate; the others refuse the message
    assert decisive(result) == ([] if search is search_first_issuer else ["certificate-unparsable"])


@pytest.mark.parametrize(("search", "checks"), [*ENGINES, (search_all_paths, CHECKS_OPENSSL)])
def test_a_spent_budget_fails_closed(search: Any, checks: Any, pki: Any) -> None:
    root = pki.root()
    issuing = pki.intermediate(root)
    problem = pki.problem([pki.leaf(issuing), issuing], pki.store(root), checks=checks, limits=Limits(budget=2))
    result = search(problem)
    assert result.budget_exceeded
    assert all(attempt.anchor is None or attempt.reasons for attempt in result.attempts)


def test_openssl_says_which_namesake_it_passed_over(pki: Any) -> None:
    root = pki.root()
    issuing, impostor = pki.intermediate(root), pki.intermediate(root, key_name="impostor")
    leaf = pki.leaf(issuing)
    result = search_first_issuer(pki.problem([leaf, impostor], pki.store(root), checks=CHECKS_OPENSSL))
    (reason,) = result.attempts[0].reasons
    assert reason.code == "chain-incomplete"
    assert reason.fact("passed_over") == impostor.certificate.fingerprint


def test_java_takes_ten_certificates(pki: Any) -> None:
    root = pki.root()
    issuing = pki.intermediate(root)
    leaf = pki.leaf(issuing)
    ten = [leaf, issuing, *[pki.intermediate(root, f"Stranger {number}") for number in range(8)]]
    store = pki.store(root)
    assert decisive(search_java(pki.problem(ten, store, checks=CHECKS_JAVA))) == []
    eleven = [*ten, pki.intermediate(root, "Stranger 8")]
    assert decisive(search_java(pki.problem(eleven, store, checks=CHECKS_JAVA))) == ["path-budget-exceeded"]


def test_gnutls_takes_sixteen_certificates(pki: Any) -> None:
    root = pki.root()
    issuing = pki.intermediate(root)
    strangers = [pki.intermediate(root, f"Stranger {number}") for number in range(15)]
    sixteen = [pki.leaf(issuing), issuing, *strangers[:14]]
    store = pki.store(root)
    assert decisive(search_gnutls(pki.problem(sixteen, store, checks=CHECKS_GNUTLS))) == []
    more = [*sixteen, strangers[14]]
    assert decisive(search_gnutls(pki.problem(more, store, checks=CHECKS_GNUTLS))) == ["path-budget-exceeded"]


# google/conscrypt TrustManagerImpl.java, checkTrustedRecursive


def conscrypt(pki: Any, sent: list[Any], *anchors: Any, more: Any = None) -> Any:
    extra = {} if more is None else {"more": more}
    return search_conscrypt(pki.problem(sent, pki.store(*anchors), checks=CHECKS_CONSCRYPT, **extra))


def test_android_takes_certificates_in_any_order(pki: Any) -> None:
    root = pki.root()
    first = pki.intermediate(root, "First")
    second = pki.intermediate(first, "Second")
    leaf = pki.leaf(second)
    result = conscrypt(pki, [leaf, root, first, pki.intermediate(root, "Stranger"), second], root)
    assert result.attempts[0].reasons == ()
    assert len(result.attempts[0].links) == 3


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"days": (-900, -3)}, "chain-expired-issuer"),
        ({"days": (3, 900)}, "not-yet-valid"),
        ({"signature_hash": "sha1"}, "signature-weak"),
    ],
)
def test_android_passes_over_a_bad_twin(pki: Any, bad: dict[str, Any], code: str) -> None:
    root = pki.root()
    issuing, twin = pki.intermediate(root), pki.intermediate(root, **bad)
    leaf = pki.leaf(issuing)
    result = conscrypt(pki, [leaf, twin, issuing], root)
    assert result.attempts[0].reasons == ()
    assert [reason.code for reason in result.attempts[1].reasons if reason.certificate == twin.certificate.fingerprint]
    only = conscrypt(pki, [leaf, twin], root)
    assert code in decisive(only)
    assert only.attempts[0].anchor is None


def test_android_stops_at_a_self_issued_certificate(pki: Any) -> None:
    old, root = pki.root("Old Root"), pki.root()
    cross = pki.cross(old, root)
    issuing = pki.intermediate(root)
    leaf = pki.leaf(issuing)
    # The root that was sent leads nowhere, its cross-sign does: it goes back
    result = conscrypt(pki, [leaf, issuing, root, cross], old)
    assert result.attempts[0].reasons == ()
    assert [[reason.code for reason in one.reasons] for one in result.attempts[1:]] == [["anchor-unknown"]]


def test_android_does_not_judge_a_leaf_in_the_store(pki: Any) -> None:
    leaf = pki.leaf(pki.intermediate(pki.root()), days=(-90, -1), extended_key_usage=())
    assert conscrypt(pki, [leaf], leaf).attempts[0].reasons == ()
    # Subject and key are enough
    twin = pki.leaf(pki.root("Another"), days=(-90, -1))
    assert conscrypt(pki, [leaf], twin).attempts[0].reasons == ()


def test_android_remembers_intermediates_where_the_profile_says_so(pki: Any) -> None:
    root = pki.root()
    issuing = pki.intermediate(root)
    leaf = pki.leaf(issuing)
    result = conscrypt(pki, [leaf], root, more=pki.pool(issuing, source=Source.CATALOGUE))
    assert result.attempts[0].reasons == ()
    assert result.attempts[0].links[1].source is Source.CATALOGUE
