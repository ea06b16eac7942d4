"""Questions about revocation: by GET and by POST, each once, within bounds, and only where they may go."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.issuance.authority import Authority, Issued, issue, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe, server_recipe
from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.status import FetchedStatus, StatusQuestion
from mailtrust.core.validation.status.ocsp import word_of_answer
from mailtrust.core.validation.status.word import Good
from mailtrust.core.x509 import der
from mailtrust.core.x509.ocsp_request import CertId, cert_id, read_ocsp_request, write_cert_id, write_ocsp_request
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.edge.lookup.download import Bounds
from mailtrust.edge.lookup.revocation import DEFAULT_STATUS_LIMITS, StatusLimits, fetch_status
from mailtrust.lab.aia_host import AiaHost, Answer, Request
from mailtrust.lab.status_desk import StatusDesk

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass
class Ca:
    """A root, a certificate, and a host that answers about it."""

    host: AiaHost
    root: Authority
    leaf: Issued
    desk: StatusDesk

    def ocsp(self, url: str = "") -> StatusQuestion:
        return StatusQuestion("ocsp", url or self.desk.ocsp_url, self.leaf.certificate, self.root.certificate)

    def crl(self, url: str = "") -> StatusQuestion:
        return StatusQuestion("crl", url or self.desk.crl_url, self.leaf.certificate, self.root.certificate)

    async def ask(
        self, *questions: StatusQuestion, limits: StatusLimits = DEFAULT_STATUS_LIMITS, **more: Any
    ) -> tuple[tuple[FetchedStatus, ...], tuple[Lookup, ...]]:
        wanted = {"allow_private": True, "environment": {}, **more}
        return await fetch_status(questions, resolver=FakeResolver(), limits=limits, **wanted)


@pytest.fixture
async def ca() -> AsyncIterator[Ca]:
    host = AiaHost("127.0.0.1")
    span = {"not_before": NOW - timedelta(days=9), "not_after": NOW + timedelta(days=90)}
    root = make_root(root_recipe("Root"), make_key("ec-p256"), serial=1, **span)
    leaf = issue(root, server_recipe("mail.example.com"), make_key("ec-p256"), serial=77, **span)
    made = Ca(host, root, leaf, StatusDesk(root, host, "ca", NOW))
    await host.start()
    yield made
    await host.stop()


async def test_a_short_question_is_a_get(ca: Ca) -> None:
    (answer,), (lookup,) = await ca.ask(ca.ocsp())
    assert ca.host.methods == ["GET"]
    assert answer.key == ca.ocsp().key
    assert word_of_answer(answer.octets, ca.leaf.certificate, ca.root.certificate, (), NOW) == Good("ocsp")
    assert (lookup.kind, lookup.question, lookup.failure) == ("ocsp", ca.desk.ocsp_url, "")


async def test_a_long_one_is_a_post(ca: Ca) -> None:
    url = f"{ca.desk.ocsp_url}/{'x' * 200}"
    (answer,), _ = await ca.ask(ca.ocsp(url))
    assert ca.host.methods == ["POST"]
    assert answer.url == url


@pytest.mark.parametrize("refusal", [Answer(status="405 Method Not Allowed"), Answer(b"<html>"), Answer(b"")])
async def test_where_get_leads_nowhere_post_is_tried(ca: Ca, refusal: Answer) -> None:
    def by_post_only(request: Request) -> Answer:
        return Answer(ca.desk.answer(request.body)) if request.method == "POST" else refusal

    (answer,), (lookup,) = await ca.ask(ca.ocsp(ca.host.offer("old", by_post_only)))
    assert ca.host.methods == ["GET", "POST"]
    assert answer.octets
    assert not lookup.failure


async def test_a_refusal_is_an_answer(ca: Ca) -> None:
    url = ca.host.offer("busy", lambda _: Answer(der.encode(der.SEQUENCE, der.encode(0x0A, b"\x03"))))
    (answer,), (lookup,) = await ca.ask(ca.ocsp(url))
    assert ca.host.methods == ["GET"]
    assert answer.octets
    assert not lookup.failure


async def test_each_question_is_asked_once(ca: Ca) -> None:
    other = replace(ca.crl(), certificate=ca.root.certificate)
    fetched, lookups = await ca.ask(ca.crl(), ca.ocsp(), other, ca.ocsp())
    assert "/ca.crl" in ca.host.asked
    assert len(ca.host.asked) == len(fetched) == len(lookups) == 2, "a list is one, whoever asks for it"
    assert [one.kind for one in lookups] == ["crl", "ocsp"], "in the order of the questions"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ldap:///CN=CA,CN=CDP?certificateRevocationList", "Only members of the directory"),
        ("ftp://ca.example.com/ca.crl", "of the kind ftp"),
        ("file:///etc/passwd", "of the kind file"),
        ("http://", "not an address that can be fetched"),
    ],
)
async def test_some_addresses_are_not_asked(ca: Ca, url: str, said: str) -> None:
    for question in (ca.crl(url), ca.ocsp(url)):
        fetched, (lookup,) = await ca.ask(question)
        assert not fetched
        assert said in lookup.failure


async def test_private_addresses_are_not_visited(ca: Ca) -> None:
    fetched, lookups = await ca.ask(ca.crl(), ca.ocsp(), allow_private=False)
    assert not fetched
    assert not ca.host.asked
    assert all("--allow-private-aia" in lookup.failure for lookup in lookups)


async def test_a_configured_proxy_is_used(ca: Ca) -> None:
    public = ca.desk.crl_url.replace(ca.host.base, "http://ca.example.com")
    (answer,), _ = await ca.ask(ca.crl(public), allow_private=False, proxy=ca.host.base)
    assert ca.host.asked == [public]
    assert answer.url == public


async def test_the_time_for_all_questions_is_bounded(ca: Ca) -> None:
    ca.desk.spoil = lambda answer: replace(answer, pause=3600)
    few = StatusLimits(seconds=0.4, parallel=1, answer=Bounds(seconds=0.2), list=Bounds(seconds=0.2))
    questions = [ca.crl(f"{ca.desk.crl_url}/{number}") for number in range(6)]
    fetched, lookups = await ca.ask(*questions, ca.ocsp(), limits=few)
    assert not fetched
    assert "was used up" in lookups[-1].failure


async def test_their_number_and_size_are_bounded(ca: Ca) -> None:
    few = StatusLimits(questions=2, octets=300)
    questions = [ca.crl(f"{ca.desk.crl_url}/{number}") for number in range(3)]
    fetched, lookups = await ca.ask(*questions, limits=few)
    assert len(fetched) == 1
    assert [lookup.failure[:15] for lookup in lookups] == ["", "It was not kept", "It was not aske"]


@given(st.binary(max_size=300))
def test_a_request_that_is_none_raises_nothing_else(octets: bytes) -> None:
    try:
        read_ocsp_request(octets)
    except der.DerError:
        return


@given(st.binary(min_size=20, max_size=20), st.binary(min_size=20, max_size=20), st.integers(1, 2**159))
def test_names_of_certificates_survive(name: bytes, key: bytes, serial: int) -> None:
    named = CertId("sha1", name, key, serial)
    request = der.encode(
        der.SEQUENCE, der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, write_cert_id(named))))
    )
    assert read_ocsp_request(request) == (named,)


def test_a_written_request_is_read_again(ca: Any) -> None:
    octets = write_ocsp_request(ca.leaf.certificate, ca.root.certificate)
    assert read_ocsp_request(octets) == (cert_id(ca.leaf.certificate, ca.root.certificate),)
    for cut in range(len(octets)):
        with pytest.raises(der.DerError):
            read_ocsp_request(octets[:cut])
