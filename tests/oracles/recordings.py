"""What engines answered: written by the recorder, read by tests and by the page about agreement."""

import base64
import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.oracles.world import Case

from mailtrust.core.clients import client_by_id
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.verdict import Outcome, Verdict
from mailtrust.core.validation.evaluate import evaluate
from mailtrust.core.x509.parse import read_certificate
from mailtrust.lab.oracles import Answer

RECORDED = Path(__file__).parent / "recorded"
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class RecordedCase:
    """A case as the engines met it, without its keys."""

    id: str
    host: str
    presented: tuple[AnyCertificate, ...]
    anchors: tuple[Certificate, ...]
    downloads: tuple[Certificate, ...]
    by_chance: bool
    """Made from a seed at the recording, not written down in cases.py."""
    tlsa: tuple[str, ...] | None = None
    """The TLSA records of its port; None: it was not asked of clients with DANE."""

    @classmethod
    def of(cls, case: Case, *, by_chance: bool = False) -> "RecordedCase":
        """What can be recorded of a case."""
        presented, anchors, downloads = (
            tuple(issued.certificate for issued in group) for group in (case.presented, case.anchors, case.downloads)
        )
        return cls(case.id, case.host, presented, anchors, downloads, by_chance, case.tlsa)


@dataclass(frozen=True)
class Recording:
    """All that one engine answered on one day."""

    engine: str
    version: str
    at: datetime
    set_name: str
    """Which cases it was asked."""
    cases: Mapping[str, RecordedCase]
    answers: Mapping[str, Answer]
    unasked: Mapping[str, str]
    """Cases about which it could not be asked, and why."""


@dataclass(frozen=True)
class Compared:
    """One answer of an engine, and our verdict for the profile it testifies for."""

    case: RecordedCase
    answer: Answer
    verdict: Verdict

    @property
    def agree(self) -> bool:
        """Whether both say yes, or both say no."""
        return self.answer.accepted == (self.verdict.outcome is Outcome.ACCEPTED)


def judge(case: RecordedCase, client: str, now: datetime) -> Verdict:
    """What our profile of the client says, with the case's anchors as the only ones."""
    handshake = Handshake("TLSv1.3", "TLS_AES_256_GCM_SHA384", case.presented, None, key_proven=True, completed=True)
    endpoint = Endpoint(case.host, 443, Protocol.TLS, TlsMode.IMPLICIT, LOOPBACK, case.host, "given")
    return evaluate(
        Observation(endpoint, Offer.DEFAULT, now, handshake),
        pool=Pool(tuple(PoolEntry(one, frozenset({Source.AIA}), ()) for one in case.downloads)),
        store=AnchorStore("empty", now, "", "", ()),
        client=client_by_id(client),
        now=now,
        local_anchors=tuple(TrustAnchor(anchor) for anchor in case.anchors),
    )


def compare(recording: Recording, client: str) -> tuple[Compared, ...]:
    """Every answer of the engine beside our verdict, at the time of the recording."""
    return tuple(
        Compared(recording.cases[id_], answer, judge(recording.cases[id_], client, recording.at))
        for id_, answer in recording.answers.items()
    )


@cache
def load(engine: str, folder: Path = RECORDED) -> Recording | None:
    """The recording of an engine; None when there is none."""
    file = folder / f"{engine}.json"
    if not file.exists():
        return None
    said: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return Recording(
        said["engine"],
        said["version"],
        datetime.fromisoformat(said["at"]),
        said["cases"],
        load_cases(said["cases"], folder),
        {id_: Answer(not words, words) for id_, words in said["answers"].items()},
        said["unasked"],
    )


@cache
def load_cases(name: str, folder: Path = RECORDED) -> dict[str, RecordedCase]:
    """A set of cases, by id."""
    said: dict[str, Any] = json.loads(gzip.decompress((folder / _cases_file(name)).read_bytes()))
    read = {print_: read_certificate(base64.b64decode(octets)) for print_, octets in said["certificates"].items()}

    def known(prints: Iterable[str]) -> tuple[Certificate, ...]:
        return tuple(one for print_ in prints if isinstance(one := read[print_], Certificate))

    return {
        id_: RecordedCase(
            id_,
            one["host"],
            tuple(read[print_] for print_ in one["presented"]),
            known(one["anchors"]),
            known(one["downloads"]),
            one["by_chance"],
            None if one["tlsa"] is None else tuple(one["tlsa"]),
        )
        for id_, one in said["cases"].items()
    }


def save(recording: Recording, folder: Path = RECORDED) -> None:
    """Write a recording; its set of cases must have been written."""
    said = {
        "engine": recording.engine,
        "version": recording.version,
        "at": recording.at.isoformat(),
        "cases": recording.set_name,
        # An engine that refuses says something; nothing stands for yes.
        "answers": {id_: "" if one.accepted else one.words or "refused" for id_, one in recording.answers.items()},
        "unasked": dict(recording.unasked),
    }
    text = json.dumps(said, indent=1, ensure_ascii=False)
    (folder / f"{recording.engine}.json").write_text(text + "\n", "utf-8")


def save_cases(name: str, cases: Iterable[RecordedCase], folder: Path = RECORDED) -> None:
    """Write a set of cases, each certificate once."""
    certificates: dict[str, str] = {}
    listed = {}
    for case in cases:
        groups = {"presented": case.presented, "anchors": case.anchors, "downloads": case.downloads}
        for group in groups.values():
            certificates.update((one.fingerprint, base64.b64encode(one.der).decode()) for one in group)
        listed[case.id] = {"host": case.host, "by_chance": case.by_chance, "tlsa": case.tlsa} | {
            name: [one.fingerprint for one in group] for name, group in groups.items()
        }
    text = json.dumps({"cases": listed, "certificates": certificates})
    # No time inside: the same cases give the same octets.
    (folder / _cases_file(name)).write_bytes(gzip.compress(text.encode(), mtime=0))


def forget_unused_cases(folder: Path = RECORDED) -> None:
    """Delete sets of cases that no recording speaks of any more."""
    used = {_cases_file(json.loads(file.read_text("utf-8"))["cases"]) for file in folder.glob("*.json")}
    for file in folder.glob(_cases_file("*")):
        if file.name not in used:
            file.unlink()


def differences(old: Recording | None, new: Recording) -> tuple[str, ...]:
    """What a new recording says otherwise than the old one: answers added, changed, removed, a line each."""
    before = {} if old is None else old.answers
    lines = [f"+ {id_}: {_short(new.answers[id_])}" for id_ in new.answers if id_ not in before]
    lines += [f"- {id_}" for id_ in before if id_ not in new.answers]
    lines += [
        f"! {id_}: {_short(before[id_])} -> {_short(answer)}"
        for id_, answer in new.answers.items()
        if id_ in before and before[id_].accepted != answer.accepted
    ]
    return tuple(lines)


def _short(answer: Answer) -> str:
    return "accepted" if answer.accepted else f"refused, {answer.words}"


def _cases_file(name: str) -> str:
    return f"cases-{name}.json.gz"
