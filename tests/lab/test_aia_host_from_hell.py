"""A server sends its leaf alone, and at the address where the issuer should be stands one calamity after the other.

Each is a whole check over the wire: what becomes of the download, what Outlook, which downloads, makes of it, and what
the report says about the address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.pool import Source
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.pkcs7 import write_pkcs7
from mailtrust.edge.lookup.aia import AiaLimits
from mailtrust.edge.lookup.download import Bounds
from mailtrust.lab.aia_host import GIGABYTE, NOT_FOUND, Answer
from mailtrust.lab.pki import Issued
from mailtrust.lab.runner import look
from mailtrust.lab.world import World

NAME = "issuing-ca.crt"
"""What the lab's leaves name as their issuer's address."""
HTML = b"<!DOCTYPE html><html><title>Welcome to the new web site of our CA</title></html>"
PATIENT = AiaLimits()
IMPATIENT = AiaLimits(seconds=1.0, one=Bounds(seconds=0.3))


def intermediate(world: World) -> bytes:
    return world.pki.intermediate.certificate.der


def publish(make: Callable[[World], bytes | Answer]) -> Callable[[World], Issued]:
    """The usual leaf, whose issuer's address answers like this."""

    def prepare(world: World) -> Issued:
        world.aia.publish(NAME, make(world))
        return world.pki.leaf(world.name("mail"))

    return prepare


def naming(*make: Callable[[World], str]) -> Callable[[World], Issued]:
    """A leaf that names these addresses."""
    return lambda world: world.pki.leaf(world.name("mail"), ca_issuers=tuple(one(world) for one in make))


def own(name: str, answer: Answer) -> Callable[[World], str]:
    return lambda world: world.aia.publish(name, answer)


def loop(world: World) -> Issued:
    """Two authorities that vouch for each other, and for neither does anybody else."""
    first, second = world.pki.another_root("One"), world.pki.another_root("Two")
    urls = tuple(f"{world.aia.base}/{name}.crt" for name in ("one", "two"))
    for subject, by, name, above in ((first, second, "one.crt", urls[1]), (second, first, "two.crt", urls[0])):
        world.aia.publish(name, world.pki.cross_sign(subject, by=by, ca_issuers=(above,)).der)
    return world.pki.leaf(world.name("mail"), by=first, ca_issuers=urls[:1])


def impostor(world: World) -> Issued:
    """The address holds a certificate of the same name with another key."""
    leaf = world.pki.leaf(world.name("mail"))
    world.pki.another_intermediate("Issuing CA")
    return leaf


@dataclass(frozen=True, slots=True)
class Hell:
    """One calamity."""

    name: str
    prepare: Callable[[World], Issued]
    said: str
    """What is said about the address."""
    outlook: str
    """accepted where the issuer was had in spite of all."""
    limits: AiaLimits = PATIENT
    through_proxy: bool = False
    """Fetched through the host as a proxy: so it may have a public name, and private addresses are not visited."""


