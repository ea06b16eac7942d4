"""The cure for what is wrong with the server's certificate itself: another one. One remedy a leaf."""

from collections.abc import Iterator
from typing import Literal

from mailtrust.core.model.certificate import Certificate, CertificateSpec
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.remedy import Remedy, ReplaceCertificate
from mailtrust.core.model.text import Text, in_a_row, text
from mailtrust.core.remedies.wanted_names import wanted_names
from mailtrust.core.rules.grounds.hosts import is_address
from mailtrust.core.rules.grounds.naming import called_leaf
from mailtrust.core.rules.grounds.served import Served, served_leaves
from mailtrust.core.validation.kinds import Kind, kind_of
from mailtrust.core.validation.names.internal import is_internal

KIND = "replace-certificate"

ROUTINE = frozenset({"expired", "expiring", "not-yet-valid", "chain-outlived", "chain-expired-issuer"})
"""Cured by a certificate like the old one, from the same CA."""

OTHER_ISSUER = frozenset(
    {
        "self-signed",
        "anchor-private",
        "anchor-unknown",
        "anchor-distrusted",
        "issuer-not-ca",
        "path-length-exceeded",
        "name-constraint-violated",
        "policy-violated",
    }
)
"""Cured by a certificate from another CA only, or from the same one after it has mended itself."""

OTHER_CONTENT = frozenset(
    {
        "name-mismatch",
        "name-near-miss",
        "name-internal",
        "name-only-in-common-name",
        "name-wildcard-depth",
        "name-ip-as-dns",
        "validity-too-long",
        "key-weak",
        "signature-weak",
        "key-usage-wrong",
        "eku-no-server-auth",
        "leaf-is-ca",
        "client-auth-missing",
        "certificate-unparsable",
        "critical-extension-unknown",
        "signature-invalid",
        "ct-missing",
        "revoked",
        "must-staple-without-staple",
    }
)
"""Cured by a certificate that says something else."""

CHAIN_FIRST = frozenset({"chain-outlived", "chain-expired-issuer", "signature-invalid"})
"""Where another chain will do, there is no need for another certificate."""

CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
SERVER_AUTH = "1.3.6.1.5.5.7.3.1"

KeyWanted = Literal["rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"]


def propose_replacements(
    evidence: Evidence, findings: tuple[Finding, ...], cured_by_chain: frozenset[str]
) -> tuple[Remedy, ...]:
    """One remedy for each served leaf that has a finding which a new certificate cures.

    `cured_by_chain`: ids of findings for which the right chain is enough.
    """
    proposed = (
        _for_leaf(
            evidence,
            served,
            tuple(
                finding
                for finding in findings
                if served.leaf.fingerprint in finding.certificates
                and finding.rule in ROUTINE | OTHER_ISSUER | OTHER_CONTENT
                and not (finding.rule in CHAIN_FIRST and finding.id in cured_by_chain)
            ),
        )
        for served in served_leaves(evidence)
    )
    known = tuple(remedy for remedy in proposed if remedy is not None)
    cured = cured_by_chain.union(*(remedy.cures for remedy in known))
    broken = (finding for finding in findings if finding.rule == "certificate-unparsable" and finding.id not in cured)
    return (*known, *(_for_unreadable(evidence, finding) for finding in broken))


def _for_unreadable(evidence: Evidence, finding: Finding) -> Remedy:
    """Of a certificate that cannot be read, only the names by which the server is reached are known."""
    hosts = tuple(
        dict.fromkeys(seen.endpoint.host for seen in evidence.case.observations if seen.id in finding.observations)
    )
    spec = CertificateSpec(
        dns_names=tuple(host for host in hosts if not is_address(host)),
        ip_addresses=tuple(host.strip("[]") for host in hosts if is_address(host)),
    )
    return Remedy(
        kind=KIND,
        goal=ReplaceCertificate(spec=spec, replaces=finding.certificates[0]),
        title=text("Replace the certificate that cannot be read by one for {names}", names=hosts),
        safe=False,
        steps=(),
        cures=(finding.id,),
        observations=finding.observations,
        decision=text("Ask the CA for a corrected certificate. If it cannot make one, which CA shall issue it?"),
    )


