"""Where a certificate says that one may ask about its revocation stands one calamity after the other.

Each is a whole check over the wire of a certificate that was revoked (or not): what becomes of the question, what
Firefox makes of it, and MailStore's add-in, which asks for lists too, and what the administrator is told.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailtrust.core.issuance.ocsp_answer import make_refusal
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.status import Way
from mailtrust.core.x509.pem import to_pem
from mailtrust.edge.lookup.download import Bounds
from mailtrust.edge.lookup.revocation import StatusLimits
from mailtrust.lab.aia_host import GIGABYTE, NOT_FOUND, Answer
from mailtrust.lab.pki import Issued
from mailtrust.lab.runner import look
from mailtrust.lab.world import World

HTML = b"<!DOCTYPE html><html><title>This domain is for sale</title></html>"
PATIENT = StatusLimits()
IMPATIENT = StatusLimits(seconds=1.0, answer=Bounds(seconds=0.3), list=Bounds(seconds=0.3))
DAY = timedelta(days=1)

Prepare = Callable[[World, Issued], None]


def spoil(change: Callable[[Answer], Answer]) -> Prepare:
    """Revoked, and the desk's answers come changed."""

    def prepare(world: World, leaf: Issued) -> None:
        world.revoke(leaf)
        world.desk.spoil = change

    return prepare


def instead(answer: Answer) -> Prepare:
    return spoil(lambda _: answer)


def outdated(world: World, leaf: Issued) -> None:
    world.revoke(leaf)
    world.desk.validity = (world.now - 20 * DAY, world.now - 10 * DAY)


def later(world: World, leaf: Issued) -> None:
    world.revoke(leaf)
    world.desk.validity = (world.now + 2 * DAY, world.now + 3 * DAY)


def stranger_signs(world: World, leaf: Issued) -> None:
    """A liar: the answer is signed by another CA, who has no say in it."""
    world.revoke(leaf)
    world.desk.signer = world.pki.another_root("Liar")
    world.desk.authority = world.desk.signer


def forger_signs(world: World, leaf: Issued) -> None:
    """A liar with the right name and another key."""
    world.revoke(leaf)
    world.desk.signer = world.desk.authority = replace(world.pki.intermediate, key=world.pki.root.key)


def entrusted(world: World, leaf: Issued) -> None:
    """Nothing wrong with that: the CA lets somebody else answer."""
    world.revoke(leaf)
    recipe = replace(server_recipe("ocsp.example"), extended_key_usage=("1.3.6.1.5.5.7.3.9",))
    made = world.pki.leaf("ocsp.example", recipe=recipe)
    world.desk.signer = replace(world.pki.root, certificate=made.certificate, key=made.key)


def unknown(world: World, _: Issued) -> None:
    world.desk.speaks_for = lambda _: False


def good(_world: World, _leaf: Issued) -> None:
    """Nothing wrong at all."""


@dataclass(frozen=True, slots=True)
class Hell:
    """One calamity."""

    name: str
    prepare: Prepare
    said: str
    """What is said about the address; empty: it was answered."""
    firefox: str
    addin: str
    found: str
    """The rules that give a finding, of the two that are about revocation."""
    way: Way = "ocsp"
    limits: StatusLimits = PATIENT
    through_proxy: bool = False
    """Asked through the host as a proxy: so it may have a public name, and private addresses are not visited."""


