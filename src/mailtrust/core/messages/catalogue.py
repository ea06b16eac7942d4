"""The whole catalogue: what the profiles say, and what everybody else says."""

from functools import cache

from mailtrust.core.messages.lines import Lines
from mailtrust.core.messages.message import Message
from mailtrust.core.messages.origins import ORIGINS
from mailtrust.core.messages.profiles import messages_of_profiles


@cache
def messages() -> tuple[Message, ...]:
    """Every message, profiles first."""
    return (*messages_of_profiles(), *(message for file in ORIGINS for message in file.MESSAGES))


@cache
def lines() -> Lines:
    """Every line of every message, ready to be looked for."""
    return Lines(messages())
