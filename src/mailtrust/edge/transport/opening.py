"""Exchange's shell, opened: by pypsrp, which is imported by who needs it and need not be installed for others."""

from typing import TYPE_CHECKING

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.transport.shell import Login, Place

if TYPE_CHECKING:
    from mailtrust.edge.transport.psrp import PsrpShell


def open_shell(place: Place, login: Login, roots: bytes | None = None) -> "PsrpShell":
    """Open it. `roots`: PEM of anchors beside the system's. Raises UserProblem, NotAllowed or Unreachable."""
    try:
        from mailtrust.edge.transport.psrp import PsrpShell
    except ImportError:
        raise UserProblem(
            text(
                "Exchange's PowerShell is asked with pypsrp, which is not installed: pip install 'mailtrust[exchange]'."
            )
        ) from None
    return PsrpShell(place, login, roots)