def _for_leaf(evidence: Evidence, served: Served, cured: tuple[Finding, ...]) -> Remedy | None:
    if not cured:
        return None
    leaf, kind = served.leaf, kind_of(served.leaf, evidence)
    rules = {finding.rule for finding in cured}
    routine = rules <= ROUTINE and kind is not Kind.SELF_SIGNED
    spec = _spec(served, cured, kind, same_issuer=routine or (kind is Kind.PRIVATE_CA and not rules & OTHER_ISSUER))
    same_names = set(spec.dns_names) == {name.lower() for name in leaf.dns_names}
    safe = routine and same_names
    names = (*spec.dns_names, *spec.ip_addresses)
    return Remedy(
        kind=KIND,
        goal=ReplaceCertificate(spec=spec, replaces=leaf.fingerprint),
        title=text("Renew the certificate {leaf}", leaf=called_leaf(leaf))
        if safe
        else text("Replace the certificate {leaf} by one for {names}", leaf=called_leaf(leaf), names=names),
        safe=safe,
        steps=(),
        cures=tuple(finding.id for finding in cured),
        observations=tuple(dict.fromkeys(one for finding in cured for one in finding.observations)),
        decision=None if safe else in_a_row((_decision(rules, kind, names), *_demands(cured, spec))),
    )


def _spec(served: Served, cured: tuple[Finding, ...], kind: Kind, *, same_issuer: bool) -> CertificateSpec:
    leaf = served.leaf
    public = kind is Kind.PUBLIC_CA if same_issuer else True
    names = wanted_names(leaf, served.hosts, cured, public=public)
    if not names.dns_names and not names.ip_addresses:
        # Only names of the inside: no public CA will do, so it stays with one's own.
        public = False
        names = wanted_names(leaf, served.hosts, cured, public=False)
    old = leaf.subject.common_names[-1:]
    purposes = (SERVER_AUTH, CLIENT_AUTH) if any(one.rule == "client-auth-missing" for one in cured) else (SERVER_AUTH,)
    return CertificateSpec(
        dns_names=names.dns_names,
        ip_addresses=names.ip_addresses,
        common_name=old[0] if old and old[0].lower() in names.dns_names else None,
        organisation=leaf.subject.organisation if same_issuer else None,
        key=_key_like(leaf),
        lifetime_days=90 if public else 365,
        extended_key_usage=purposes,
    )


def _key_like(leaf: Certificate) -> KeyWanted:
    """A key of the same kind, where that is good enough; RSA is what every old client can do."""
    key = leaf.public_key
    if key.algorithm == "ec":
        return "ec-p384" if key.curve == "secp384r1" else "ec-p256"
    if key.algorithm == "rsa" and key.bits >= 4096:
        return "rsa-4096"
    return "rsa-3072" if key.algorithm == "rsa" and key.bits >= 3072 else "rsa-2048"


def _decision(rules: set[str], kind: Kind, names: tuple[str, ...]) -> Text:
    if rules & OTHER_ISSUER or kind is Kind.SELF_SIGNED:
        return text(
            "Who shall issue it for {names}: a public CA, which every client trusts already, or your own, whose root "
            "every client must be given first?",
            names=names,
        )
    if rules <= ROUTINE:
        return text("It is renewed with another list of names ({names}). Are these all, and all needed?", names=names)
    return text(
        "A new certificate has to be ordered, for {names}. Are these all the names that clients use?", names=names
    )


def _demands(cured: tuple[Finding, ...], spec: CertificateSpec) -> Iterator[Text]:
    """What to tell the CA: ordered as the old one was, the new certificate would have the old one's fault."""
    rules = {finding.rule for finding in cured}
    if inside := tuple(name for name in spec.dns_names if is_internal(name.removeprefix("*."))):
        yield text(
            "No public CA certifies {names}: leave out what nobody uses, or order from your own CA, whose root every "
            "client must be given.",
            names=inside,
        )
    if "signature-weak" in rules:
        yield text("It must be signed with SHA-256: where your own CA signs with SHA-1, change that first.")
    if "key-weak" in rules:
        yield text("It needs a new key ({key}); with the old request the weak key would come back.", key=spec.key)
    if "eku-no-server-auth" in rules:
        yield text("Order it for TLS servers (serverAuth; from AD CS by a template such as Web Server).")
    if "key-usage-wrong" in rules:
        yield text("Its key usage must hold digitalSignature, with RSA keyEncipherment too.")
    if "leaf-is-ca" in rules:
        yield text("It must say CA:FALSE: order it as a server's certificate, not as that of a CA.")
    for finding in cured:
        if finding.rule == "validity-too-long" and (most := finding.fact("most_days")):
            yield text("It may be valid for at most {days} days.", days=str(most))
