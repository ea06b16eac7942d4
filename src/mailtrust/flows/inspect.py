"""What a server presents on its ports, as if it stood in a file."""

from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.problem import CouldNotLook
from mailtrust.core.x509.containers import Contents, Form, Item
from mailtrust.core.x509.roles import bearers_of_roots, role_of
from mailtrust.flows.bundle import nothing_seen
from mailtrust.flows.check import CheckRequest, Edge, OnProgress, look


async def presented(request: CheckRequest, edge: Edge, on_progress: OnProgress | None = None) -> Contents:
    """Every certificate presented, each once, with the ports. Raises CouldNotLook when there is none."""
    case = await look(request, edge, {}, on_progress)
    ports: dict[str, list[str]] = {}
    known: dict[str, AnyCertificate] = {}
    for seen in case.observations:
        for certificate in seen.presented_chain:
            known.setdefault(certificate.fingerprint, certificate)
            ports.setdefault(certificate.fingerprint, []).append(seen.endpoint.id.rpartition("@")[0])
    if not known:
        raise CouldNotLook(nothing_seen(case))
    roots = bearers_of_roots(one for one in known.values() if isinstance(one, Certificate))
    return Contents(
        Form.UNKNOWN,
        tuple(
            Item(one, " ".join(dict.fromkeys(ports[one.fingerprint])), role_of(one, roots, ()))
            for one in known.values()
        ),
        keys=(),
        others=(),
        problems=(),
    )
