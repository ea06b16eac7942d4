"""What must become true, and the steps that make it so."""

from typing import Literal

from mailtrust.core.model.certificate import CertificateSpec
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text


@frozen
class Write:
    """A file to be written; the content never holds a private key."""

    path: str
    content: str


@frozen
class Run:
    """A command to be run, as an argument list or a shell line for people."""

    command: str
    shell: Literal["sh", "powershell", "cmd", "exchange"] = "sh"


@frozen
class Human:
    """Something only a person can do, such as clicking through a console."""

    path: tuple[Text, ...] = ()
    """The clicks, in order."""


@frozen
class Step:
    """One thing to do, how to take it back, and what it disturbs."""

    say: Text
    do: Write | Run | Human
    undo: Text | None
    """None: it cannot be taken back, and `say` says so."""
    disruption: Literal["none", "reload", "restart"] = "none"
    needs: str = ""
    """The right it needs: root, Administrator, Organization Management, ..."""


@frozen
class ServeChain:
    """The server must present exactly these certificates, in this order."""

    leaf: str
    intermediates: tuple[str, ...]
    """Fingerprints, the leaf's issuer first; the root is not among them."""
    origins: tuple[str, ...] = ()
    """Where the missing ones were found: URLs, repository pages."""


@frozen
class ReplaceCertificate:
    """The server must present another certificate."""

    spec: CertificateSpec
    replaces: str
    """Fingerprint of the certificate in service."""


@frozen
class TrustAnchorOnClients:
    """Clients must trust this anchor."""

    anchor: str
    clients: tuple[str, ...]


@frozen
class UseName:
    """Clients must be configured with one of these names instead."""

    names: tuple[str, ...]
    instead_of: str


@frozen
class ServeSameCertificate:
    """All these observations must present this leaf."""

    leaf: str
    observations: tuple[str, ...]


@frozen
class ConfigureServer:
    """A setting of the server must change; which, `Remedy.title` says."""

    setting: Literal[
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


Goal = ServeChain | ReplaceCertificate | TrustAnchorOnClients | UseName | ServeSameCertificate | ConfigureServer


@frozen
class Remedy:
    """One way to cure one or more findings."""

    kind: str
    """The rule-independent name of the way: serve-chain, replace-certificate, trust-anchor, use-name, ..."""
    goal: Goal
    title: Text
    safe: bool
    """False: it needs a decision (money, trust, a changed name) before anyone does it."""
    steps: tuple[Step, ...]
    cures: tuple[str, ...]
    """Finding ids."""
    observations: tuple[str, ...] = ()
    decision: Text | None = None
    """What has to be decided, when it is not safe."""

    @property
    def id(self) -> str:
        """Stable within a report: kind and what it is about."""
        match self.goal:
            case ServeChain(leaf=leaf) | ServeSameCertificate(leaf=leaf):
                return f"{self.kind}:{leaf[:16]}"
            case ReplaceCertificate(replaces=leaf):
                return f"{self.kind}:{leaf[:16]}"
            case TrustAnchorOnClients(anchor=anchor):
                return f"{self.kind}:{anchor[:16]}"
            case UseName(instead_of=name):
                return f"{self.kind}:{name}"
            case ConfigureServer(setting=setting):
                return f"{self.kind}:{setting}:{self.observations[0] if self.observations else ''}"
