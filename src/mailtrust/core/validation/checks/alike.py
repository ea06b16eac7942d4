"""One check for one meaning: engines that ask the same share the answer."""

from collections.abc import Callable
from functools import cache, wraps
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
