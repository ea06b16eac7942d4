"""Certificate policies (RFC 5280 6.1.3 d to f, 6.1.4 a to j, 6.1.5 a to g): `policy-violated`."""

from collections.abc import Iterator
from dataclasses import field
from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.frozen import frozen, record
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.checks.alike import impersonal
from mailtrust.core.validation.checks.extensions import POLICY_CONSTRAINTS
from mailtrust.core.validation.paths import certificates
from mailtrust.core.validation.reasons import error
from mailtrust.core.x509 import der

ANY_POLICY = "2.5.29.32.0"
POLICY_MAPPINGS = "2.5.29.33"
INHIBIT_ANY_POLICY = "2.5.29.54"
_ALWAYS = frozenset({POLICY_CONSTRAINTS, POLICY_MAPPINGS, INHIBIT_ANY_POLICY})

MOST_POLICIES = 1000
"""Policies and mappings of one certificate; more than that is an attack on the judge (RFC 9618 1)."""


@frozen
class Policies:
    """The path check that policies hold, as RFC 5280 6.1 processes them; the fields are its inputs 6.1.1 c, e, f, g.

    What still holds is kept as policies expected, each with the anchor's policies that it stands for, and never as the
    tree of the text, which can grow exponentially (RFC 9618).
    """

    wanted: frozenset[str] | None = None
    """user-initial-policy-set; None: any-policy."""
    explicit: bool = False
    inhibit_mapping: bool = False
    inhibit_any: bool = False

    def __call__(self, path: CandidatePath, at: datetime, /) -> Iterator[Reason]:
        """Give `policy-violated` where a policy is demanded and none that is wanted runs through the path."""
        del at
        chain = certificates(path, anchor=False)[::-1]
        if not self.explicit and not any(oid in _ALWAYS for one in chain for oid, _, _ in one.extensions):
            return  # explicit_policy stays above zero: nothing can be violated
        yield from _walk(chain, self)


explicit_policy = impersonal(Policies())
"""Any policy will do, and one is needed only where a CA demands it: what clients that ask for none must look at."""


@record
class _State:
    """RFC 5280 6.1.2: what is carried from one certificate to the next."""

    explicit: int
    mapping: int
    any_policy: int
    expected: dict[str, frozenset[str]] = field(default_factory=dict)
    """Each policy expected below, with the policies of the anchor's domain that it stands for."""
    any_valid: bool = True
    """There is a node of anyPolicy at this depth."""
    demanded_by: Certificate | None = None

    @property
    def empty(self) -> bool:
        """valid_policy_tree is NULL."""
        return not self.any_valid and not self.expected


def _walk(chain: tuple[Certificate, ...], inputs: Policies) -> Iterator[Reason]:
    length = len(chain)
    state = _State(
        explicit=0 if inputs.explicit else length + 1,
        mapping=0 if inputs.inhibit_mapping else length + 1,
        any_policy=0 if inputs.inhibit_any else length + 1,
    )
    for number, certificate in enumerate(chain, 1):
        last = number == length
        found = _Extensions.of(certificate)
        if found is None:
            yield error("policy-violated", certificate, subject=certificate.subject.text, because="unreadable")
            return
        _step(state, certificate, last=last)
        if state.explicit == 0 and state.empty:  # 6.1.3 f
            break
        if not last:
            if any(ANY_POLICY in pair for pair in found.mappings):  # 6.1.4 a
                yield error("policy-violated", certificate, subject=certificate.subject.text, because="mapping")
                return
            _map(state, found.mappings)
            if not certificate.self_issued:  # 6.1.4 h
                state.explicit = max(state.explicit - 1, 0)
                state.mapping = max(state.mapping - 1, 0)
                state.any_policy = max(state.any_policy - 1, 0)
            _constrain(state, certificate, found)
        else:
            state.explicit = max(state.explicit - 1, 0)  # 6.1.5 a
            if found.require == 0:  # 6.1.5 b
                state.explicit, state.demanded_by = 0, certificate
    if state.explicit == 0 and not _acceptable(state, inputs.wanted):
        blamed = state.demanded_by or chain[-1]
        yield error("policy-violated", blamed, subject=blamed.subject.text, because="none-holds")


