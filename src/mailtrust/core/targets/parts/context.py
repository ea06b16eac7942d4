"""What a product's steps are made from: names, ports, files and certificates of one remedy."""

import re

from mailtrust.core.formats.target import SCHEMES, scheme_of_port
from mailtrust.core.model.certificate import Certificate, CertificateSpec
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.remedy import Remedy, ReplaceCertificate, ServeChain, ServeSameCertificate
from mailtrust.core.remedies.file_names import file_name
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.validation.identifiers import to_a_labels

_ADDRESS = re.compile(r"[0-9A-Fa-f.:]{2,45}|\[[0-9A-Fa-f.:]{2,45}\]:[0-9]{1,5}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9_:][A-Za-z0-9._:-]{0,252}", re.ASCII)


@frozen
class TargetContext:
    """The facts of one remedy, as commands need them. Nothing in it can break out of a shell line or a file name."""

    host: str
    """The name by which the server is reached."""
    target: str
    """What `mailtrust check` is given to see whether it is mended: a port or a host, and where to look as well."""
    source: str
    """What `mailtrust bundle` is given: a server that presents the right leaf, and where to look as well."""
    ports: tuple[int, ...]
    protocols: frozenset[Protocol]
    leaf: Certificate | None
    """The server certificate concerned, where it is known."""
    intermediates: tuple[Certificate, ...]
    """What has to be sent with it, the leaf's issuer first."""
    unwanted: tuple[Certificate, ...]
    """Intermediates that are sent today and shall not be."""
    origins: tuple[str, ...]
    """Where intermediates that are not sent today can be had."""
    spec: CertificateSpec | None
    """What a new certificate must be, where one is needed."""
    options: str = ""
    """What this check was told besides, and the next has to be told again: ` --roots FILE`."""
    suffix: str = ".pem"
    """The ending of the file with the chain."""
    guess: str = ""
    """The product that a greeting makes one think of; empty: none, or somebody said which it is."""

    @property
    def file(self) -> str:
        """The stem of the files' names: `mail.example.com`."""
        return file_name(self.host)

    @property
    def bundle(self) -> str:
        """The name of the file with the chain."""
        return f"{self.file}{self.suffix}"

    @property
    def key(self) -> str:
        """The name of the file with the private key."""
        return f"{self.file}.key"

    @property
    def leaf_name(self) -> str:
        """What the server certificate is called."""
        return called_leaf(self.leaf) if self.leaf else self.host


def context_for(remedy: Remedy, evidence: Evidence) -> TargetContext:
    """Gather what the steps of a remedy need."""
    concerned = [seen for seen in evidence.case.observations if seen.id in remedy.observations]
    leaf: Certificate | None = None
    intermediates: tuple[Certificate, ...] = ()
    origins: tuple[str, ...] = ()
    spec: CertificateSpec | None = None
    match remedy.goal:
        case ServeChain():
            leaf = evidence.certificates.get(remedy.goal.leaf)
            intermediates = _known(evidence, remedy.goal.intermediates)
            origins = remedy.goal.origins
        case ReplaceCertificate():
            leaf = evidence.certificates.get(remedy.goal.replaces)
            spec = remedy.goal.spec
        case ServeSameCertificate():
            leaf = evidence.certificates.get(remedy.goal.leaf)
        case _:
            leaf = next((one for seen in concerned if isinstance(one := evidence.leaf(seen), Certificate)), None)
    host = safe_host(concerned[0].endpoint.host) if concerned else safe_host(evidence.case.target)
    source = next(
        (_place(seen) for seen, _ in evidence.default_handshakes if leaf is not None and evidence.leaf(seen) == leaf),
        host,
    )
    also = "".join(f" --also {one}" for one in _other_addresses(evidence))
    return TargetContext(
        host=host,
        target=(_place(concerned[0]) if len({_place(seen) for seen in concerned}) == 1 else host) + also,
        source=source + also,
        ports=tuple(dict.fromkeys(seen.endpoint.port for seen in concerned)),
        protocols=frozenset(seen.endpoint.protocol for seen in concerned),
        leaf=leaf,
        intermediates=intermediates,
        unwanted=_unwanted(concerned, leaf, intermediates) if isinstance(remedy.goal, ServeChain) else (),
        origins=origins,
        spec=spec,
        options=" --roots FILE" if evidence.case.local_roots else "",
    )


def _other_addresses(evidence: Evidence) -> tuple[str, ...]:
    """Where this check was told to look as well: what only a backend sends is found there alone."""
    told = (seen.endpoint.place for seen in evidence.case.observations if seen.endpoint.found_by == "also")
    return tuple(dict.fromkeys(one for one in told if _ADDRESS.fullmatch(one)))


def _known(evidence: Evidence, fingerprints: tuple[str, ...]) -> tuple[Certificate, ...]:
    return tuple(evidence.certificates[one] for one in fingerprints if one in evidence.certificates)


def _unwanted(
    concerned: list[Observation], leaf: Certificate | None, wanted: tuple[Certificate, ...]
) -> tuple[Certificate, ...]:
    keep = {one.fingerprint for one in (*wanted, *((leaf,) if leaf else ()))}
    sent = {one.fingerprint: one for seen in concerned for one in seen.presented_chain if isinstance(one, Certificate)}
    return tuple(one for fingerprint, one in sent.items() if fingerprint not in keep)


def _place(seen: Observation) -> str:
    """The port as a TARGET: with its protocol where the number alone tells another."""
    endpoint, host = seen.endpoint, safe_host(seen.endpoint.host)
    place = f"[{host}]:{endpoint.port}" if ":" in host else f"{host}:{endpoint.port}"
    spoken = (endpoint.protocol, endpoint.tls_mode)
    customary = scheme_of_port(endpoint.port)
    if (customary.protocol, customary.tls_mode) == spoken:
        return place
    return next(f"{name}://{place}" for name, scheme in SCHEMES.items() if (scheme.protocol, scheme.tls_mode) == spoken)


def safe_host(host: str) -> str:
    """A host fit for a command line; HOST where what was given can be none: half a name would be another server's."""
    name = to_a_labels(host.strip("[]").rpartition("@")[2])
    return name if _HOST.fullmatch(name) and ".." not in name else "HOST"
