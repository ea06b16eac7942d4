"""Findings about assignments that an organisation has accepted: they are found on servers, by their names."""

from collections.abc import Sequence

from mailtrust.core.model.acceptance import EVERYWHERE, Acceptance, Accepted
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.finding import Finding, Passed, RuleResult
from mailtrust.core.rules.grounds.accepting import Ground, settle_on


def settle_assignments(evidence: AssignmentEvidence, results: Sequence[RuleResult]) -> tuple[Acceptance, ...]:
    """What comes of each acceptance of the settings; its endpoint is a server's name, or a host that clients use."""
    servers = evidence.organisation.servers if evidence.organisation is not None else ()
    known = {name.lower(): one.name.lower() for one in servers for name in (one.name, one.fqdn) if name}
    others = (*(one.server for one in evidence.assigned), *(one.server for one in evidence.served))
    known |= {name.lower(): name.lower() for name in others if name and name.lower() not in known}

    def places(one: Finding | Passed) -> set[str]:
        if isinstance(one, Finding):
            said = one.fact("server") or one.fact("servers") or ()
            told = said if isinstance(said, tuple) else (str(said),)
        else:
            told = tuple(name for name in known if _is_about(one.subject.lower(), name))
        return {known.get(name.lower(), name.lower()) for name in told}

    everywhere = {place for one in results if isinstance(one, Finding | Passed) for place in places(one)}

    def meant(accepted: Accepted) -> set[str]:
        if accepted.endpoint == EVERYWHERE:
            return everywhere
        host = _host(accepted.endpoint)
        return {known[host]} if host in known else {host} & everywhere

    return settle_on(Ground(meant, places), results, evidence.settings.accepted, evidence.now)


def _is_about(subject: str, server: str) -> bool:
    r"""`mail1`, `mail1/imap`, `mail1:imap`, `mail1\default frontend mail1`; `mail10` is another server."""
    return subject.startswith(server) and subject[len(server) :][:1] in ("", "/", ":", "\\")


def _host(pattern: str) -> str:
    """The host of `imaps://mail.example.com:993@192.0.2.1`, of a host with a port, of a host."""
    place = pattern.rpartition("://")[2].partition("@")[0].lower()
    if place.startswith("["):
        return place[1:].partition("]")[0]
    return place.partition(":")[0] if place.count(":") == 1 else place
