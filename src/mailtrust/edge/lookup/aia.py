"""Issuers that certificates name themselves: caIssuers of authorityInfoAccess (RFC 5280 4.2.2.1), fetched."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from mailtrust.core.formats.url import PORTS
from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.text import Text, text
from mailtrust.edge.lookup.aia_answer import judge_answer, nothing_fit, nothing_in
from mailtrust.edge.lookup.dns import Resolver
from mailtrust.edge.lookup.download import LONGEST_URL, Bounds, Downloaded, NotDownloaded, Route, download


@frozen
class AiaLimits:
    """What all downloads of one run may cost together."""

    seconds: float = 20.0
    one: Bounds = field(default_factory=Bounds)
    """Each download."""
    depth: int = 6
    """From a certificate to its issuer is one; real chains have at most four."""
    downloads: int = 40
    urls_per_certificate: int = 8
    parallel: int = 8
    certificates: int = 200


DEFAULT_LIMITS = AiaLimits()


async def fetch_issuers(
    certificates: Iterable[Certificate],
    *,
    allow_private: bool = False,
    proxy: str | None = None,
    resolver: Resolver,
    limits: AiaLimits = DEFAULT_LIMITS,
    environment: Mapping[str, str] | None = None,
) -> tuple[tuple[PoolEntry, ...], tuple[Lookup, ...]]:
    """Fetch the issuers of `certificates`, and the issuers of these, up to self-signed ones.

    Each address is asked once. What came with the right name but the wrong key is an entry too: a client would have it
    as well, and its path search refuses it. The lookups say what came from where. `proxy` as in `proxy_for`;
    `environment` stands in for the process's own. Never raises for what servers do.
    """
    search = _Search(Route(resolver, allow_private, proxy, environment), limits)
    return await search.run(tuple(certificates))


class _Search:
    def __init__(self, route: Route, limits: AiaLimits) -> None:
        self._route = route
        self._limits = limits
        self._deadline = asyncio.get_running_loop().time() + limits.seconds
        self._slots = asyncio.Semaphore(limits.parallel)
        self._asked: set[str] = set()
        self._entries: list[PoolEntry] = []
        self._lookups: list[Lookup] = []

    async def run(self, given: Sequence[Certificate]) -> tuple[tuple[PoolEntry, ...], tuple[Lookup, ...]]:
        known = {certificate.fingerprint: certificate for certificate in given}
        generation = tuple(known.values())
        for _ in range(self._limits.depth):
            askers = self._new_addresses(generation)
            answers = await asyncio.gather(*(self._fetch(url) for url in askers))
            found: dict[str, Certificate] = {}
            for (url, asking), answer in zip(askers.items(), answers, strict=True):
                found.update(self._take(url, asking, answer))
            generation = tuple(new for fingerprint, new in found.items() if fingerprint not in known)
            known.update(found)
            if not generation or len(known) - len(given) >= self._limits.certificates:
                break
        return Pool.merge(self._entries).entries, tuple(self._lookups)

    def _new_addresses(self, certificates: Iterable[Certificate]) -> dict[str, list[Certificate]]:
        """The addresses that nobody asked yet, each with the certificates that name it."""
        askers: dict[str, list[Certificate]] = {}
        for certificate in certificates:
            for number, url in enumerate(_addresses_of(certificate)):
                if url in askers:
                    askers[url].append(certificate)
                elif url not in self._asked:
                    self._asked.add(url)
                    refused = _not_fetched(url) or self._beyond_limits(number)
                    if refused is None:
                        askers[url] = [certificate]
                    else:
                        self._note(url, (), refused)
        return askers

    def _beyond_limits(self, number: int) -> Text | None:
        if number >= self._limits.urls_per_certificate:
            return text(
                "It was not fetched: the certificate names more than {most} addresses.",
                most=self._limits.urls_per_certificate,
            )
        if len(self._asked) > self._limits.downloads:
            return text(
                "It was not fetched: {most} addresses are the most that are asked in one run.",
                most=self._limits.downloads,
            )
        return None

    async def _fetch(self, url: str) -> Downloaded | NotDownloaded:
        async with self._slots:
            left = self._deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return NotDownloaded(text("It was not fetched: the time for all downloads was used up."))
            bounds = replace(self._limits.one, seconds=min(left, self._limits.one.seconds))
            return await download(url, self._route, bounds)

    def _take(
        self, url: str, asking: Sequence[Certificate], answer: Downloaded | NotDownloaded
    ) -> Iterator[tuple[str, Certificate]]:
        ways = tuple(text("Redirected to {url}", url=hop) for hop in answer.redirects)
        if isinstance(answer, NotDownloaded):
            self._note(url, ways, answer.why)
            return
        judged = judge_answer(answer.body, asking)
        failure = None if judged.serves else nothing_fit(judged.remarks) if judged.remarks else nothing_in(answer.body)
        self._note(url, (*ways, *judged.remarks), failure)
        for certificate in judged.certificates[: self._limits.certificates]:
            self._entries.append(PoolEntry(certificate, frozenset({Source.AIA}), (clean(url, LONGEST_URL),)))
            yield certificate.fingerprint, certificate

    def _note(self, url: str, remarks: Sequence[Text], failure: Text | None) -> None:
        self._lookups.append(
            Lookup("aia", clean(url, LONGEST_URL), tuple(map(str, remarks)), "" if failure is None else str(failure))
        )


def _addresses_of(certificate: Certificate) -> tuple[str, ...]:
    """Its caIssuers URLs, each once; none for a self-signed certificate, which has no other issuer."""
    mine, theirs = certificate.subject_key_identifier, certificate.authority_key_identifier
    if certificate.self_issued and (theirs is None or theirs.key_id in (None, mine)):
        return ()
    return tuple(dict.fromkeys(certificate.ca_issuers))


def _not_fetched(url: str) -> Text | None:
    """Why this address is not fetched; None: it is."""
    scheme = url.partition(":")[0].lower()
    if scheme in PORTS:
        return None
    if scheme in ("ldap", "ldaps"):
        return text(
            "Only members of the directory reach it, and it was not asked: phones, Macs and clients elsewhere cannot "
            "fetch the issuer there. Serve the whole chain, or let the CA name an http address too."
        )
    return text("Addresses of the kind {scheme} are not fetched, by no client either.", scheme=clean(scheme, 20))