MOVED = "302 Found"
LOST, SILENT, HEARD = "accepted", "revocation-unreachable", "revoked"
CALAMITIES = (
    Hell("all is well", good, "", "accepted", "accepted", ""),
    Hell("all is well on the list", good, "", "accepted", "accepted", "", way="crl"),
    Hell("revoked", spoil(lambda answer: answer), "", "refused", "refused", HEARD),
    Hell("revoked on the list", spoil(lambda answer: answer), "", "accepted", "refused", HEARD, way="crl"),
    Hell("said by somebody entrusted", entrusted, "", "refused", "refused", HEARD),
    Hell("unknown", unknown, "", "refused", "accepted", SILENT),
    Hell("signed by a stranger", stranger_signs, "", LOST, LOST, SILENT),
    Hell("a stranger's list", stranger_signs, "", LOST, LOST, SILENT, way="crl"),
    Hell("forged", forger_signs, "", LOST, LOST, SILENT),
    Hell("a forged list", forger_signs, "", LOST, LOST, SILENT, way="crl"),
    # Gecko heeds a revocation however old (asked of Firefox 153); nobody else does.
    Hell("outdated", outdated, "", "refused", LOST, f"{HEARD} {SILENT}"),
    Hell("an outdated list", outdated, "", LOST, LOST, SILENT, way="crl"),
    Hell("of the day after tomorrow", later, "", LOST, LOST, SILENT),
    Hell("try later", instead(Answer(make_refusal("tryLater"))), "", LOST, LOST, SILENT),
    Hell("html", instead(Answer(HTML, content_type="text/html")), "a web page", LOST, LOST, SILENT),
    Hell("html instead of a list", instead(Answer(HTML)), "a web page", LOST, LOST, SILENT, way="crl"),
    Hell("nothing at all", instead(Answer()), "an empty answer", LOST, LOST, SILENT),
    Hell("404", instead(NOT_FOUND), "404", LOST, LOST, SILENT),
    Hell("slow", spoil(lambda answer: replace(answer, pause=5)), "within 0.", LOST, LOST, SILENT, limits=IMPATIENT),
    Hell(
        "a slow list", spoil(lambda answer: replace(answer, pause=5)), "within 0.", LOST, LOST, SILENT, "crl", IMPATIENT
    ),
    Hell("a gigabyte", spoil(lambda answer: replace(answer, padding=GIGABYTE)), "larger than", LOST, LOST, SILENT),
    Hell(
        "a list of a gigabyte, not announced",
        spoil(lambda answer: replace(answer, padding=GIGABYTE, announced=False)),
        "larger than",
        LOST,
        LOST,
        SILENT,
        way="crl",
    ),
    Hell(
        "pem instead of der",
        spoil(lambda answer: Answer(to_pem(answer.body, "X509 CRL").encode())),
        "It is PEM",
        LOST,
        LOST,
        SILENT,
        way="crl",
    ),
    Hell(
        "redirect to a private address",
        instead(Answer(status=MOVED, location="http://192.168.7.7/ocsp")),
        "not a public address",
        LOST,
        LOST,
        SILENT,
        through_proxy=True,
    ),
    Hell(
        "redirect to this machine",
        instead(Answer(status=MOVED, location="http://127.0.0.1/issuing-ca.crl")),
        "not a public address",
        LOST,
        LOST,
        SILENT,
        way="crl",
        through_proxy=True,
    ),
)


async def checked(hell: Hell, folder: Path) -> Assessment:
    world = World(folder, now=datetime.now(UTC), domain="post.example", ca_name="Sample Authority")
    urls = {"ocsp": world.desk.ocsp_url, "crl": world.desk.crl_url}
    url = urls[hell.way]
    if hell.through_proxy:
        url = url.replace(world.aia.base, f"http://pki.{world.domain}")
    recipe = server_recipe(world.name("mail"))
    leaf = world.pki.leaf(
        world.name("mail"),
        recipe=replace(
            recipe, ocsp_urls=(url,) if hell.way == "ocsp" else (), crl_urls=(url,) if hell.way == "crl" else ()
        ),
    )
    hell.prepare(world, leaf)
    world.serve("mail", "https", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.url("mail", "https")
    async with world:
        return await look(world, status_limits=hell.limits, proxy=world.aia.base if hell.through_proxy else None)


@pytest.mark.parametrize("hell", CALAMITIES, ids=lambda hell: hell.name)
async def test_a_calamity_is_survived_and_told(tmp_path: Path, hell: Hell) -> None:
    assessment = await checked(hell, tmp_path)
    (asked,) = (one for one in assessment.evidence.case.lookups if one.kind == hell.way)
    assert isinstance(asked, Lookup)
    assert hell.said in asked.failure
    assert bool(asked.failure) == bool(hell.said)
    assert len(assessment.evidence.case.fetched) == (0 if hell.said else 1)
    outcomes = {verdict.client: verdict.outcome.value for verdict in assessment.evidence.verdicts}
    assert (outcomes["firefox"], outcomes["mailstore-addin"]) == (hell.firefox, hell.addin)
    assert outcomes["openssl"] == outcomes["chrome"] == outcomes["outlook-windows"] == "accepted", "they ask nobody"
    found = {
        result.rule for result in assessment.results if isinstance(result, Finding) and result.rule in (HEARD, SILENT)
    }
    assert found == set(hell.found.split())


async def test_a_slow_responder_is_waited_for_no_longer_than_the_bounds_say(tmp_path: Path) -> None:
    """Nothing is timed here: the responder would keep its answer back longer than the test may last."""
    hell = Hell("never", spoil(lambda answer: replace(answer, pause=3600)), "", LOST, LOST, SILENT, limits=IMPATIENT)
    assessment = await checked(hell, tmp_path)
    (asked,) = (one for one in assessment.evidence.case.lookups if one.kind == "ocsp")
    assert asked.failure
