"""A symptom: what people say when they have no message to quote."""

from mailtrust.core.messages.message import Cause
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text


@frozen
class Symptom:
    """Something that happens, by the concepts that its description holds."""

    id: str
    title: Text
    signs: tuple[tuple[str, ...], ...]
    """Each a set of concepts that, met together, tell this symptom; `a|b` stands for either."""
    causes: tuple[Cause, ...]
    """Most likely first."""
    notes: tuple[Text, ...] = ()
    clients: tuple[str, ...] = ()
    """For the next check's --client."""
    commands: tuple[str, ...] = ()
    """What to run next, with `{target}` and `{domain}`; empty: an ordinary check for the clients."""
