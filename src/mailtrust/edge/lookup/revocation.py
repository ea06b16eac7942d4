"""Word about revocation, asked for where certificates say: OCSP (RFC 6960) and lists (RFC 5280 5), bounded.

What came is kept as it came. Whether it is believed is judged elsewhere; here it only must be what was asked for.
"""

import asyncio
import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from urllib.parse import quote

from mailtrust.core.formats.url import PORTS
from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.certificate import ParseProblem
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.status import FetchedStatus, StatusQuestion
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.ocsp_request import write_ocsp_request
from mailtrust.core.x509.ocsp_response import MAX_OCTETS, read_ocsp_response
from mailtrust.core.x509.pem import find_pem
from mailtrust.core.x509.revocation_list import read_revocation_list
from mailtrust.edge.lookup.dns import Resolver
from mailtrust.edge.lookup.download import LONGEST_URL, Bounds, Downloaded, NotDownloaded, Route, download
from mailtrust.edge.lookup.http_conversation import Wish

LONGEST_GET = 255
"""RFC 5019 5: a request whose whole address is no longer than this is a GET, which caches can answer."""

_ANSWERS = Wish("application/ocsp-response", text("an OCSP answer has a few thousand"))
_LISTS = Wish("application/pkix-crl", text("a client that waits for more would be no use to anybody"))


@frozen
class StatusLimits:
    """What questions that are asked together may cost. A check asks twice at most: before and after it has issuers."""

    seconds: float = 8.0
    """Windows gives a whole chain 20; Gecko gives one answer 2, and then goes on."""
    answer: Bounds = field(default_factory=lambda: Bounds(octets=MAX_OCTETS, seconds=5.0, connect_seconds=3.0))
    """Each question to a responder."""
    list: Bounds = field(default_factory=lambda: Bounds(octets=10 * 2**20))
    """Each list. Those of public CAs have some hundred KiB, and few more than 5 MiB; it is kept whole in the case file,
    so that it can be judged again, or not at all."""
    octets: int = 16 * 2**20
    """Of all that is kept: twice that in Base64 has room in a case file, which has at most 64 MiB."""
    questions: int = 40
    parallel: int = 8


DEFAULT_STATUS_LIMITS = StatusLimits()


async def fetch_status(
    questions: Iterable[StatusQuestion],
    *,
    allow_private: bool = False,
    proxy: str | None = None,
    resolver: Resolver,
    limits: StatusLimits = DEFAULT_STATUS_LIMITS,
    environment: Mapping[str, str] | None = None,
) -> tuple[tuple[FetchedStatus, ...], tuple[Lookup, ...]]:
    """Ask all questions, each once, at the same time; the lookups say what became of each, in their order.

    `proxy` as in `proxy_for`; `environment` stands in for the process's own. Never raises for what servers do.
    """
    asker = _Asker(Route(resolver, allow_private, proxy, environment), limits)
    return await asker.run(tuple({question.key: question for question in questions}.values()))


