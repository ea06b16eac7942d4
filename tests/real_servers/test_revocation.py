"""Word about revocation, ours beside that of real programs: OpenSSL's responder and client, GnuTLS' client, Firefox.

What we fetch and believe says the same as what they fetch and believe; and what Gecko makes of every kind of answer,
stapled and fetched, is what its profile says.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.programs.daemons import LOOPBACK, Daemons, FreePorts

from mailtrust.core.clients import client_by_id
from mailtrust.core.formats.connect_to import Detours, Resolve
from mailtrust.core.formats.target import Url
from mailtrust.core.issuance.ocsp_answer import Status, make_ocsp_answer, make_refusal
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.issuance.revocation_list import TakenBack
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Offer, Protocol, TlsMode
from mailtrust.core.model.status import StatusQuestion
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.validation.status.lists import word_of_lists
from mailtrust.core.validation.status.ocsp import word_of_answer
from mailtrust.core.validation.status.word import Good, Revoked, Undetermined, Word
from mailtrust.core.x509.ocsp_request import cert_id, write_ocsp_request
from mailtrust.core.x509.pem import to_pem
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.edge.lookup.revocation import fetch_status
from mailtrust.flows.check import CheckRequest, check
from mailtrust.flows.edge import real_edge
from mailtrust.lab.oracles.mozilla import MozillaOracle
from mailtrust.lab.oracles.question import Question
from mailtrust.lab.oracles.running import run
from mailtrust.lab.pki import Issued
from mailtrust.lab.world import ROOTS, World

DAY = timedelta(days=1)
Installed = Callable[[str, str], str]


def told(word: Word) -> str:
    match word:
        case Good():
            return "good"
        case Revoked():
            return "revoked"
        case Undetermined(because=because):
            return "unknown" if "status-unknown" in because else "nothing"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path, now=datetime.now(UTC).replace(microsecond=0), domain="localhost")
    (tmp_path / "ca.pem").write_text(to_pem(made.pki.intermediate.certificate))
    (tmp_path / "ca.key").write_bytes(made.pki.intermediate.key.to_pem().encode())
    made.trust(made.pki.root.certificate)
    (tmp_path / "chain.pem").write_text((tmp_path / "ca.pem").read_text() + (tmp_path / ROOTS).read_text())
    await made.start()
    yield made
    await made.stop()


def kept(world: World, leaf: Issued) -> Path:
    path = world.folder / f"{leaf.certificate.serial}.pem"
    path.write_text(to_pem(leaf.certificate))
    return path


async def fetched(world: World, leaf: Issued, way: str, url: str) -> str:
    """What our own download says."""
    issuer = world.pki.intermediate.certificate
    question = StatusQuestion("ocsp" if way == "ocsp" else "crl", url, leaf.certificate, issuer)
    answers, (lookup,) = await fetch_status([question], allow_private=True, proxy="", resolver=FakeResolver())
    if not answers:
        return lookup.failure
    now, above = datetime.now(UTC), (issuer, world.pki.root.certificate)
    if way == "ocsp":
        return told(word_of_answer(answers[0].octets, leaf.certificate, issuer, above, now))
    return told(word_of_lists([answers[0].octets], leaf.certificate, above, above, now))


async def test_openssl_as_responder_tells_us_what_it_tells_its_own_client(
    world: World, installed: Installed, free_port: FreePorts
) -> None:
    openssl, folder = installed("openssl", "openssl"), world.folder
    good, bad, strange = (world.pki.leaf(world.name(label)) for label in ("good", "bad", "strange"))
    day = f"{world.now - DAY:%y%m%d%H%M%S}Z"
    lines = [
        f"V\t{good.certificate.not_after:%y%m%d%H%M%S}Z\t\t{good.certificate.serial:X}\tunknown\t/CN=good",
        f"R\t{bad.certificate.not_after:%y%m%d%H%M%S}Z\t{day},keyCompromise\t{bad.certificate.serial:X}\tunknown\t/CN=b",
    ]
    # An index holds whole octets.
    index = "".join(f"{line}\n" for line in lines)
    for serial in (good.certificate.serial, bad.certificate.serial):
        index = index.replace(f"{serial:X}", f"{serial:0{(serial.bit_length() + 7) // 8 * 2}X}")
    (folder / "index.txt").write_text(index)
    async with responding(openssl, folder, free_port()) as url:
        for leaf, expected in ((good, "good"), (bad, "revoked"), (strange, "unknown")):
            _, said = await run(
                (openssl, "ocsp", "-issuer", str(folder / "ca.pem"), "-cert", str(kept(world, leaf)), "-url", url,
                 "-CAfile", str(folder / "chain.pem"), "-no_nonce")
            )  # fmt: skip
            assert f"{leaf.certificate.serial}.pem: {expected}" in said
            assert await fetched(world, leaf, "ocsp", url) == expected


@asynccontextmanager
async def responding(openssl: str, folder: Path, port: int) -> AsyncIterator[str]:
    """OpenSSL's responder, at this address. It takes one visitor at a time: nobody may knock to see whether it runs."""
    process = await asyncio.create_subprocess_exec(
        openssl, "ocsp", "-index", folder / "index.txt", "-CA", folder / "ca.pem", "-rsigner", folder / "ca.pem",
        "-rkey", folder / "ca.key", "-port", str(port), "-ndays", "3",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        async with asyncio.timeout(30):
            while b"waiting for" not in await process.stderr.readline():
                assert process.returncode is None
        yield f"http://{LOOPBACK}:{port}"
    finally:
        process.kill()
        await process.wait()


@pytest.mark.parametrize("revoked", [False, True])
async def test_real_clients_read_our_answers_and_lists_as_we_do(
    world: World, installed: Installed, revoked: bool
) -> None:
    openssl, ocsptool = installed("openssl", "openssl"), installed("ocsptool", "gnutls-bin")
    folder = world.folder
    leaf = world.leaf_to_ask_about("mail", "ocsp", "crl")
    if revoked:
        world.revoke(leaf)
    expected = "revoked" if revoked else "good"
    path, issuer = kept(world, leaf), str(folder / "ca.pem")
    assert await fetched(world, leaf, "ocsp", world.desk.ocsp_url) == expected
    assert await fetched(world, leaf, "crl", world.desk.crl_url) == expected
    _, said = await run(
        (openssl, "ocsp", "-issuer", issuer, "-cert", str(path), "-url", world.desk.ocsp_url,
         "-CAfile", str(folder / "chain.pem"), "-no_nonce")
    )  # fmt: skip
    assert "Response verify OK" in said
    assert f"{path.name}: {expected}" in said
    _, said = await run((ocsptool, f"--ask={world.desk.ocsp_url}", "--load-cert", str(path), "--load-issuer", issuer))
    assert f"Certificate Status: {expected}" in said
    assert "Signature Algorithm" in said
    status, said = await run(
        (
            openssl,
            "verify",
            "-crl_check",
            "-crl_download",
            "-CAfile",
            str(folder / ROOTS),
            "-untrusted",
            issuer,
            str(path),
        )
    )
    assert "/issuing-ca.crl" in world.aia.asked
    assert ("certificate revoked" in said) is revoked
    assert (status == 0) is not revoked
    # They ask as we do: our request is theirs, octet by octet.
    mine, theirs = write_ocsp_request(leaf.certificate, world.pki.intermediate.certificate), folder / "theirs.der"
    await run((openssl, "ocsp", "-issuer", issuer, "-cert", str(path), "-reqout", str(theirs), "-no_nonce"))
    assert theirs.read_bytes() == mine


@dataclass
class Case:
    """A port of a certificate below the lab's root, what comes along, and where it says that one may ask."""

    name: str
    leaf: Issued
    staple: bytes | None = None
    port: int = 0


def cases(world: World) -> list[Case]:
    """Every kind of answer, stapled and fetched."""
    issuer, now = world.pki.intermediate, world.now
    stranger = world.pki.leaf("stranger.localhost")
    made: list[Case] = []

    def leaf(name: str, *urls: str, short: bool = False, crl: bool = False) -> Issued:
        recipe = replace(server_recipe(world.name(name)), ocsp_urls=urls, crl_urls=(world.desk.crl_url,) if crl else ())
        return world.pki.leaf(world.name(name), recipe=recipe, key="ec-p256", days=(-2, 6) if short else (-30, 60))

    def staple(about: Certificate, kind: str) -> bytes:
        named = cert_id(about, issuer.certificate)
        back = TakenBack(named.serial, now - 5 * DAY, "keyCompromise")
        said = {"unknown": "unknown", "revoked": back, "expired-revoked": back}.get(kind, "good")
        named = replace(named, serial=77) if kind == "another" else named
        begins, ends = {
            "expired": (-9, -2), "expired-revoked": (-9, -2), "future": (2, 3), "tomorrow": (0.9, 3),
            "just-over": (-9, -0.9), "without-end": (-2.1, None), "too-long": (-11.1, 20),
        }.get(kind, (-1, 3))  # fmt: skip
        if kind == "try-later":
            return make_refusal("tryLater")
        return make_ocsp_answer(
            stranger if kind == "not-entrusted" else issuer,
            [Status(named, said)],  # type: ignore[arg-type]
            produced_at=now - DAY,
            this_update=now + begins * DAY,
            next_update=None if ends is None else now + ends * DAY,
            signing_key=world.pki.root.key if kind == "forged" else None,
            send_certificate=kind == "not-entrusted",
        )

    def add(name: str, made_leaf: Issued, kind: str = "") -> Issued:
        made.append(Case(world.name(name), made_leaf, staple(made_leaf.certificate, kind) if kind else None))
        return made_leaf

    asks, gone = world.desk.ocsp_url, f"{world.aia.base}/nothing"
    unknown: set[int] = set()
    world.desk.speaks_for = lambda named: named.serial not in unknown
    kinds = (
        "good", "revoked", "unknown", "expired", "expired-revoked", "future", "tomorrow", "just-over",
        "without-end", "too-long", "another", "forged", "not-entrusted", "try-later",
    )  # fmt: skip
    for kind in kinds:
        add(f"{kind}-alone", leaf(f"{kind}-alone"), kind)
    for kind in ("unknown", "expired", "expired-revoked", "not-entrusted"):
        add(f"{kind}-asks", leaf(f"{kind}-asks", asks), kind)
        add(f"{kind}-gone", leaf(f"{kind}-gone", gone), kind)
        add(f"{kind}-short", leaf(f"{kind}-short", asks, short=True), kind)
    add("fetched-good", leaf("fetched-good", asks))
    for name, urls in (("fetched-revoked", (asks,)), ("second-address", (gone, asks))):
        world.revoke(add(name, leaf(name, *urls)))
    world.revoke(add("short-revoked", leaf("short-revoked", asks, short=True)))
    world.revoke(add("list-only", leaf("list-only", crl=True)))
    unknown.add(add("fetched-unknown", leaf("fetched-unknown", asks)).certificate.serial)
    add("fetched-gone", leaf("fetched-gone", gone))
    return made


@asynccontextmanager
async def served(world: World, all_cases: list[Case], openssl: str, free_port: FreePorts) -> AsyncIterator[None]:
    starting = []
    with Daemons(world.folder) as daemons:
        for case in all_cases:
            folder = world.folder / case.name
            folder.mkdir()
            (folder / "leaf.pem").write_text(to_pem(case.leaf.certificate))
            (folder / "key.pem").write_bytes(case.leaf.key_pem)
            (folder / "staple.der").write_bytes(case.staple or b"")
            case.port = free_port()
            stapled = ("-status_file", folder / "staple.der") if case.staple else ()
            command = (
                openssl, "s_server", "-quiet", "-www", "-accept", f"{LOOPBACK}:{case.port}",
                "-cert", folder / "leaf.pem",
                "-key", folder / "key.pem", "-cert_chain", world.folder / "ca.pem", *stapled,
            )  # fmt: skip
            starting.append(asyncio.to_thread(daemons.start, command, [(LOOPBACK, case.port)]))
        await asyncio.gather(*starting)
        yield


@pytest.mark.may_be_left_out
async def test_firefox_does_what_its_profile_says(
    world: World, installed: Installed, free_port: FreePorts, tmp_path: Path
) -> None:
    openssl = installed("openssl", "openssl")
    installed("firefox-esr", "firefox-esr")
    installed("certutil", "libnss3-tools")
    all_cases = cases(world)
    (tmp_path / "firefox").mkdir()
    firefox = MozillaOracle("firefox-esr", "Firefox", tmp_path / "firefox")
    differing = []
    async with served(world, all_cases, openssl, free_port):
        questions = {
            case.name: Question(case.name, LOOPBACK, case.port, Protocol.HTTPS, TlsMode.IMPLICIT, world.folder / ROOTS)
            for case in all_cases
        }
        await firefox.start(tuple(questions.values()))
        try:
            for case in all_cases:
                (ours, reasons), theirs = await asyncio.gather(judged(world, case), firefox.ask(questions[case.name]))
                if ours is not theirs.accepted:
                    differing.append((case.name, reasons, theirs))
        finally:
            await firefox.stop()
    assert differing == []


async def judged(world: World, case: Case) -> tuple[bool, frozenset[str]]:
    """What a check says, with all that comes along and all that it fetches."""
    request = CheckRequest(
        target=Url(Protocol.HTTPS, TlsMode.IMPLICIT, case.name, case.port),
        title=case.name,
        clients=(client_by_id("firefox"),),
        roots=world.with_roots,
        detours=Detours(resolve=(Resolve(case.name, case.port, (LOOPBACK,)),)),
        offers=(Offer.DEFAULT,),
    )
    edge = replace(real_edge(allow_private_aia=True, proxy=""), issuers=(), remember=lambda _: None)
    (verdict,) = (await check(request, edge)).evidence.verdicts
    return verdict.outcome is Outcome.ACCEPTED, verdict.error_codes
