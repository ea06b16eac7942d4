"""Name constraints of CAs on everything below them (RFC 5280 4.2.1.10, 6.1.3 b and c): `name-constraint-violated`."""

from collections.abc import Iterator
from datetime import datetime
from ipaddress import IPv4Address
from typing import Literal

from mailtrust.core.model.certificate import Certificate, IdentifierType, NameConstraints, PresentedIdentifier
from mailtrust.core.model.client import CandidatePath, PathCheck
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.checks.alike import impersonal, one_of_each
from mailtrust.core.validation.checks.subtrees import COMPARABLE, wildcard_reaches, within
from mailtrust.core.validation.identifiers import AddressReference, HostReference, looks_like_host, reference_of
from mailtrust.core.validation.names.browsers import valid_for_mozilla
from mailtrust.core.validation.paths import certificates
from mailtrust.core.validation.reasons import error
from mailtrust.core.x509 import der
from mailtrust.core.x509.names import EMPTY_NAME

MOST_COMPARISONS = 250_000
"""Names times constraints in one path; more than that is an attack on the judge."""

_EMAIL_ADDRESS = "1.2.840.113549.1.9.1"
_ALL = frozenset(IdentifierType)

CommonNames = Literal["no", "any", "every", "last", "last-resort"]
"""Which common names of a leaf are held to constraints."""


@frozen
class _Manner:
    """How an engine reads name constraints."""

    anchor: bool
    leaf_only: bool
    common_name: CommonNames
    wildcards_reach: bool
    final_dots: bool
    kinds: frozenset[IdentifierType]


