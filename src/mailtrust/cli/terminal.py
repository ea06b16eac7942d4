"""The person at the terminal: whether there is one, what is told on standard error, and what is asked."""

import signal
import sys
from contextlib import suppress

from mailtrust.cli.translations import translator
from mailtrust.core.model.text import Text


def somebody_is_there() -> bool:
    """Whether anybody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def agreed(question: Text, lang: str | None) -> bool:
    """Ask; no answer is a no, and so is Ctrl-C."""
    # An event loop's own handler would have Ctrl-C wait for the end of the line.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        write(f"{question.render(translator(lang))} [y/N] ")
        return sys.stdin.readline().strip().lower() in ("y", "yes")
    except KeyboardInterrupt:
        return False
    finally:
        signal.signal(signal.SIGINT, before)


def write(words: str) -> None:
    """On standard error. That nobody listens any more must not stop what has been begun."""
    with suppress(OSError, UnicodeEncodeError):
        sys.stderr.write(words)
        sys.stderr.flush()
