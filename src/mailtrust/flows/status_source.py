"""Who is asked whether certificates were revoked."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.status import FetchedStatus, StatusQuestion

Extent = Literal["off", "profile", "all"]
"""Whom to ask: nobody; as the asked clients do; whoever can be asked about any certificate of their paths."""

Answers = tuple[Sequence[FetchedStatus], Sequence[Lookup]]
"""What came, and what was asked for it."""

StatusSource = Callable[[Sequence[StatusQuestion]], Awaitable[Answers]]
"""Asks questions about revocation."""


async def nobody(_questions: Sequence[StatusQuestion], /) -> Answers:
    """The source that asks nobody."""
    return (), ()
