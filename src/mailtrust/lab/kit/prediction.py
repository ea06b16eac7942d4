"""What mailtrust says that a client will do with a case: the profile is asked, nothing is copied."""

from datetime import datetime, timedelta

from mailtrust.core.clients import client_by_id
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.status import FetchedStatus
from mailtrust.core.model.verdict import Verdict
from mailtrust.core.validation.evaluate import evaluate
from mailtrust.core.x509.ocsp_request import write_ocsp_request
from mailtrust.lab.aia_host import Service
from mailtrust.lab.kit.case import Case, Presented, Stand
from mailtrust.lab.pki import Pki
from mailtrust.lab.status_desk import StatusDesk

ACCOUNTS = (Protocol.IMAP, Protocol.SUBMISSION, Protocol.HTTPS, Protocol.SMTP)
"""What the kit serves."""


@frozen
class Prediction:
    """A client's verdict over one protocol."""

    client: ClientProfile
    protocol: Protocol
    verdict: Verdict


class Nowhere:
    """Stands where downloads would be offered, for a kit that is not up."""

    def publish(self, name: str, _offered: bytes, /) -> str:
        """An address that looks like the real one."""
        return f"http://192.0.2.25/{name}"

    def offer(self, name: str, _service: Service, /) -> str:
        """As `publish`."""
        return f"http://192.0.2.25/{name}"


def predict(
    case: Case, presented: Presented, client: str, *, pki: Pki, stand: Stand, at: datetime
) -> tuple[Prediction, ...]:
    """What the client does, over each protocol of the kit that it speaks, where its words differ."""
    host = case.host(stand)
    profile = client_by_id(client)
    if host is None:
        return ()
    made: dict[object, Prediction] = {}
    for protocol in ACCOUNTS:
        if protocol in profile.speaks:
            verdict = _judged(profile, protocol, host, case, presented, pki, at)
            made.setdefault(
                (verdict.outcome, verdict.overridable, verdict.words), Prediction(profile, protocol, verdict)
            )
    return tuple(made.values())


def _judged(  # noqa: PLR0917 (what a judgement needs)
    profile: ClientProfile, protocol: Protocol, host: str, case: Case, presented: Presented, pki: Pki, at: datetime
) -> Verdict:
    version, cipher = ("TLSv1.3", "TLS_AES_256_GCM_SHA384")
    if presented.newest_tls is not None:
        version, cipher = "TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384"
    shown = Handshake(version, cipher, presented.sent, None, key_proven=True, completed=True)
    endpoint = Endpoint(host, 993, protocol, TlsMode.IMPLICIT, "192.0.2.25", None, "given")
    return evaluate(
        Observation(endpoint, Offer.DEFAULT, at, shown),
        pool=Pool(tuple(PoolEntry(one, frozenset({Source.AIA})) for one in presented.downloads)),
        store=AnchorStore("kit", at, "", "", ()),
        client=profile,
        now=at,
        fetched=_told(presented, pki, at) if presented.revoked else (),
        local_anchors=(TrustAnchor(pki.root.certificate),) if case.root == "installed" else (),
    )


def _told(presented: Presented, pki: Pki, at: datetime) -> tuple[FetchedStatus, ...]:
    """What whoever asks about a revoked certificate is told."""
    leaf = presented.by.certificate
    desk = StatusDesk(pki.intermediate, Nowhere(), "issuing-ca", at)
    desk.take_back(leaf, at - timedelta(days=1))
    answer = desk.answer(write_ocsp_request(leaf, pki.intermediate.certificate))
    return (
        *(FetchedStatus("ocsp", url, leaf.fingerprint, answer) for url in leaf.ocsp_urls),
        *(FetchedStatus("crl", url, "", desk.list()) for url in leaf.crl_urls),
    )
