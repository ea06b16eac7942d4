"""What rules look at: the facts of a case and the verdicts on them, with ways to find one's way."""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, TypeVar

from mailtrust.core.model.acceptance import Acceptance, settled
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.finding import Finding, RuleResult, worst_first
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.remedy import Remedy
from mailtrust.core.model.settings import Settings
from mailtrust.core.model.verdict import Verdict

Made = TypeVar("Made")


@frozen
class Evidence:
    """One case, judged."""

    case: CaseFile
    now: datetime
    settings: Settings
    clients: Mapping[str, ClientProfile]
    """The clients that were asked, by id."""
    stores: Mapping[str, AnchorStore]
    verdicts: tuple[Verdict, ...]
    _certificates: dict[str, Certificate] = field(init=False, repr=False, compare=False, default_factory=dict)
    _made: dict[Callable[..., Any], Any] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for observation in self.case.observations:
            for certificate in observation.presented_chain:
                if isinstance(certificate, Certificate):
                    self._certificates[certificate.fingerprint] = certificate
        for entry in self.case.pool:
            self._certificates[entry.certificate.fingerprint] = entry.certificate
        for root in self.case.local_roots:
            self._certificates.setdefault(root.fingerprint, root)
        for verdict in self.verdicts:
            for attempt in verdict.attempts:
                if attempt.anchor is not None:
                    self._certificates.setdefault(attempt.anchor.fingerprint, attempt.anchor.certificate)

    @property
    def certificates(self) -> Mapping[str, Certificate]:
        """Every readable certificate of the case by fingerprint, anchors of the paths included."""
        return self._certificates

    @property
    def handshakes(self) -> tuple[tuple[Observation, Handshake], ...]:
        """The observations that ended in a handshake, with it."""
        return self.once(_handshakes)

    @property
    def default_handshakes(self) -> tuple[tuple[Observation, Handshake], ...]:
        """Those whose hello held back nothing: what clients of today see."""
        return self.once(_default_handshakes)

    def once(self, make: "Callable[[Evidence], Made]") -> Made:
        """What a pure function makes of this evidence; the first who asks has it made, for all the rules to come."""
        if make not in self._made:
            self._made[make] = make(self)
        made: Made = self._made[make]
        return made

    def leaf(self, observation: Observation) -> AnyCertificate | None:
        """The first presented certificate."""
        return observation.presented_chain[0] if observation.presented_chain else None

    def observation(self, observation_id: str) -> Observation:
        """The observation of that id; KeyError when there is none."""
        for seen in self.case.observations:
            if seen.id == observation_id:
                return seen
        raise KeyError(observation_id)

    def verdicts_on(self, observation_id: str) -> tuple[Verdict, ...]:
        """Every client's verdict on one observation."""
        return tuple(verdict for verdict in self.verdicts if verdict.observation == observation_id)

    def hurt_by(self, code: str, observation_id: str | None = None) -> tuple[str, ...]:
        """The clients that `code` stops, here or anywhere, in the order of the profiles."""
        hurt = {
            verdict.client
            for verdict in self.verdicts
            if code in verdict.error_codes and observation_id in (None, verdict.observation)
        }
        return tuple(client for client in self.clients if client in hurt)


def _handshakes(evidence: Evidence) -> tuple[tuple[Observation, Handshake], ...]:
    return tuple((seen, seen.result) for seen in evidence.case.observations if isinstance(seen.result, Handshake))


def _default_handshakes(evidence: Evidence) -> tuple[tuple[Observation, Handshake], ...]:
    return tuple((seen, shake) for seen, shake in evidence.handshakes if seen.offer is Offer.DEFAULT)


@frozen
class Assessment:
    """All that is said about a case: the input of every report."""

    evidence: Evidence
    results: tuple[RuleResult, ...]
    remedies: tuple[Remedy, ...]
    """Safest first; each finding is cured by at least one, or its explanation says why there is none."""

    acceptances: tuple[Acceptance, ...] = ()
    """What came of each finding that the organisation has accepted beforehand."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong and counts, worst first."""
        out = settled(self.acceptances)
        return tuple(finding for finding in self.every_finding if finding.id not in out)

    @property
    def accepted(self) -> tuple[Finding, ...]:
        """What is wrong and does not count, because the organisation lives with it; worst first."""
        out = settled(self.acceptances)
        return tuple(finding for finding in self.every_finding if finding.id in out)

    @property
    def every_finding(self) -> tuple[Finding, ...]:
        """What is wrong, accepted or not, worst first."""
        return worst_first(self.results)
