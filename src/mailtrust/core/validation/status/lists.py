"""Revocation lists about one certificate, believed or not (RFC 5280 6.3.3)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from mailtrust.core.model.certificate import AnyCertificate, Certificate, ParseProblem
from mailtrust.core.model.status import ALL_REASONS, RevocationList
from mailtrust.core.validation.checks.dates import in_its_time
from mailtrust.core.validation.status.word import Good, Revoked, Undetermined, Word
from mailtrust.core.x509.distribution_points import DistributionPoint, distribution_points
from mailtrust.core.x509.revocation_list import read_revocation_list
from mailtrust.core.x509.signatures import SignatureResult, signed_by


def word_of_lists(
    octets: Sequence[bytes],
    certificate: Certificate,
    above: Sequence[Certificate],
    known: Sequence[AnyCertificate],
    at: datetime,
) -> Word:
    """What all lists together say of `certificate`; `above` begins with its issuer and ends with the anchor.

    Lists may share the work: each for some of the reasons, or one with the changes since another.
    """
    because: list[str] = []
    believed: list[tuple[RevocationList, frozenset[str]]] = []
    for one in octets:
        read = read_revocation_list(one)
        if isinstance(read, ParseProblem):
            because.append("malformed")
            continue
        reasons = _reasons_covered(read, certificate)
        if reasons is None:
            continue
        refused = _not_believed(read, above, known, at) if reasons else "out-of-scope"
        if refused:
            because.append(refused)
        else:
            believed.append((read, reasons))
    covered: frozenset[str] = frozenset()
    for complete, reasons in believed:
        if complete.base_number is not None:
            continue
        revoked = _revoked(certificate, complete, [changes for changes, _ in believed])
        if revoked is not None:
            return revoked
        covered |= reasons
    if covered == ALL_REASONS:
        return Good("crl")
    if covered:
        because.append("some-reasons-only")
    return Undetermined(tuple(because) or ("nothing-said",))


def _revoked(certificate: Certificate, complete: RevocationList, others: Sequence[RevocationList]) -> Revoked | None:
    """RFC 5280 6.3.3 i to k: the newest list of changes that fits decides, else the complete one."""
    key = (certificate.issuer.match_key, certificate.serial)
    entry = complete.entries.get(key)
    changes = [one for one in others if _continues(one, complete)]
    for newest in sorted(changes, key=lambda one: one.number or 0, reverse=True)[:1]:
        entry = newest.entries.get(key, entry)
    if entry is None or entry.reason == "removeFromCRL":
        return None
    return Revoked(entry.at, entry.reason, "crl")


def _continues(changes: RevocationList, complete: RevocationList) -> bool:
    """RFC 5280 6.3.3 c: same issuer, same scope, and no gap between the two."""
    return (
        changes.base_number is not None
        and changes.number is not None
        and complete.number is not None
        and changes.issuer.match_key == complete.issuer.match_key
        and changes.scope == complete.scope
        and changes.base_number <= complete.number <= changes.number
    )


def _reasons_covered(read: RevocationList, certificate: Certificate) -> frozenset[str] | None:
    """The reasons of which the list speaks for this certificate: none when it is out of scope, None: of another CA."""
    scope = read.scope
    own = read.issuer.match_key == certificate.issuer.match_key
    points = [point for point in distribution_points(certificate) if _issued_for(point, read, own=own)]
    if not own and not (points and scope is not None and scope.indirect):  # 6.3.3 b 1
        return None
    if scope is None:
        return ALL_REASONS if own else frozenset()
    if scope.only in ("attributes", "users" if certificate.is_ca else "authorities"):
        return frozenset()
    if scope.relative_name or not _names_meet(read, certificate, points, own=own):
        return frozenset()
    return scope.reasons


def _issued_for(point: DistributionPoint, read: RevocationList, *, own: bool) -> bool:
    """Whether this is a point from which such a list would be fetched."""
    if point.issuers:
        return any(name.match_key == read.issuer.match_key for name in point.issuers)
    return own


def _names_meet(
    read: RevocationList, certificate: Certificate, points: Sequence[DistributionPoint], *, own: bool
) -> bool:
    """RFC 5280 6.3.3 b 2 i: the list's distribution point is one of the certificate's, where it names any.

    A list that was not fetched from a point is taken as from one that bears its issuer's name (6.3.3, last part).
    """
    if read.scope is None or read.scope.names is None:
        return True
    wanted = {name for point in points for name in point.names or {_directory(one.der) for one in point.issuers}}
    if own:
        wanted.add(_directory(certificate.issuer.der))
    return not wanted.isdisjoint(read.scope.names)


def _directory(name: bytes) -> tuple[int, bytes]:
    return 0xA4, name


def _not_believed(
    read: RevocationList, above: Sequence[Certificate], known: Sequence[AnyCertificate], at: datetime
) -> str | None:
    """Why a list is not believed; None when it is in its time and rightly signed."""
    if read.unknown_critical:  # RFC 5280 5.2, 5.3
        return "critical-extension-unknown"
    if read.problems or read.next_update is None:  # 5.1.2.5, 5.2.3
        return "malformed"
    if at < read.this_update:
        return "not-yet-valid"
    if at > read.next_update:
        return "outdated"
    refused = "signer-unknown"
    for signer in _signers(read, above, known, at):
        if signer.key_usage is not None and "cRLSign" not in signer.key_usage:  # 6.3.3 f
            refused = "signer-not-allowed"
        elif signed_by(read, signer.public_key) is SignatureResult.VALID:
            return None
        elif refused == "signer-unknown":
            refused = "signature-invalid"
    return refused


def _signers(
    read: RevocationList, above: Sequence[Certificate], known: Sequence[AnyCertificate], at: datetime
) -> Iterator[Certificate]:
    """Certificates of the list's issuer: those of the path, and others that one of the path has issued.

    That is RFC 5280 6.3.3 f, a path of its own to the same anchor, where it is as short as CAs make it.
    """
    yield from (one for one in above if one.subject.match_key == read.issuer.match_key)
    for one in known:
        if (
            isinstance(one, Certificate)
            and one.subject.match_key == read.issuer.match_key
            and all(one.fingerprint != met.fingerprint for met in above)
            and in_its_time(one, at)
            and not one.unknown_critical
            and any(
                one.issuer.match_key == ca.subject.match_key and signed_by(one, ca.public_key) is SignatureResult.VALID
                for ca in above
            )
        ):
            yield one