class _Asker:
    def __init__(self, route: Route, limits: StatusLimits) -> None:
        self._route = route
        self._limits = limits
        self._deadline = asyncio.get_running_loop().time() + limits.seconds
        self._slots = asyncio.Semaphore(limits.parallel)

    async def run(self, questions: Sequence[StatusQuestion]) -> tuple[tuple[FetchedStatus, ...], tuple[Lookup, ...]]:
        answers = await asyncio.gather(*(self._ask(number, asked) for number, asked in enumerate(questions)))
        fetched: list[FetchedStatus] = []
        lookups: list[Lookup] = []
        kept = 0
        for asked, answer in zip(questions, answers, strict=True):
            ways = tuple(text("Redirected to {url}", url=hop) for hop in answer.redirects)
            failure: Text | None = None
            remark: tuple[Text, ...] = ()
            if isinstance(answer, NotDownloaded):
                failure = answer.why
            elif kept + len(answer.body) > self._limits.octets:
                failure = text("It was not kept: more than {most} octets came together.", most=self._limits.octets)
            else:
                kept += len(answer.body)
                way, url, about = asked.key
                fetched.append(FetchedStatus(way, url, about, answer.body))
                remark = (text("{size} octets", size=len(answer.body)),)
            lookups.append(
                Lookup(
                    asked.way,
                    clean(asked.url, LONGEST_URL),
                    tuple(map(str, (*ways, *remark))),
                    "" if failure is None else str(failure),
                )
            )
        return tuple(fetched), tuple(lookups)

    async def _ask(self, number: int, asked: StatusQuestion) -> Downloaded | NotDownloaded:
        refused = _not_asked(asked.url)
        if number >= self._limits.questions:
            refused = text(
                "It was not asked: {most} questions are the most that are asked in one run.",
                most=self._limits.questions,
            )
        if refused is not None:
            return NotDownloaded(refused)
        async with self._slots:
            return await (self._answer(asked) if asked.way == "ocsp" else self._list(asked))

    async def _answer(self, asked: StatusQuestion) -> Downloaded | NotDownloaded:
        """By GET where that is short, and by POST where it is not, or where GET led to no answer."""
        request = write_ocsp_request(asked.certificate, asked.issuer)
        encoded = quote(base64.b64encode(request), safe="")  # RFC 6960 A.1
        address = f"{asked.url.removesuffix('/')}/{encoded}"
        ends = asyncio.get_running_loop().time() + self._limits.answer.seconds
        if len(address) <= LONGEST_GET:
            got = _answer_in(await self._download(address, self._limits.answer, ends, _ANSWERS))
            if isinstance(got, Downloaded) or asyncio.get_running_loop().time() >= ends:
                return got
        posted = replace(_ANSWERS, content=request, content_type="application/ocsp-request")
        return _answer_in(await self._download(asked.url, self._limits.answer, ends, posted))

    async def _list(self, asked: StatusQuestion) -> Downloaded | NotDownloaded:
        ends = asyncio.get_running_loop().time() + self._limits.list.seconds
        answer = await self._download(asked.url, self._limits.list, ends, _LISTS)
        if isinstance(answer, NotDownloaded):
            return answer
        read = await asyncio.to_thread(read_revocation_list, answer.body)
        return NotDownloaded(_no_list(answer.body), answer.redirects) if isinstance(read, ParseProblem) else answer

    async def _download(self, url: str, bounds: Bounds, ends: float, wish: Wish) -> Downloaded | NotDownloaded:
        left = min(self._deadline, ends) - asyncio.get_running_loop().time()
        if left <= 0:
            return NotDownloaded(text("It was not asked: the time for all questions about revocation was used up."))
        return await download(url, self._route, replace(bounds, seconds=round(left, 1) or left), wish)


def _not_asked(url: str) -> Text | None:
    """Why nothing is asked at this address; None: it is."""
    scheme = url.partition(":")[0].lower()
    if scheme in PORTS:
        return None
    if scheme in ("ldap", "ldaps"):
        return text(
            "Only members of the directory reach it, and it was not asked: clients elsewhere hear nothing of "
            "revocation there. Let the CA name an http address too."
        )
    return text("Addresses of the kind {scheme} are not asked, by no client either.", scheme=clean(scheme, 20))


def _answer_in(answer: Downloaded | NotDownloaded) -> Downloaded | NotDownloaded:
    """What came, if it is an OCSP answer; one that refuses is one too."""
    if isinstance(answer, NotDownloaded):
        return answer
    read = read_ocsp_response(answer.body)
    if isinstance(read, ParseProblem) and read.field != "responseStatus":
        return NotDownloaded(
            text("Expected an OCSP answer, got {what}.", what=_what_it_is(answer.body)), answer.redirects
        )
    return answer


def _no_list(body: bytes) -> Text:
    if find_pem(body):
        return text("It is PEM, where RFC 5280 4.2.1.13 asks for DER: clients do not read that.")
    return text("Expected a revocation list (DER), got {what}.", what=_what_it_is(body))


def _what_it_is(body: bytes) -> Text:
    if not body:
        return text("an empty answer")
    if body[:512].lstrip().startswith(b"<"):
        return text("a web page")
    return text("{size} octets that are none", size=len(body))
