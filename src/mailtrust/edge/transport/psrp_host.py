"""The person at the keyboard, as far as there is one: each question of a cmdlet is answered with yes or no."""

from typing import Any

from pypsrp.host import PSHost, PSHostUserInterface

from mailtrust.core.model.cleaning import clean

MOST_QUESTIONS = 10
MOST_SAID = 600

# [MS-PSRP] 2.2.3.17: how the methods of a host are numbered.
PROMPT_FOR_CHOICE = 26
OF_THE_HOST = range(1, 6)
THAT_ONLY_TELL = frozenset({*range(6, 11), *range(15, 23)})


class UnexpectedQuestionError(Exception):
    """A question that nobody here can answer."""


class Answering(PSHost):
    """Answers yes or no where a cmdlet asks for one of them, hears what it tells, and nothing else."""

    def __init__(self) -> None:
        super().__init__(None, None, False, "mailtrust", None, PSHostUserInterface(), "1.0")
        self.yes = False
        self.asked: list[str] = []

    def run_method(self, method_identifier: Any, args: Any, runspace: Any, pipeline: Any = None) -> Any:
        """What the server asks of us, and the answer."""
        if method_identifier.value in OF_THE_HOST:
            return super().run_method(method_identifier, args, runspace, pipeline)
        if method_identifier.value in THAT_ONLY_TELL:
            return None
        said = [word for word in args[:4] if isinstance(word, str)] if isinstance(args, list) else []
        question = clean(" ".join(said), MOST_SAID)
        self.asked.append(question)
        wanted = "yes" if self.yes else "no"
        labels = _labels(args) if method_identifier.value == PROMPT_FOR_CHOICE else []
        if wanted not in labels or len(self.asked) > MOST_QUESTIONS:
            raise UnexpectedQuestionError(question)
        return labels.index(wanted)


def _labels(args: Any) -> list[str]:
    """The labels of the choices, `&No`, without their marks."""
    choices = args[2] if isinstance(args, list) and len(args) > 2 and isinstance(args[2], list) else []
    return [_label(choice) for choice in choices[:20]]


def _label(choice: Any) -> str:
    """The label of a choice, `&No`, without its mark."""
    found = getattr(choice, "extended_properties", {}) | getattr(choice, "adapted_properties", {})
    label = found.get("label", found.get("Label", ""))
    return label.replace("&", "").strip().lower() if isinstance(label, str) else ""
