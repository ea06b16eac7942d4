"""Something to say about a request file: where, how grave, and what to do."""

from typing import Literal

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text


@frozen
class Remark:
    """An `error` keeps anything from being made; a `warning` is for whoever uses what was made; a `note` tells."""

    severity: Literal["error", "warning", "note"]
    line: int
    """Counted from 1; 0: it is about the file as a whole."""
    text: Text
    """Sentences of their own, which name the key."""


def error(line: int, sentence: Text) -> Remark:
    """What has to be mended first."""
    return Remark("error", line, sentence)


def warning(line: int, sentence: Text) -> Remark:
    """What will be minded by somebody."""
    return Remark("warning", line, sentence)


def note(line: int, sentence: Text) -> Remark:
    """What one should know."""
    return Remark("note", line, sentence)
