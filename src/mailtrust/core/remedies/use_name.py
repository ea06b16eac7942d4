"""The cure on the clients' side for a wrong name: use one that the certificate carries."""

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.remedy import Remedy, UseName
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.hosts import hosts_met, is_address
from mailtrust.core.validation.names.internal import is_internal
from mailtrust.core.validation.names.rfc9525 import names_rfc9525

KIND = "use-name"

CURED = frozenset({"name-mismatch", "name-internal", "name-wildcard-depth"})

MOST_NAMES = 5


def propose_names(evidence: Evidence, findings: tuple[Finding, ...]) -> tuple[Remedy, ...]:
    """One remedy for each wanted name that the certificates lack, where they carry others that clients could use."""
    proposed: list[Remedy] = []
    for finding in findings:
        host = finding.fact("wanted")
        if finding.rule not in CURED or not isinstance(host, str):
            continue
        leaves = [evidence.certificates[one] for one in finding.certificates if one in evidence.certificates]
        names = _usable(evidence, leaves, host)
        if names:
            proposed.append(_remedy(finding, host, names))
    return tuple(proposed)


def _usable(evidence: Evidence, leaves: list[Certificate], host: str) -> tuple[str, ...]:
    """Names that all of the certificates cover, those first by which this run has reached a server that shows them."""
    proven = [
        met.host
        for met in hosts_met(evidence)
        for leaf in leaves
        if any(seen == leaf for _, seen in met.observations) and not tuple(names_rfc9525(leaf, met.host, None))
    ]
    carried = [name for leaf in leaves for name in leaf.dns_names if not name.startswith("*")]
    below = [near for leaf in leaves for name in leaf.dns_names if (near := _under_the_wildcard(name.lower(), host))]
    usable = (
        name
        for name in dict.fromkeys((*proven, *below, *carried))
        if name.lower() != host.lower()
        and not is_address(name)
        and not is_internal(name)
        and all(not tuple(names_rfc9525(leaf, name, None)) for leaf in leaves)
    )
    return tuple(usable)[:MOST_NAMES]


def _under_the_wildcard(name: str, host: str) -> str | None:
    """The name right under a wildcard that is nearest to a host too deep for it: `mail-eu` for `mail.eu`."""
    base = name.removeprefix("*")
    inner = host.lower().removesuffix(base)
    return None if name == base or inner == host.lower() else inner.replace(".", "-") + base


def _remedy(finding: Finding, host: str, names: tuple[str, ...]) -> Remedy:
    return Remedy(
        kind=KIND,
        goal=UseName(names=names, instead_of=host),
        title=text("Let clients use {names} instead of {host}", names=names, host=host),
        safe=False,
        steps=(),
        cures=(finding.id,),
        observations=finding.observations,
        decision=text(
            "Every client, URL and record that names {host} has to be changed, and the new name must lead to the same "
            "server from inside and outside. Is that less trouble than a new certificate?",
            host=host,
        ),
    )
