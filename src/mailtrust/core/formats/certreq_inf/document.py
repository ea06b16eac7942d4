"""An INF file as sections of entries."""

from mailtrust.core.model.frozen import frozen


@frozen
class Entry:
    """One `key = value`, without quotes, comments and %strings%."""

    key: str
    value: str
    line: int
    quoted: bool = True
    """False: the value stands there without any quotes."""


@frozen
class Section:
    """A section's entries; sections of one name are one, wherever they stand."""

    name: str
    line: int
    entries: tuple[Entry, ...] = ()


@frozen
class Document:
    """A whole file."""

    sections: tuple[Section, ...]

    def section(self, name: str) -> Section | None:
        """The section of this name; case does not count."""
        wanted = name.lower()
        return next((section for section in self.sections if section.name.lower() == wanted), None)

    def entries(self, name: str) -> tuple[Entry, ...]:
        """The entries of a section, none when it is not there."""
        found = self.section(name)
        return found.entries if found is not None else ()
