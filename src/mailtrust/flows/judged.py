"""What of a case is judged, and for whom: the observations that clients meet, as they are or as they would be."""

from dataclasses import replace

from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.observation import Handshake, Observation


def suppose(case: CaseFile) -> CaseFile:
    """The case as it would be if every endpoint presented the hypothetical chain; unchanged when there is none."""
    if not case.hypothetical:
        return case
    supposed = tuple(
        replace(seen, result=replace(seen.result, presented_chain=case.hypothetical, ocsp_staple=None, key_proven=True))
        if isinstance(seen.result, Handshake)
        else seen
        for seen in case.observations
    )
    return replace(case, observations=supposed)


def judged_observations(case: CaseFile) -> tuple[Observation, ...]:
    """What clients meet: the default offer, and RSA or ECDSA where the server then presents another leaf.

    No client of today leaves the server name out, so `no-sni` is evidence for a rule and not judged.
    """
    leaf_of = {
        seen.endpoint.id: seen.presented_chain[0].fingerprint
        for seen in case.observations
        if seen.offer is Offer.DEFAULT and seen.presented_chain
    }
    return tuple(
        seen
        for seen in case.observations
        if isinstance(seen.result, Handshake)
        and (
            seen.offer is Offer.DEFAULT
            or (
                seen.offer in (Offer.RSA, Offer.ECDSA)
                and seen.presented_chain
                and seen.presented_chain[0].fingerprint != leaf_of.get(seen.endpoint.id)
            )
        )
    )


def ports_given(case: CaseFile) -> frozenset[tuple[str, int]]:
    """The ports that were asked for by themselves, by URL or host:port, wherever they were looked at (`--also`)."""
    return frozenset(
        (seen.endpoint.host, seen.endpoint.port) for seen in case.observations if seen.endpoint.found_by == "given"
    )


def concerns(client: ClientProfile, observation: Observation, given: frozenset[tuple[str, int]]) -> bool:
    """Whether a client is judged here: at every port that was asked for, else where it speaks the protocol."""
    endpoint = observation.endpoint
    return (endpoint.host, endpoint.port) in given or endpoint.protocol in client.speaks
