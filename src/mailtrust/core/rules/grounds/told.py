"""What was told about revocation to whoever asked: about a server's certificate, and about the CAs above it."""

from collections.abc import Iterator

from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.status import FetchedStatus
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.served import Served
from mailtrust.core.rules.grounds.stapling import issuers_of, reasons_told
from mailtrust.core.rules.grounds.weight import verdicts_at
from mailtrust.core.validation.status.ocsp import word_of_answer
from mailtrust.core.validation.status.word import Undetermined, Word, strongest

LONGEST = 200
LONGEST_URL = 2048
"""As lookups name addresses."""
KINDS = frozenset({"ocsp", "crl"})


@frozen
class Told:
    """What those who were asked about one certificate say together."""

    certificate: Certificate
    word: Word
    by: tuple[FetchedStatus, ...]
    """Whose answers came."""
    silent: tuple[Lookup, ...]
    """Who gave none."""

    @property
    def answers(self) -> tuple[Text, ...]:
        """What became of each question, for people: only where it leaves the matter open."""
        because = reasons_told(self.word.because if isinstance(self.word, Undetermined) else ())
        return (
            *(text("{url}: {why}", url=clean(one.url, LONGEST), why=because) for one in self.by),
            *(text("{url}: {why}", url=one.question, why=one.failure.rstrip(".")) for one in self.silent),
        )


def told(evidence: Evidence, served: Served) -> tuple[Told, ...]:
    """About the server's certificate and the CAs' above it, as far as anybody was asked about them; the leaf first."""
    asked = [one for one in evidence.case.lookups if one.kind in KINDS]
    if not asked:
        return ()
    found: dict[str, Told] = {}
    for chain in _chains(evidence, served):
        for place, certificate in enumerate(chain[:-1]):
            said = _said(evidence, asked, certificate, chain[place + 1 :])
            known = found.get(certificate.fingerprint)
            if said is not None and (known is None or isinstance(known.word, Undetermined)):
                found[certificate.fingerprint] = said
    return tuple(found.values())


def _chains(evidence: Evidence, served: Served) -> Iterator[tuple[Certificate, ...]]:
    """The paths on which clients decide; where none ends at an anchor, the leaf below whoever issued it."""
    seen: dict[tuple[str, ...], tuple[Certificate, ...]] = {}
    for verdict in verdicts_at(evidence, served.ids):
        for attempt in verdict.attempts[:1]:
            if attempt.anchor is not None:
                chain = CandidatePath(attempt.links, attempt.anchor).with_anchor
                seen.setdefault(tuple(one.fingerprint for one in chain), chain)
    yield from seen.values()
    if not seen:
        yield from ((served.leaf, issuer) for issuer in issuers_of(evidence, served.leaf))


def _said(
    evidence: Evidence, asked: list[Lookup], certificate: Certificate, above: tuple[Certificate, ...]
) -> Told | None:
    answers = tuple(one for one in evidence.case.fetched if one.about == certificate.fingerprint)
    lists = tuple(one for one in evidence.case.fetched if one.way == "crl" and one.url in certificate.crl_urls)
    wanted = {("ocsp", url) for url in map(_shown, certificate.ocsp_urls)}
    wanted |= {("crl", url) for url in map(_shown, certificate.crl_urls)}
    silent = tuple(one for one in asked if one.failure and (one.kind, one.question) in wanted)
    if not (answers or lists or silent):
        return None
    words = [word_of_answer(one.octets, certificate, above[0], above, evidence.now) for one in answers]
    if lists:
        from mailtrust.core.validation.status.lists import word_of_lists  # late: few are told by lists

        words.append(word_of_lists([one.octets for one in lists], certificate, above, above, evidence.now))
    return Told(certificate, strongest(words), (*answers, *lists), silent)


def _shown(url: str) -> str:
    """An address as it stands among the lookups."""
    return clean(url, LONGEST_URL)
