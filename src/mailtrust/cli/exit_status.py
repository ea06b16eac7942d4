"""What the command's exit status means."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailtrust.core.model.finding import Finding

CLEAN = 0
FINDINGS = 1
USAGE = 2
COULD_NOT_LOOK = 3
UNDONE = 4
NOT_UNDONE = 5
INTERRUPTED = 130


def of_findings(findings: "Iterable[Finding]", fail_on: str) -> int:
    """FINDINGS where one is at or above `--fail-on`."""
    from mailtrust.core.model.finding import Severity

    if fail_on == "never":
        return CLEAN
    bar = Severity(fail_on).rank
    return FINDINGS if any(one.severity.rank >= bar for one in findings) else CLEAN