def _step(state: _State, certificate: Certificate, *, last: bool) -> None:
    """6.1.3 d and e: which policies this certificate lets through."""
    asserted = set(certificate.policies[:MOST_POLICIES])
    if not asserted:
        state.expected, state.any_valid = {}, False
        return
    lets_any = ANY_POLICY in asserted and (state.any_policy > 0 or (not last and certificate.self_issued))
    kept = {policy: state.expected[policy] for policy in asserted if policy in state.expected}
    if state.any_valid:
        for policy in asserted - {ANY_POLICY} - kept.keys():
            kept[policy] = frozenset({policy})
    if lets_any:
        kept = {**state.expected, **kept}
    state.expected, state.any_valid = kept, state.any_valid and lets_any


def _map(state: _State, mappings: tuple[tuple[str, str], ...]) -> None:
    """6.1.4 b: what the issuer calls so is called otherwise below."""
    mapped: dict[str, frozenset[str]] = {}
    renamed = {issuers for issuers, _ in mappings}
    if state.mapping > 0:
        for issuers, subjects in mappings:
            stands_for = state.expected.get(issuers)
            if stands_for is None and state.any_valid:
                stands_for = frozenset({issuers})
            if stands_for is not None:
                mapped[subjects] = mapped.get(subjects, frozenset()) | stands_for
    for policy, stands_for in state.expected.items():
        if policy not in renamed:
            mapped[policy] = mapped.get(policy, frozenset()) | stands_for
    state.expected = mapped


def _constrain(state: _State, certificate: Certificate, found: "_Extensions") -> None:
    """6.1.4 i and j: what this CA demands of what stands below it."""
    if found.require is not None and found.require < state.explicit:
        state.explicit, state.demanded_by = found.require, certificate
    if found.inhibit_mapping is not None:
        state.mapping = min(state.mapping, found.inhibit_mapping)
    if found.inhibit_any is not None:
        state.any_policy = min(state.any_policy, found.inhibit_any)


def _acceptable(state: _State, wanted: frozenset[str] | None) -> bool:
    """6.1.5 g: whether something is left of what the user wants."""
    if wanted is None or ANY_POLICY in wanted:
        return not state.empty
    return (state.any_valid and bool(wanted)) or any(not wanted.isdisjoint(named) for named in state.expected.values())


@frozen
class _Extensions:
    """policyMappings, policyConstraints and inhibitAnyPolicy of one certificate."""

    mappings: tuple[tuple[str, str], ...] = ()
    require: int | None = None
    inhibit_mapping: int | None = None
    inhibit_any: int | None = None

    @classmethod
    def of(cls, certificate: Certificate) -> "_Extensions | None":
        """None when one of them cannot be read, or is too large to be meant."""
        mappings: tuple[tuple[str, str], ...] = ()
        require = inhibit_mapping = inhibit_any = None
        try:
            for oid, _, value in certificate.extensions:
                if oid == POLICY_MAPPINGS:
                    mappings = tuple(_mapping(pair) for _, pair in _sequence(value, "PolicyMappings"))
                elif oid == POLICY_CONSTRAINTS:
                    counts = dict(_sequence(value, "PolicyConstraints"))
                    require = _count(counts[0x80]) if 0x80 in counts else None
                    inhibit_mapping = _count(counts[0x81]) if 0x81 in counts else None
                elif oid == INHIBIT_ANY_POLICY:
                    inhibit_any = _count(der.expect(value, der.INTEGER, "InhibitAnyPolicy"))
        except der.DerError:
            return None
        if len(mappings) > MOST_POLICIES or len(certificate.policies) > MOST_POLICIES:
            return None
        return cls(mappings, require, inhibit_mapping, inhibit_any)


def _sequence(value: bytes, what: str) -> list[tuple[int, bytes]]:
    return der.children(der.expect(value, der.SEQUENCE, what))


def _mapping(pair: bytes) -> tuple[str, str]:
    parts = der.children(pair)
    if [tag for tag, _ in parts] != [der.OBJECT_IDENTIFIER, der.OBJECT_IDENTIFIER]:
        raise der.DerError("expected two policies")
    return der.oid(parts[0][1]), der.oid(parts[1][1])


def _count(content: bytes) -> int:
    number = der.small_integer(content)
    if number < 0:
        raise der.DerError("a negative number of certificates")
    return number