@one_of_each
def name_constraints(
    *,
    anchor: bool = False,
    leaf_only: bool = False,
    common_name: CommonNames = "no",
    wildcards_reach: bool = False,
    final_dots: bool = False,
    kinds: frozenset[IdentifierType] = _ALL,
) -> PathCheck:
    """Names below a constrained CA lie in a permitted subtree of their form, if there is one, and in no excluded one.

    `anchor`: constraints inside the anchor's certificate count. `leaf_only`: intermediates' names are not looked at.
    `common_name`: with `any`, each commonName of a leaf that looks like a host, or is an IPv4 address, counts as a DNS
    name when there is no other (OpenSSL, cn2dnsid); with `every`, each one, whatever it says (GnuTLS); with `last`,
    only the most specific one, and as an address where it is one and no other is there; with `last-resort` the same,
    but only where there is neither a DNS name nor an address.
    `wildcards_reach`: `*.example.com` violates an excluded `host.example.com`. `final_dots`: a name that ends in a dot
    lies in no subtree that does not (OpenJDK 17, DNSName.constrains). `kinds`: the forms looked at.
    """
    manner = _Manner(anchor, leaf_only, common_name, wildcards_reach, final_dots, kinds)

    @impersonal
    def check(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
        return _check(path, manner)

    return check


@impersonal
def no_empty_dns_constrained(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
    """Where DNS names are constrained, neither name nor subtree is the empty domain: `name-constraint-violated`.

    The last commonName counts where there is no dNSName. OpenJDK 17.0.21 stumbles over both (DNSName.constrains:
    "String index out of range: 0").
    """
    for link in path.links[1:]:
        constraints = link.certificate.name_constraints
        subtrees = (*constraints.permitted, *constraints.excluded) if constraints else ()
        domains = [subtree.value for subtree in subtrees if subtree.type is IdentifierType.DNS]
        if not domains:
            continue
        names = [name.value for name in names_of(path.leaf, "last") if name.type is IdentifierType.DNS]
        if names and "" in (*names, *domains):
            yield error("name-constraint-violated", path.leaf, name="", constrained_by=link.certificate.fingerprint)


@impersonal
def constrained_dns_names_are_valid(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
    """Where DNS names are constrained, each dNSName of the leaf is well formed: `certificate-unparsable`.

    mozpkix pkixnames.cpp MatchPresentedDNSIDWithReferenceDNSID (4a62ca7) calls another one, such as one that ends in a
    dot, a fault of encoding; Firefox and Thunderbird 153 say SEC_ERROR_BAD_DER.
    """
    for certificate in certificates(path, anchor=True)[1:]:
        constraints = certificate.name_constraints
        subtrees = (*constraints.permitted, *constraints.excluded) if constraints else ()
        if subtrees and any(subtree.type is IdentifierType.DNS for subtree in subtrees):
            if not all(map(valid_for_mozilla, path.leaf.dns_names)):
                yield error("certificate-unparsable", path.leaf, fields=("subjectAltName",))
            return


def _check(path: CandidatePath, manner: _Manner) -> Iterator[Reason]:
    chain = certificates(path, anchor=manner.anchor)
    left = MOST_COMPARISONS
    names: dict[int, tuple[PresentedIdentifier, ...]] = {}
    for above, issuer in enumerate(chain):
        constraints = issuer.name_constraints
        if above == 0 or constraints is None:
            continue
        for below in range(1 if manner.leaf_only else above):
            # RFC 5280 6.1.3 b: a self-issued certificate that is not the last one is passed over
            if below > 0 and chain[below].self_issued:
                continue
            if below not in names:
                names[below] = names_of(chain[below], "no" if below else manner.common_name)
            left -= len(names[below]) * (len(constraints.permitted) + len(constraints.excluded))
            if left < 0:
                yield error("path-budget-exceeded", issuer, most_comparisons=MOST_COMPARISONS)
                return
            yield from _violations(chain[below], names[below], issuer, constraints, manner)


def _violations(
    certificate: Certificate,
    names: tuple[PresentedIdentifier, ...],
    issuer: Certificate,
    constraints: NameConstraints,
    manner: _Manner,
) -> Iterator[Reason]:
    for name in names:
        if name.type not in manner.kinds:
            continue
        permitted = [subtree for subtree in constraints.permitted if subtree.type is name.type]
        excluded = [subtree for subtree in constraints.excluded if subtree.type is name.type]
        # RFC 5280 6.1.3: a form that is constrained and can't be compared must be refused
        unknown = name.type not in COMPARABLE and bool(permitted or excluded)
        outside = bool(permitted) and not any(_lies_in(name, subtree, manner) for subtree in permitted)
        inside = any(
            _lies_in(name, subtree, manner)
            or (
                manner.wildcards_reach
                and name.type is IdentifierType.DNS
                and wildcard_reaches(name.value, subtree.value)
            )
            for subtree in excluded
        )
        if unknown or outside or inside:
            yield error(
                "name-constraint-violated",
                certificate,
                name=name.value,
                constrained_by=issuer.fingerprint,
                issuer_name=issuer.subject.text,
                excluded=inside,
            )


def _lies_in(name: PresentedIdentifier, subtree: PresentedIdentifier, manner: _Manner) -> bool:
    if manner.final_dots and name.type is IdentifierType.DNS and name.value.endswith("."):
        return subtree.value.lower() in ("", name.value.lower())
    return within(name, subtree)


def names_of(certificate: Certificate, common_name: CommonNames) -> tuple[PresentedIdentifier, ...]:
    """Every name that constraints speak of: the subject, its e-mail addresses, the subjectAltName."""
    alternatives = certificate.subject_alt_names or ()
    found: list[PresentedIdentifier] = []
    if certificate.subject.der != EMPTY_NAME.der:
        subject = certificate.subject
        found.append(PresentedIdentifier(IdentifierType.DIRECTORY, subject.text, subject.der))
    kinds = {name.type for name in alternatives}
    if IdentifierType.EMAIL not in kinds:
        # RFC 5280 4.2.1.10: emailAddress in the subject counts where the subjectAltName has none
        found.extend(
            PresentedIdentifier(IdentifierType.EMAIL, address, address.encode("latin-1", "replace"))
            for address in _subject_addresses(certificate.subject.der)
        )
    return (*found, *_from_common_names(certificate.subject.common_names, kinds, common_name), *alternatives)


def _from_common_names(
    every: tuple[str, ...], kinds: set[IdentifierType], common_name: CommonNames
) -> Iterator[PresentedIdentifier]:
    """The commonNames that count as names, where the subjectAltName has these kinds."""
    match common_name:
        case "any" | "every" if IdentifierType.DNS not in kinds:
            for name in every:
                if common_name == "every" or looks_like_host(name) or _is_ipv4(name):
                    yield PresentedIdentifier(IdentifierType.DNS, name, name.encode())
        case "last" | "last-resort":
            if common_name == "last" or kinds.isdisjoint({IdentifierType.DNS, IdentifierType.IP}):
                meant = (_meant_by(name) for name in every[-1:])
                yield from (name for name in meant if name is not None and name.type not in kinds)


def _is_ipv4(text: str) -> bool:
    match reference_of(text):
        case AddressReference(address=IPv4Address()):
            return True
        case _:
            return False


def _meant_by(common_name: str) -> PresentedIdentifier | None:
    """A commonName read as an address or as a host; None when it is neither."""
    match reference_of(common_name):
        case AddressReference(text=text, address=address):
            return PresentedIdentifier(IdentifierType.IP, text, address.packed)
        case HostReference(name=name) if looks_like_host(name):
            return PresentedIdentifier(IdentifierType.DNS, common_name, common_name.encode())
        case _:
            return None


def _subject_addresses(name: bytes) -> tuple[str, ...]:
    if _EMAIL_OCTETS not in name:
        return ()
    addresses = []
    try:
        for _, rdn in der.children(der.read(name)[1]):
            for _, attribute in der.children(rdn):
                (_, oid), (_, value) = der.children(attribute)
                if der.oid(oid) == _EMAIL_ADDRESS:
                    addresses.append(value.decode("latin-1"))
    except ValueError:  # an unreadable name has no addresses; its directory form is refused by any constraint
        return ()
    return tuple(addresses)


_EMAIL_OCTETS = der.encode_oid(_EMAIL_ADDRESS)
