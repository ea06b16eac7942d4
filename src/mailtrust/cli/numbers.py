"""Numbers that options are given."""

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text


class Positive:
    """Reads a whole number for argparse; raises UserProblem, which argparse lets pass."""

    def __init__(self, option: str, most: int) -> None:
        self._option = option
        self._most = most

    def __call__(self, given: str) -> int:
        """Read it."""
        if given.isascii() and given.isdigit() and len(given) < 10 and 1 <= int(given) <= self._most:
            return int(given)
        raise UserProblem(
            text(
                "Expected a number from 1 to {most} after {option}, got “{given}”.",
                most=self._most,
                option=self._option,
                given=clean(given, 60),
            )
        )
