"""What a text can mean, by reason code and rule id: a name and a sentence for each, and how to rank them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mailtrust.core.messages.causes import chains, connections, exchange, names
from mailtrust.core.messages.causes.kind import Kind
from mailtrust.core.messages.message import Cause, Likelihood
from mailtrust.core.model.text import Text

KINDS: Mapping[str, Kind] = {kind.code: kind for file in (chains, names, connections, exchange) for kind in file.KINDS}
"""Every code that a text can mean."""


def cause(code: str, likelihood: Likelihood, why: Text | None = None) -> Cause:
    """The cause of that code; `why` takes the place of the general sentence. KeyError for a code that is not known."""
    kind = KINDS[code]
    return Cause(code, likelihood, kind.name, why or kind.why)


def likely(*codes: str, why: Text | None = None) -> tuple[Cause, ...]:
    """Causes that come first to mind."""
    return tuple(cause(code, Likelihood.LIKELY, why) for code in codes)


def possible(*codes: str, why: Text | None = None) -> tuple[Cause, ...]:
    """Causes that come second."""
    return tuple(cause(code, Likelihood.POSSIBLE, why) for code in codes)


def rare(*codes: str, why: Text | None = None) -> tuple[Cause, ...]:
    """Causes to think of when nothing else fits."""
    return tuple(cause(code, Likelihood.RARE, why) for code in codes)


def merged(causes: Iterable[tuple[Cause, ...]]) -> tuple[Cause, ...]:
    """Causes of several messages as one list, each code once; the first is always likely, and moves the others up."""
    best: dict[str, Cause] = {}
    for cause in (one for some in causes for one in some):
        known = best.get(cause.code)
        if known is None or cause.likelihood.rank < known.likelihood.rank:
            best[cause.code] = cause
    order = {code: number for number, code in enumerate(best)}
    ranked = sorted(best.values(), key=lambda cause: (cause.likelihood.rank, order[cause.code]))
    ahead = ranked[0].likelihood.rank if ranked else 0
    levels = tuple(Likelihood)
    return tuple(replace(cause, likelihood=levels[cause.likelihood.rank - ahead]) for cause in ranked)


NO_TRUST = (*likely("chain-incomplete", "self-signed", "anchor-unknown"), *rare("anchor-distrusted", "tls-intercepted"))
"""No way up to an anchor, for whoever does not say why."""

WRONG_NAME = (
    *likely("name-mismatch"),
    *possible("name-only-in-common-name"),
    *rare("name-wildcard-depth", "name-ip-as-dns"),
)
"""The name is not where it is looked for."""

ANYTHING = (
    *likely("chain-incomplete", "self-signed", "anchor-unknown", "name-mismatch", "expired"),
    *possible("chain-expired-issuer", "name-only-in-common-name"),
    *rare("anchor-distrusted", "tls-intercepted", "not-yet-valid", "key-weak", "signature-weak", "eku-no-server-auth"),
)
"""The certificate does not please, for whatever reason."""
