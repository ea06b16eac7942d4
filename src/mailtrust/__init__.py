"""mailtrust finds, explains, mends and proves mended what keeps mail clients from trusting a mail server's certificate.

The library in five lines:

    import asyncio
    import mailtrust

    request = mailtrust.CheckRequest.of("imaps://mail.example.com")
    assessment = asyncio.run(mailtrust.check(request, mailtrust.real_edge()))
    for verdict in assessment.evidence.verdicts:
        print(verdict.client, verdict.outcome, [reason.code for reason in verdict.reasons])

And what cures it, on servers that `mailtrust.toml` would name:

    machine = mailtrust.LocalMachine()
    planned = asyncio.run(mailtrust.plan(assessment, {"local": machine}))

`check` looks and judges; `look` only records the facts (a CaseFile), `assess` only judges them, as often as you like,
for any moment; `evaluate` is one client's verdict on one connection. `plan` writes down what cures an assessment
whose settings name servers, `apply` carries a plan out or takes it back, `prove` says what became of each finding.
Nothing is raised for what a server does: that is part of the answer. What a person gave wrongly is a `UserProblem`.
Names that do not stand in `__all__` may change without notice.
"""
# ruff: noqa: F401 - type checkers read the imports below, `__getattr__` gives the same names late

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mailtrust.version import __version__

if TYPE_CHECKING:
    from mailtrust.core.clients import CLIENTS, client_by_id
    from mailtrust.core.formats.target import parse_target
    from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
    from mailtrust.core.model.case_file import CaseFile
    from mailtrust.core.model.certificate import Certificate, UnreadableCertificate
    from mailtrust.core.model.client import ClientProfile
    from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
    from mailtrust.core.model.evidence import Assessment, Evidence
    from mailtrust.core.model.finding import Finding, NotApplicable, Passed, Severity, Unknown
    from mailtrust.core.model.observation import Handshake, Observation, ProbeFailure
    from mailtrust.core.model.plan import Plan, PlanStep
    from mailtrust.core.model.pool import Pool, PoolEntry, Source
    from mailtrust.core.model.problem import CouldNotLook, UserProblem
    from mailtrust.core.model.proof import Proof
    from mailtrust.core.model.remedy import Remedy, Step
    from mailtrust.core.model.settings import Place, Server, Settings, Threshold
    from mailtrust.core.model.verdict import Basis, Outcome, PathAttempt, Reason, Verdict
    from mailtrust.core.validation.evaluate import evaluate
    from mailtrust.core.x509.parse import read_certificate
    from mailtrust.edge.transport.local import LocalMachine
    from mailtrust.edge.transport.state import State
    from mailtrust.flows.apply import apply
    from mailtrust.flows.apply_session import Surroundings
    from mailtrust.flows.assess import assess
    from mailtrust.flows.check import CheckRequest, Edge, check, look
    from mailtrust.flows.edge import real_edge
    from mailtrust.flows.plan import plan
    from mailtrust.flows.prove import prove

# Where each public name lives; it is imported when it is first asked for, so that the command starts fast.
_HOMES = {
    "mailtrust.core.clients": ("CLIENTS", "client_by_id"),
    "mailtrust.core.formats.target": ("parse_target",),
    "mailtrust.core.model.anchors": ("AnchorStore", "TrustAnchor"),
    "mailtrust.core.model.case_file": ("CaseFile",),
    "mailtrust.core.model.certificate": ("Certificate", "UnreadableCertificate"),
    "mailtrust.core.model.client": ("ClientProfile",),
    "mailtrust.core.model.endpoint": ("Endpoint", "Offer", "Protocol", "TlsMode"),
    "mailtrust.core.model.evidence": ("Assessment", "Evidence"),
    "mailtrust.core.model.finding": ("Finding", "NotApplicable", "Passed", "Severity", "Unknown"),
    "mailtrust.core.model.observation": ("Handshake", "Observation", "ProbeFailure"),
    "mailtrust.core.model.plan": ("Plan", "PlanStep"),
    "mailtrust.core.model.pool": ("Pool", "PoolEntry", "Source"),
    "mailtrust.core.model.problem": ("CouldNotLook", "UserProblem"),
    "mailtrust.core.model.proof": ("Proof",),
    "mailtrust.core.model.remedy": ("Remedy", "Step"),
    "mailtrust.core.model.settings": ("Place", "Server", "Settings", "Threshold"),
    "mailtrust.core.model.verdict": ("Basis", "Outcome", "PathAttempt", "Reason", "Verdict"),
    "mailtrust.core.validation.evaluate": ("evaluate",),
    "mailtrust.core.x509.parse": ("read_certificate",),
    "mailtrust.edge.transport.local": ("LocalMachine",),
    "mailtrust.edge.transport.state": ("State",),
    "mailtrust.flows.apply": ("apply",),
    "mailtrust.flows.apply_session": ("Surroundings",),
    "mailtrust.flows.assess": ("assess",),
    "mailtrust.flows.check": ("CheckRequest", "Edge", "check", "look"),
    "mailtrust.flows.edge": ("real_edge",),
    "mailtrust.flows.plan": ("plan",),
    "mailtrust.flows.prove": ("prove",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [  # noqa: PLE0604 - the names are known, only their modules are not imported yet
    "__version__",
    *sorted(_HOME_OF),
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'mailtrust' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
