"""A kind of cause: what a reason code or rule id means to somebody who has only a sentence on a screen."""

from mailtrust.core.messages.message import Likelihood
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text


@frozen
class Kind:
    """One code of the contract's vocabulary, explained."""

    code: str
    name: Text
    why: Text
    likelihood: Likelihood
    """How likely it is when a text may mean anything."""
