"""One check for one meaning: engines that ask the same share the answer, and some checks leaves share."""

from collections.abc import Callable, Iterable
from functools import cache, wraps
from itertools import filterfalse
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
Check = TypeVar("Check")


def one_of_each(make: Callable[P, Check]) -> Callable[P, Check]:
    """A factory that gives the same check again for the same arguments, which must be hashable.

    What a check has said of a path is looked up by the check itself (`paths.run_checks`).
    """
    made: Callable[..., Check] = cache(make)

    @wraps(make)
    def again(*args: P.args, **kwargs: P.kwargs) -> Check:
        return made(*args, **kwargs)

    return again


_IMPERSONAL: set[object] = set()


def impersonal(check: Check) -> Check:
    """Declare that a check looks at nothing which is a leaf's own (`precedents.OWN_FIELDS`) to say that all is well.

    What CAs' name constraints say of a leaf is left aside. A check that is not declared is asked of every leaf.
    """
    _IMPERSONAL.add(check)
    return check


def is_impersonal(check: object) -> bool:
    """Whether the check was declared `impersonal`."""
    return check in _IMPERSONAL


def personal(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Those of the checks that were not."""
    return tuple(filterfalse(_IMPERSONAL.__contains__, checks))
