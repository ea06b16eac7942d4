"""From findings to what must become true: every way that cures, safest first."""

from dataclasses import replace

from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.remedy import Remedy, UseName
from mailtrust.core.model.text import text
from mailtrust.core.remedies.configure_server import propose_settings
from mailtrust.core.remedies.replace_certificate import propose_replacements
from mailtrust.core.remedies.same_certificate import propose_sameness
from mailtrust.core.remedies.serve_chain import propose_chains
from mailtrust.core.remedies.trust_anchor import propose_anchors
from mailtrust.core.remedies.use_name import propose_names
from mailtrust.core.rules.grounds.hosts import is_address
from mailtrust.core.validation.names.internal import is_internal

ORDER = (
    "serve-chain",
    "serve-same-certificate",
    "configure-server",
    "replace-certificate",
    "trust-anchor",
    "use-name",
)
"""Of two ways that are alike in safety, what touches less comes first: a file, a service, a purchase, every client."""


def propose(evidence: Evidence, findings: tuple[Finding, ...]) -> tuple[Remedy, ...]:
    """The remedies for these findings, without steps: safe ones first; alternatives stand after what they replace."""
    chains = propose_chains(evidence, findings)
    cured_by_chain = frozenset(cured for remedy in chains if remedy.safe for cured in remedy.cures)
    proposed = (
        *chains,
        *propose_sameness(evidence, findings),
        *propose_settings(evidence, findings),
        *propose_replacements(evidence, findings, cured_by_chain),
        *propose_anchors(evidence, findings),
        *propose_names(evidence, findings),
    )
    own_ca = {finding.id for finding in findings if finding.rule == "anchor-private"}
    in_between = [finding for finding in findings if finding.rule == "tls-intercepted"]
    opened = {observation for finding in in_between for observation in finding.observations}
    clear = {finding.id for finding in in_between}
    ordered = sorted(proposed, key=lambda remedy: (not remedy.safe, _place(remedy, own_ca)))
    certain = [one for one in ordered if clear.intersection(one.cures) or not opened.intersection(one.observations)]
    return (*certain, *(_doubted(remedy) for remedy in ordered if remedy not in certain))


def _doubted(remedy: Remedy) -> Remedy:
    """What would change the server because of something that the server perhaps never showed."""
    first = text(
        "What was seen here was probably made by something in between. Look from another network first: only if the "
        "server shows the same there, this is to be done."
    )
    decision = text("{one} {next}", one=first, next=remedy.decision) if remedy.decision else first
    return replace(remedy, safe=False, decision=decision)


def _place(remedy: Remedy, own_ca: set[str]) -> float:
    """The place in ORDER, with two exceptions for what an administrator would do first anyway."""
    match remedy.goal:
        case UseName(instead_of=host) if is_internal(host) or is_address(host):
            # No certificate for the public can carry such a name.
            return ORDER.index("replace-certificate") - 0.5
    if remedy.kind == "trust-anchor" and own_ca.intersection(remedy.cures):
        # Who runs a CA wants its root on the clients, not another CA.
        return ORDER.index("replace-certificate") - 0.5
    return ORDER.index(remedy.kind)
