"""The cures that are settings of the server, or of the network before it."""

from typing import Literal

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.observation import FailureKind, Observation, ProbeFailure
from mailtrust.core.model.remedy import ConfigureServer, Remedy
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.served import places

KIND = "configure-server"

Setting = Literal[
    "offer-tls",
    "tls-version",
    "mend-handshake",
    "send-sni-certificate",
    "stop-injection",
    "matching-key",
    "mend-stapling",
    "mend-revocation",
    "open-network",
    "correct-dns",
]


@frozen
class Cure:
    """The setting that cures a rule's findings."""

    setting: Setting
    title: Text
    """`places` is put in."""
    decision: Text | None = None


_STAPLING = Cure("mend-stapling", text("Let {places} send a current OCSP answer along"))

CURES: dict[str, Cure] = {
    "tls-not-offered": Cure("offer-tls", text("Switch TLS on at {places}")),
    "tls-version-old": Cure("tls-version", text("Allow TLS 1.2 and 1.3 at {places}")),
    "tls-handshake-failed": Cure(
        "mend-handshake", text("Give {places} a certificate, its own key, and versions and ciphers of today")
    ),
    "sni-needed": Cure("send-sni-certificate", text("Make the right certificate the default one at {places}")),
    "starttls-injection": Cure(
        "stop-injection",
        text("Let nothing be sent in the clear at {places} once TLS was agreed"),
        text(
            "Mostly that means an update of the server's software, or taking a device out of the way. Which of them "
            "is it?"
        ),
    ),
    "key-not-proven": Cure("matching-key", text("Give {places} the key that belongs to the certificate")),
    "revocation-unreachable": Cure(
        "mend-revocation", text("Let the CA's addresses tell whether the certificate at {places} was revoked")
    ),
    "staple-bad": _STAPLING,
    "must-staple-without-staple": _STAPLING,
    "network-blocked": Cure(
        "open-network",
        text("Open the way to {places}, or take it out of DNS and settings"),
        text(
            "Whether the service, a firewall there or this network is at fault, only a look from another network tells."
        ),
    ),
    "tls-intercepted": Cure(
        "open-network",
        text("Look at {places} from a network without inspection, and exempt mail from it here"),
        text("Whether mail may be read along on its way is for the organisation to decide, not for a program."),
    ),
}
"""By rule."""


NOWHERE = Cure(
    "correct-dns",
    text("Let the name of {places} lead to an address, or take it out of DNS and settings"),
    text("Whether the server or the record that names it is missing, only those who run the domain know."),
)
"""Instead of an open way, for a name without address."""


def propose_settings(evidence: Evidence, findings: tuple[Finding, ...]) -> tuple[Remedy, ...]:
    """One remedy for each finding that a setting cures."""
    return tuple(_remedy(evidence, finding) for finding in findings if finding.rule in CURES)


def _remedy(evidence: Evidence, finding: Finding) -> Remedy:
    where = tuple(seen for seen in evidence.case.observations if seen.id in finding.observations)
    cure = NOWHERE if where and all(map(_has_no_address, where)) else CURES[finding.rule]
    return Remedy(
        kind=KIND,
        goal=ConfigureServer(cure.setting),
        title=Text(cure.title.template, (("places", places(where)),)),
        safe=cure.decision is None,
        steps=(),
        cures=(finding.id,),
        observations=finding.observations,
        decision=cure.decision,
    )


def _has_no_address(seen: Observation) -> bool:
    return isinstance(seen.result, ProbeFailure) and seen.result.kind is FailureKind.NO_ADDRESS