MOVED = "302 Found"
CALAMITIES = (
    Hell(
        "p7c",
        publish(
            lambda world: Answer(
                write_pkcs7((world.pki.root.certificate, world.pki.intermediate.certificate)),
                content_type="application/pkcs7-mime",
            )
        ),
        "the issuer of",
        "accepted",
    ),
    Hell("pem", publish(lambda world: to_pem(world.pki.intermediate.certificate).encode()), "It is PEM", "accepted"),
    Hell("html", publish(lambda _: Answer(HTML, content_type="text/html")), "a web page", "warned"),
    Hell("html that claims to be one", publish(lambda _: Answer(HTML)), "a web page", "warned"),
    Hell("nothing at all", publish(lambda _: b""), "an empty answer", "warned"),
    Hell("404", publish(lambda _: NOT_FOUND), "404", "warned"),
    Hell(
        "slow", publish(lambda world: Answer(intermediate(world), pause=5)), "within 0.3 seconds", "warned", IMPATIENT
    ),
    Hell(
        "a gigabyte, announced",
        publish(lambda world: Answer(intermediate(world), padding=GIGABYTE)),
        "larger than",
        "warned",
    ),
    Hell(
        "a gigabyte, not announced",
        publish(lambda world: Answer(intermediate(world), padding=GIGABYTE, announced=False)),
        "larger than",
        "warned",
    ),
    Hell(
        "loop of redirects",
        publish(lambda world: Answer(status=MOVED, location=f"/{NAME}")),
        "more than 5 times",
        "warned",
    ),
    Hell(
        "redirect to a private address",
        naming(
            lambda world: own("moved.crt", Answer(status=MOVED, location="http://192.168.7.7/issuing-ca.crt"))(
                world
            ).replace(world.aia.base, f"http://pki.{world.domain}")
        ),
        "not a public address",
        "warned",
        through_proxy=True,
    ),
    Hell(
        "redirect to this machine",
        naming(
            lambda world: own("moved.crt", Answer(status=MOVED, location="http://127.0.0.1/issuing-ca.crt"))(
                world
            ).replace(world.aia.base, f"http://pki.{world.domain}")
        ),
        "not a public address",
        "warned",
        through_proxy=True,
    ),
    Hell("loop of issuers", loop, "the issuer of", "warned"),
    Hell("right name, wrong key", impostor, "another key made the signature", "warned"),
    Hell(
        "LDAP",
        naming(lambda world: f"ldap:///CN=Issuing%20CA,CN=AIA,DC={world.domain.split('.')[0]}?cACertificate?base"),
        "Only members of the directory reach it",
        "warned",
    ),
    Hell(
        "several, of which the last one works",
        naming(
            lambda world: f"ldap:///CN=Issuing%20CA,DC={world.domain.split('.')[0]}?cACertificate",
            own("gone.crt", NOT_FOUND),
            own("page.crt", Answer(HTML)),
            lambda world: f"{world.aia.base}/{NAME}",
        ),
        "the issuer of",
        "accepted",
    ),
)


def outcome(assessment: Assessment, client: str) -> str:
    (verdict,) = (one for one in assessment.evidence.verdicts if one.client == client)
    return verdict.outcome.value


def downloads(assessment: Assessment) -> list[Lookup]:
    return [lookup for lookup in assessment.evidence.case.lookups if lookup.kind == "aia"]


@pytest.fixture(params=[("post.example", 0), ("xn--socit-esab.example", 1500)], ids=["here", "elsewhere, later"])
def hell(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    domain, days = request.param
    return World(tmp_path, now=datetime.now(UTC) + timedelta(days=days), domain=domain, ca_name="Sample Authority")


@pytest.mark.parametrize("calamity", CALAMITIES, ids=lambda calamity: calamity.name)
async def test_the_check_says_what_came_and_goes_on(hell: World, calamity: Hell) -> None:
    leaf = calamity.prepare(hell)
    hell.serve("mail", "https", chain=(leaf.certificate,), by=leaf)
    hell.trust(hell.pki.root.certificate)
    hell.target = hell.url("mail", "https")
    async with hell:
        assessment = await look(
            hell, aia_limits=calamity.limits, proxy=hell.aia.base if calamity.through_proxy else None
        )
    words = [word for lookup in downloads(assessment) for word in (*lookup.answer, lookup.failure)]
    assert any(calamity.said in word for word in words), words
    assert outcome(assessment, "outlook-windows") == calamity.outlook
    # Who never downloads is not helped by any of it.
    assert outcome(assessment, "gmail-android") == "refused"
    had = [entry for entry in assessment.evidence.case.pool if Source.AIA in entry.sources]
    if calamity.outlook == "accepted":
        assert hell.pki.intermediate.certificate in [entry.certificate for entry in had]
        assert "serve-chain" in {remedy.kind for remedy in assessment.remedies}
    assert len(hell.aia.asked) == len(set(hell.aia.asked)) or calamity.name == "loop of redirects"
    assert not any("192.168" in asked or "127.0.0.1" in asked for asked in hell.aia.asked)
    assert {finding.rule for finding in assessment.findings} & {"chain-incomplete", "anchor-unknown", "anchor-private"}


async def test_of_a_gigabyte_a_mouthful_is_read(hell: World) -> None:
    """What is not announced is cut off at a megabyte, and nothing of it is kept."""
    hell.aia.publish(NAME, Answer(padding=GIGABYTE, announced=False))
    leaf = hell.pki.leaf(hell.name("mail"))
    hell.serve("mail", "imaps", chain=(leaf.certificate,), by=leaf)
    hell.trust(hell.pki.root.certificate)
    hell.target = hell.url("mail", "imaps")
    async with hell:
        assessment = await look(hell)
    (lookup,) = downloads(assessment)
    assert str(Bounds().octets) in lookup.failure
    assert [entry.certificate for entry in assessment.evidence.case.pool] == [leaf.certificate]
