"""Every announced event has a source, a server that it concerns, and one that it leaves alone."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from mailtrust.core.clients import CLIENTS
from mailtrust.core.forecast import notices as folder
from mailtrust.core.forecast.notices import NOTICES, Situation
from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.rules.grounds.served import served_leaves
from mailtrust.core.validation.ascents import Ascent, ascents
from mailtrust.core.validation.kinds import Kind, kind_of

if TYPE_CHECKING:
    from tests.forecast.conftest import Sky

DAY = timedelta(days=1)
CLIENT_AUTH = ("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2")
ENTRUST_G2 = "43df5774b03e7fef5fe40d931a7bedf1bb2e6b42738c4e6d3841103d3aa7f339"
CHUNGHWA = "c0a6f4dc63a24bfdcf54ef2a6a082a0a72de35803e2ff5ff527ae5d87206dfd5"
CHAMBERS = "063e4afac491dfd332f3089b8542e94617d893d7fe944e10a7937ee29d9693c0"
GLOBALTRUST = "9a296a5182d1d451a2e37f439b74daafa267523329f90f9a0d2007c334e23c9a"
IZENPE = "2530cc8e98321502bad96f9b1fba1b099e2d299e0f4548bb914f363bc0d4531f"
DIGICERT_GLOBAL_G1 = "4348a0e9444c78cb265e058d5e8944b4d84f9662bd26db257f8934a443c70161"
GO_DADDY_CLASS_2 = "c3846bf24b9e93ca64274c0ec67c1ecc5e024ffcacd2d74019350e81fe546ae4"

Make = Callable[["Sky"], Situation]


def situation(
    sky: Sky, owner: str = "Example Trust", *, root_owner: str = "Example Trust", **more: object
) -> Situation:
    """A public certificate of that CA, with a server that shows it."""
    root = sky.root("Root", owner=root_owner)
    given = {"host": sky.host, "issuing": "Issuing", "port": 993, "sent": (), "lookups": (), "stores": None,
             "names": (sky.host,), "days": 80} | more  # fmt: skip
    middle = sky.ca(root, str(given["issuing"]), owner=owner, **dict(more.get("middle", {})))  # type: ignore[call-overload]
    leaf = sky.leaf(
        middle,
        sky.now - 10 * DAY + given["days"] * DAY,  # type: ignore[operator]
        names=given["names"],  # type: ignore[arg-type]
        **dict(more.get("leaf", {})),  # type: ignore[call-overload]
    )
    seen = sky.seen(leaf, middle.certificate, *given["sent"], port=given["port"], host=given["host"])  # type: ignore[misc, arg-type]
    stores = given["stores"](sky, root) if callable(given["stores"]) else sky.stores(root)
    evidence = sky.evidence(seen, stores=stores, lookups=given["lookups"])
    (served,) = served_leaves(evidence)
    return Situation(evidence, served, kind_of(leaf, evidence), ascents(evidence, leaf))


def under(fingerprint: str, owner: str = "Example Trust") -> Make:
    """The chain ends at the root of that fingerprint, whose certificate is not at hand."""

    def make(sky: Sky) -> Situation:
        made = situation(sky)
        root = replace(sky.root("Old Root", owner=owner).certificate, fingerprint=fingerprint)
        return replace(made, ways=(Ascent((made.leaf, root), frozenset(), frozenset(), whole=True),))

    return make


def issued(owner: str, **more: object) -> Make:
    return lambda sky: situation(sky, owner, **more)


def staple(sky: Sky) -> Situation:
    return situation(sky, "Let's Encrypt", leaf={"must_staple": True})


def dst(sky: Sky) -> Situation:
    cross = sky.cross(sky.root("DST Root CA X3"), sky.ca(sky.root("Root"), "ISRG Root X1"), sky.now - 700 * DAY)
    return situation(sky, sent=(cross,))


def many_roots(sky: Sky) -> Situation:
    def stores(sky: Sky, root: object) -> object:
        return sky.stores(root, *(sky.root(f"Root {number}", owner="Example Trust") for number in range(2)))  # type: ignore[arg-type]

    return situation(sky, stores=stores)


def smaller_root_at_microsoft(sky: Sky) -> Situation:
    def stores(sky: Sky, root: object) -> object:
        day = sky.now.replace(year=2025, month=9, day=15, hour=0)
        return sky.stores(root, microsoft=(TrustAnchor(root.certificate, distrust_after=day),))  # type: ignore[attr-defined, arg-type]

    return situation(sky, stores=stores)


CONCERNED: dict[str, Make] = {
    "client-auth-default-off": issued("DigiCert Inc", leaf={"extended_key_usage": CLIENT_AUTH}),
    "client-auth-lets-encrypt": issued("Let's Encrypt", leaf={"extended_key_usage": CLIENT_AUTH}),
    "client-auth-sectigo": issued(
        "A Reseller", root_owner="The USERTRUST Network", leaf={"extended_key_usage": CLIENT_AUTH}
    ),
    "client-auth-digicert": issued("DigiCert Inc", leaf={"extended_key_usage": CLIENT_AUTH}),
    "client-auth-chrome": issued("Example Trust", leaf={"extended_key_usage": CLIENT_AUTH}),
    "symantec": under("ab" * 32, "GeoTrust Inc."),
    "nss-2025": under(GO_DADDY_CLASS_2),
    "nss-2026": under(DIGICERT_GLOBAL_G1),
    "microsoft-2025-09": smaller_root_at_microsoft,
    "globaltrust-mozilla": under(GLOBALTRUST),
    "globaltrust-microsoft": under(GLOBALTRUST),
    "entrust-chrome": under(ENTRUST_G2),
    "entrust-java": under(ENTRUST_G2),
    "entrust-apple": under(ENTRUST_G2),
    "entrust-mozilla": under(ENTRUST_G2),
    "entrust-microsoft": under(ENTRUST_G2),
    "chunghwa-mozilla": under(CHUNGHWA),
    "camerfirma-java": under(CHAMBERS),
    "chunghwa-netlock-chrome": under(CHUNGHWA),
    "chunghwa-java": under(CHUNGHWA),
    "izenpe-mozilla": under(IZENPE),
    "dnssec-validation": issued("Example Trust", lookups=(Lookup("dns-mx", "example.com", (), "SERVFAIL"),)),
    "no-reverse-zones": issued("Example Trust", names=("mail.example.com", "1.2.0.192.in-addr.arpa")),
    "no-telephone-validation": issued("Example Trust", days=190),
    "no-mail-validation": issued("Example Trust", days=190),
    "exchange-online-g2": issued("Microsoft Corporation", host="example-com.mail.protection.outlook.com"),
    "dst-root-x3-cross-sign": dst,
    "lets-encrypt-no-ocsp": staple,
    "lets-encrypt-tlsserver-45-days": issued("Let's Encrypt", leaf={"common_name": None}),
    "lets-encrypt-generation-y": issued("Let's Encrypt", issuing="R11"),
    "lets-encrypt-64-days": issued("Let's Encrypt"),
    "lets-encrypt-2024-intermediates-end": issued("Let's Encrypt", issuing="E7"),
    "chrome-multi-purpose-cas": issued("Example Trust", middle={"extended_key_usage": None}),
    "chrome-two-roots": many_roots,
}


def concerning(made: Situation) -> set[str]:
    return {rule.id for rule in NOTICES if rule.concerns(made)}


@pytest.mark.parametrize("name", sorted(CONCERNED))
def test_an_event_knows_whom_it_concerns(sky: Sky, name: str) -> None:
    assert name in concerning(CONCERNED[name](sky))


def test_every_event_is_asked_here() -> None:
    assert {rule.id for rule in NOTICES} == set(CONCERNED)


def test_every_file_of_the_folder_is_asked() -> None:
    files = {module.name for module in pkgutil.iter_modules(folder.__path__)} - {"rule"}
    known = {file.__name__.rpartition(".")[2] for file in folder._FILES}
    assert files == known, f"add to _FILES in {folder.__file__}: {sorted(files - known)}"


def test_a_plain_certificate_is_left_alone(sky: Sky) -> None:
    assert concerning(situation(sky)) == set()


def test_a_private_ca_is_no_business_of_programmes(sky: Sky) -> None:
    made = situation(
        sky, "DigiCert Inc", leaf={"extended_key_usage": CLIENT_AUTH, "extensions": (), "policies": ()}, days=390,
        stores=lambda sky, root: sky.stores(TrustAnchor(root.certificate, locally_added=True)),
    )  # fmt: skip
    assert made.kind is Kind.PRIVATE_CA
    assert concerning(made) == set()


def test_a_store_that_nobody_was_asked_about_hurts_nobody(sky: Sky) -> None:
    made = under(ENTRUST_G2)(sky)
    openssl = {client.id: client for client in CLIENTS if client.id == "openssl"}
    alone = replace(made, evidence=replace(made.evidence, clients=openssl))
    assert concerning(made) > concerning(alone) == set()


@pytest.mark.parametrize(
    ("owner", "ids"),
    [
        ("Let's Encrypt", {"client-auth-lets-encrypt", "client-auth-chrome", "lets-encrypt-64-days"}),
        ("Sectigo Limited", {"client-auth-default-off", "client-auth-sectigo", "client-auth-chrome"}),
        ("Example Trust", {"client-auth-chrome"}),
    ],
)
def test_each_ca_ends_client_auth_on_its_own_day(sky: Sky, owner: str, ids: set[str]) -> None:
    assert concerning(situation(sky, owner, leaf={"extended_key_usage": CLIENT_AUTH})) == ids


def test_digicerts_own_brands_are_not_symantecs_roots(sky: Sky) -> None:
    assert "symantec" not in concerning(situation(sky, "GeoTrust", root_owner="DigiCert Inc"))


def test_events_stand_in_order_with_source_day_and_words() -> None:
    assert [rule.on for rule in NOTICES] == sorted(rule.on for rule in NOTICES)
    assert len({rule.id for rule in NOTICES}) == len(NOTICES)
    for rule in NOTICES:
        assert rule.source.where, rule.id
        assert date(2018, 1, 1) < rule.on < date(2030, 1, 1), rule.id
        assert str(rule.title)
        assert str(rule.effect).endswith(".")
        assert str(rule.hurts)


def test_a_forecast_names_the_certificates_and_stops_at_its_horizon(sky: Sky) -> None:
    root = sky.root("Root", owner="Example Trust")
    concerned: Certificate = sky.leaf(root, extended_key_usage=CLIENT_AUTH)
    other = sky.leaf(root, sky.now + 70 * DAY)
    seen = (sky.seen(concerned), sky.seen(other, port=443))
    made = sky.forecast(*seen, stores=sky.stores(root))
    (notice,) = [one for one in made.notices if one.rule.id == "client-auth-chrome"]
    assert notice.leaves == (concerned,)
    short = sky.forecast(*seen, stores=sky.stores(root), until=sky.now + 100 * DAY)
    assert not [one for one in short.notices if one.rule.id == "client-auth-chrome"]
