"""The whole way: mutated chains, judged for every client, with every rule, remedy and document."""

from collections.abc import Sequence
from random import Random

from tests.fuzz import seeds
from tests.fuzz.documents import documents, forecasts
from tests.fuzz.mutation.octets import mutate_octets
from tests.fuzz.mutation.structure import mutate_der
from tests.fuzz.target import Target
from tests.report import test_nagios

from mailtrust.core.clients import CLIENTS
from mailtrust.core.forecast.forecast import HORIZON, forecast
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.finding import Severity
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.settings import Settings
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report import nagios
from mailtrust.core.report.formats import Reader
from mailtrust.core.x509.parse import read_certificate
from mailtrust.flows.assess import assess

ENDPOINTS = tuple(
    Endpoint(seeds.HOST, port, protocol, mode, "192.0.2.1", seeds.HOST, "given")
    for port, protocol, mode in (
        (25, Protocol.SMTP, TlsMode.STARTTLS),
        (993, Protocol.IMAP, TlsMode.IMPLICIT),
        (443, Protocol.HTTPS, TlsMode.IMPLICIT),
    )
)
AGAIN = 8
"""One of so many inputs is judged twice: the same must come of it."""
LATER = 4
"""One of so many is followed into the future."""


def stores() -> dict[str, AnchorStore]:
    """Every client trusts the root whose keys everybody knows, so that paths are found and not only refused."""
    anchors = (TrustAnchor(seeds.world().pki.root.certificate),)
    names = dict.fromkeys(client.anchor_store for client in CLIENTS)
    return {name: AnchorStore(name, seeds.NOW, "made here", "0" * 64, anchors) for name in names}


def judged(case: CaseFile) -> Assessment:
    assessment = assess(case, stores=stores(), clients=CLIENTS, settings=Settings(), now=seeds.NOW)
    hold(assessment)
    return assessment


def hold(assessment: Assessment) -> None:
    """What is promised of every assessment: nobody is refused without a finding that says why."""
    evidence = assessment.evidence
    told = {
        seen
        for finding in assessment.findings
        if finding.severity is not Severity.INFO
        for seen in finding.observations
    }
    for verdict in evidence.verdicts:
        assert verdict.reasons or verdict.outcome is Outcome.ACCEPTED, f"{verdict.client}: refused without a reason"
        if verdict.outcome is Outcome.REFUSED:
            assert verdict.observation in told, f"{verdict.client}: {verdict.error_codes} and no finding"


def written(assessment: Assessment, choice: int) -> bytes:
    """All documents; every so often the forecast's, too."""
    told = documents(assessment)
    if choice % LATER == 0:
        told += forecasts(forecast(assessment.evidence, assessment.evidence.now + HORIZON))
    return told


def in_short(assessment: Assessment) -> bytes:
    """What was found, without the words."""
    test_nagios.read(line := nagios.write([assessment], Reader()))
    return line + repr([(one.id, one.severity, one.observations, one.clients) for one in assessment.findings]).encode()


def chains_in(octets: bytes) -> list[list[bytes]]:
    """Certificates as TLS lists them, three octets of length before each; an empty one ends a chain. Lies are read."""
    chains: list[list[bytes]] = [[]]
    at = 0
    while at + 3 <= len(octets):
        size = int.from_bytes(octets[at : at + 3])
        if size:
            chains[-1].append(octets[at + 3 : at + 3 + size])
        else:
            chains.append([])
        at += 3 + size
    return chains[: len(ENDPOINTS)]


def listed(*chains: Sequence[bytes]) -> bytes:
    return b"\0\0\0".join(b"".join(len(one).to_bytes(3) + one for one in chain) for chain in chains)


def case_of(octets: bytes) -> CaseFile:
    observations = []
    entries = []
    for endpoint, chain in zip(ENDPOINTS, filter(None, chains_in(octets)), strict=False):
        sent = tuple(read_certificate(one) for one in chain)
        shake = Handshake("TLSv1.3", "TLS_AES_128_GCM_SHA256", sent, chain[-1], True, True)
        observations.append(Observation(endpoint, Offer.DEFAULT, seeds.NOW, shake))
        entries += [PoolEntry(one, frozenset({Source.PRESENTED})) for one in sent if isinstance(one, Certificate)]
    issuing = seeds.world().pki.issuing.certificate
    pool = Pool.merge((*entries, PoolEntry(issuing, frozenset({Source.AIA}), ("http://ca.test/\x1b[2J",))))
    return CaseFile(seeds.HOST, seeds.NOW, "0", tuple(observations), pool)


def _judge(octets: bytes) -> bytes:
    told = in_short(judged(case_of(octets)))
    if sum(octets[:4096]) % AGAIN == 0:
        assert in_short(judged(case_of(octets))) == told, "judged twice, and not the same"
    return told


def _document(octets: bytes) -> bytes:
    choice = sum(octets[:4096])
    told = written(judged(case_of(octets)), choice)
    if choice % AGAIN == 0:
        assert written(judged(case_of(octets)), choice) == told, "written twice, and not the same"
    return told


def _chains() -> tuple[bytes, ...]:
    world = seeds.world()
    both = (*world.chains, *seeds.recorded_chains(), *((one,) for one in seeds.floods()))
    return tuple(listed(chain) for chain in both)


def _mutate(chance: Random, seed: bytes, others: Sequence[bytes]) -> bytes:
    """Three chains, in each one or two certificates changed, half of these signed again as if nothing had been."""
    if chance.random() < 0.03:
        return mutate_octets(chance, seed, others)
    chains = [chains_in(seed)[0], *(chains_in(chance.choice(others[:-13]))[0] for _ in range(2))]
    for chain in chains:
        for _ in range(chance.choice((1, 1, 2))):
            if chain:
                at = chance.choice((0, 0, 0, chance.randrange(len(chain))))
                chain[at] = _changed(chance, chain[at])
        match chance.randrange(12):
            case 0:
                chance.shuffle(chain)
            case 1:
                chain.extend(chain[:])
            case 2:
                chain.append(chance.choice(seeds.certificates()[:-13]))
    return listed(*chains)


def _changed(chance: Random, octets: bytes) -> bytes:
    changed = mutate_der(chance, octets, seeds.certificates())
    if chance.random() < 0.5:
        return changed
    pki = seeds.world().pki
    return seeds.world().signed_again(changed, chance.choice((pki.issuing, pki.issuing, pki.root)))


JUDGING = Target("judging", _chains, _mutate, _judge, inputs=30_000, bounded=20, most_seconds=10.0)
DOCUMENTS = Target("documents", _chains, _mutate, _document, inputs=3_000, bounded=3, most_seconds=20.0)
