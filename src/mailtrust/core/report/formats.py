"""The forms in which an assessment is written: the tuple names them all; each is one file with a `write`."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Literal, Protocol, cast

from mailtrust.core.model.frozen import frozen

if TYPE_CHECKING:  # the command line needs the names of the formats, and must start fast
    from mailtrust.core.model.evidence import Assessment

Voice = Literal["admin", "manager", "user"]
FailOn = Literal["warning", "error", "critical", "never"]


def _untranslated(template: str) -> str:
    return template


@frozen
class Reader:
    """For whom a report is written. A format uses what it needs of it."""

    translate: Callable[[str], str] = _untranslated
    """Gives our sentences in `lang`."""
    lang: str = "en"
    voice: Voice = "admin"
    fail_on: FailOn = "error"
    """The severity from which on a finding is a failure."""
    width: int = 100
    """Of a text, in cells."""
    colour: bool = False
    ascii_only: bool = False
    encoding: str = "utf-8"
    """Of a text for a terminal; files for programs are UTF-8."""


class Writer(Protocol):
    """What the file of a format is: a module that writes."""

    def write(self, assessments: "Sequence[Assessment]", reader: Reader, /) -> bytes:
        """Give one whole document about these assessments, of which there is at least one."""
        ...


@frozen
class Format:
    """A form, and the file of this folder that writes it, imported when it is asked for."""

    id: str
    """What `--format` calls it."""
    file: str

    def write(self, assessments: "Sequence[Assessment]", reader: Reader) -> bytes:
        """Give one whole document."""
        return self._module.write(assessments, reader)

    def status(self, assessments: "Sequence[Assessment]") -> int | None:
        """The exit status that the format's own convention asks for; None: it has none."""
        of_convention = cast("Callable[[Sequence[Assessment]], int] | None", getattr(self._module, "status", None))
        return of_convention(assessments) if of_convention else None

    @property
    def _module(self) -> Writer:
        return cast("Writer", import_module(f"mailtrust.core.report.{self.file}"))


FORMATS: tuple[Format, ...] = (
    Format("text", "terminal"),
    Format("json", "report_json"),
    Format("html", "html"),
    Format("nagios", "nagios"),
    Format("junit", "junit"),
    Format("prometheus", "prometheus"),
)


def format_by_id(wanted: str) -> Format:
    """The format of that id; KeyError when there is none."""
    return {known.id: known for known in FORMATS}[wanted]
