"""Ask whether certificates were revoked, where the asked clients would ask, and nowhere else unless the user wants it.

A client asks about a path that it has found good. So paths are judged before anybody is asked, with what is known then;
what comes of the answers is judged with all the rest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.case_file import CaseFile, Lookup
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath, ClientProfile
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.status import FetchedStatus, StatusQuestion
from mailtrust.core.validation.evaluate import evaluate
from mailtrust.core.validation.fetching import fetches_whole_path
from mailtrust.core.validation.reasons import is_error
from mailtrust.core.validation.status.ocsp import word_of_answer
from mailtrust.core.validation.status.word import Good, Undetermined
from mailtrust.flows.judged import concerns, judged_observations, ports_given, suppose
from mailtrust.flows.status_source import Extent, StatusSource


class Inquiry:
    """The questions of one run: each is asked once, as soon as it is known that somebody would ask it."""

    def __init__(
        self,
        source: StatusSource,
        extent: Extent,
        clients: Iterable[ClientProfile],
        stores: Mapping[str, AnchorStore],
        at: datetime,
    ) -> None:
        self._source = source
        self._everything = extent == "all"
        self._clients = tuple(
            client for client in clients if extent != "off" and (self._everything or client.fetches is not None)
        )
        self._stores = stores
        self._at = at
        self._settled: set[str] = set()
        """The certificates of which a responder gave word that counts."""
        self._asked: set[tuple[str, str, str]] = set()
        self.fetched: list[FetchedStatus] = []
        self.lookups: list[Lookup] = []

    async def ask(self, case: CaseFile) -> None:
        """Ask what is to be asked, knowing this; lists come second, for those of whom no responder gave word."""
        questions = {question.key: question for question in self._questions(case)}
        await self._put([asked for asked in questions.values() if asked.way == "ocsp"])
        await self._put(
            [
                asked
                for asked in questions.values()
                if asked.way == "crl" and asked.certificate.fingerprint not in self._settled
            ]
        )

    async def _put(self, questions: Sequence[StatusQuestion]) -> None:
        new = {asked.key: asked for asked in questions if asked.key not in self._asked}
        if not new:
            return
        self._asked.update(new)
        fetched, lookups = await self._source(tuple(new.values()))
        self.fetched += fetched
        self.lookups += lookups
        for answer in fetched:
            asked = new[answer.key]
            if asked.way == "ocsp":
                word = word_of_answer(answer.octets, asked.certificate, asked.issuer, (), self._at)
                if not isinstance(word, Undetermined):
                    self._settled.add(asked.certificate.fingerprint)

    def _questions(self, case: CaseFile) -> Iterator[StatusQuestion]:
        supposed = suppose(case)
        if not self._clients or not _names_addresses(supposed):
            return
        given, anchors = ports_given(supposed), supposed.local_anchors()
        for observation in judged_observations(supposed):
            for client in self._clients:
                if client.unknown_because or not concerns(client, observation, given):
                    continue
                verdict = evaluate(
                    observation,
                    pool=supposed.pool,
                    store=self._stores[client.anchor_store],
                    # What it will find about revocation is just what is to be asked.
                    client=replace(client, revocation=None),
                    now=self._at,
                    local_anchors=anchors if client.reached(supposed.deployed) else (),
                )
                for attempt in verdict.attempts[:1]:
                    if attempt.anchor is not None and not any(map(is_error, attempt.reasons)):
                        path = CandidatePath(attempt.links, attempt.anchor)
                        yield from self._of_path(client, path, observation)

    def _of_path(
        self, client: ClientProfile, path: CandidatePath, observation: Observation
    ) -> Iterator[StatusQuestion]:
        fetches = fetches_whole_path if self._everything else client.fetches
        for question in fetches(path) if fetches is not None else ():
            if not _told_along(observation, question, self._at):
                yield question


def _names_addresses(case: CaseFile) -> bool:
    """Whether any certificate says where one may ask."""
    presented = (one for seen in case.observations for one in seen.presented_chain if isinstance(one, Certificate))
    return any(one.ocsp_urls or one.crl_urls for one in (*presented, *(entry.certificate for entry in case.pool)))


def _told_along(observation: Observation, question: StatusQuestion, at: datetime) -> bool:
    """Whether a good answer came with the handshake: then nobody goes and asks."""
    staple = observation.result.ocsp_staple if isinstance(observation.result, Handshake) else None
    if staple is None or question.certificate.fingerprint != observation.presented_chain[0].fingerprint:
        return False
    word = word_of_answer(staple, question.certificate, question.issuer, observation.presented_chain, at)
    return isinstance(word, Good)
