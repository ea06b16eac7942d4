"""What a caller asks of a path beyond what the client asks by itself: another purpose, policies, fewer intermediates.

A client is never told so: it gets other checks, and what it disregards of the demands is named.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Literal

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath, ClientProfile, NameRules, PathCheck
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.checks import server_auth_apple
from mailtrust.core.validation.checks.anchors import ByAnchor
from mailtrust.core.validation.checks.policies import Policies
from mailtrust.core.validation.checks.usages import LeafKeyUsage, Purposes
from mailtrust.core.validation.conformance import baseline_leaf
from mailtrust.core.validation.names.mailbox import names_mailbox
from mailtrust.core.validation.purposes import ANY_USAGE, CLIENT_AUTH, EMAIL_PROTECTION
from mailtrust.core.validation.reasons import error
from mailtrust.core.validation.revocation import revocation_required

Purpose = Literal["tls-server", "tls-client", "email", "any"]
Revocation = Literal["off", "profile", "require"]

FLAGS = ("explicit-policy", "inhibit-policy-mapping", "inhibit-any-policy")
"""RFC 5280 6.1.1 f, e and g."""

MOST_CERTIFICATES = 100
"""The longest path that is looked for, whatever was asked."""

_PURPOSES = {
    "tls-client": (CLIENT_AUTH, "client-auth-missing"),
    "email": (EMAIL_PROTECTION, "eku-no-email-protection"),
}


@frozen
class Demands:
    """What is asked; as it stands here, nothing more than a client asks of a server."""

    purpose: Purpose = "tls-server"
    revocation: Revocation = "profile"
    max_intermediates: int | None = None
    policies: frozenset[str] | None = None
    flags: tuple[str, ...] = ()
    mailboxes: bool = False
    """There are e-mail addresses among the names."""


NO_DEMANDS = Demands()


def with_demands(client: ClientProfile, demands: Demands) -> tuple[ClientProfile, tuple[str, ...]]:
    """The client with the checks that meet the demands, and those demands that it disregards.

    Words, outcome and citations stay: they are the client's, whatever it was asked.
    """
    if demands == NO_DEMANDS:
        return client, ()
    disregarded: list[str] = []
    checks: tuple[PathCheck, ...] = client.path_checks
    if demands.purpose != "tls-server":
        checks = _changed(checks, partial(_for_purpose, demands.purpose))
        disregarded.extend(() if baseline_leaf not in client.path_checks else ("purpose",))
    known = [flag for flag in demands.flags if flag in FLAGS]
    disregarded.extend(f"flags:{flag}" for flag in demands.flags if flag not in FLAGS)
    if demands.policies is not None or known:
        wanted = _changed(checks, partial(_for_policies, _policies(demands)))
        if wanted != checks:
            checks = wanted
        else:
            disregarded.extend(("policies",) if demands.policies is not None else ())
            disregarded.extend(f"flags:{flag}" for flag in known)
    limits = client.limits
    if demands.max_intermediates is not None:
        checks = (*checks, most_intermediates(demands.max_intermediates))
        longest = min(demands.max_intermediates + 2, MOST_CERTIFICATES)
        limits = replace(limits, max_certificates=max(limits.max_certificates, longest))
    revocation = client.revocation
    if demands.revocation != "profile":
        revocation = revocation_required if demands.revocation == "require" else None
    asked = replace(
        client,
        path_checks=checks,
        limits=limits,
        name_rules=names_or_mailboxes(client.name_rules) if demands.mailboxes else client.name_rules,
        revocation=revocation,
    )
    return asked, tuple(dict.fromkeys(disregarded))


def most_intermediates(most: int) -> PathCheck:
    """At most so many certificates between leaf and anchor, self-issued ones not counted: `path-length-exceeded`.

    RFC 5280 6.1.2 k: as if the anchor had this pathLenConstraint.
    """

    def check(path: CandidatePath, _at: datetime, /) -> Iterator[Reason]:
        chain = [link.certificate for link in path.links]
        if path.anchor is not None and len(chain) > 1 and chain[-1].fingerprint == path.anchor.fingerprint:
            chain.pop()
        found = sum(not certificate.self_issued for certificate in chain[1:])
        if found > most:
            yield error(
                "path-length-exceeded", chain[-1], subject=chain[-1].subject.text, allowed=most, found=found
            )  # fmt: skip

    return check


def names_or_mailboxes(host_rules: NameRules) -> NameRules:
    """The client's own rules for hosts and addresses; RFC 5280's for e-mail addresses."""

    def rules(leaf: Certificate, reference: str, anchor: TrustAnchor | None, /) -> Iterable[Reason]:
        return (names_mailbox if "@" in reference else host_rules)(leaf, reference, anchor)

    return rules


def _changed(checks: Iterable[PathCheck], change: Callable[[PathCheck], PathCheck | None]) -> tuple[PathCheck, ...]:
    """The checks, each as `change` gives it, also where one stands inside another; None leaves it out."""
    found: list[PathCheck] = []
    for check in checks:
        if isinstance(check, ByAnchor):
            added, own = (_changed([one], change) for one in (check.added, check.own))
            if (added, own) == ((check.added,), (check.own,)):
                found.append(check)
            elif added or own:
                found.append(ByAnchor(*(one[0] if one else nothing for one in (added, own))))
        elif (changed := change(check)) is not None:
            found.append(changed)
    return tuple(found)


def nothing(_path: CandidatePath, _at: datetime, /) -> Iterable[Reason]:
    """The check that asks nothing."""
    return ()


def _for_policies(wanted: Policies, check: PathCheck) -> PathCheck:
    return wanted if isinstance(check, Policies) else check


def _for_purpose(purpose: Purpose, check: PathCheck) -> PathCheck | None:
    """The check with another purpose in the place of a server's; what is meant for servers alone falls away."""
    if isinstance(check, LeafKeyUsage) or check is baseline_leaf:
        return None
    mine = Purposes(frozenset({ANY_USAGE})) if check is server_auth_apple else check
    if not isinstance(mine, Purposes):
        return check
    if purpose not in _PURPOSES:
        return None
    oid, code = _PURPOSES[purpose]
    issuers = None if mine.issuers is None else _swapped(mine.issuers, oid)
    return replace(mine, leaf=_swapped(mine.leaf, oid), issuers=issuers, code=code)


def _swapped(purposes: frozenset[str], oid: str) -> frozenset[str]:
    return frozenset({oid}) | (purposes & {ANY_USAGE})


def _policies(demands: Demands) -> Policies:
    return Policies(
        wanted=demands.policies,
        explicit="explicit-policy" in demands.flags,
        inhibit_mapping="inhibit-policy-mapping" in demands.flags,
        inhibit_any="inhibit-any-policy" in demands.flags,
    )
