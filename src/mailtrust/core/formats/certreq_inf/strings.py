"""What [Strings] says, put in for %name% in keys and values; %% is a percent sign."""

import re
from dataclasses import replace

from mailtrust.core.formats.certreq_inf.document import Section
from mailtrust.core.formats.certreq_inf.remark import Remark, error
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import text

LONGEST_VALUE = 64 * 1024
"""Characters of a value once its strings are put in; they could make a small file endless."""

_SUBSTITUTE = re.compile(r"%([^%]*)%")


def with_strings(sections: list[Section], remarks: list[Remark]) -> tuple[Section, ...]:
    """The sections with their strings put in; a string that is not there becomes a remark."""
    strings = {
        entry.key.lower(): entry.value
        for section in sections
        if section.name.lower() == "strings"
        for entry in reversed(section.entries)  # the first of a name counts
    }

    def fill(given: str, line: int) -> str:
        if "%" not in given:
            return given
        parts: list[str] = []
        length = at = 0
        for match in _SUBSTITUTE.finditer(given):
            name = match[1]
            known = "%" if not name else strings.get(name.lower())
            if known is None:
                remarks.append(
                    error(
                        line,
                        text(
                            "“{name}” stands between percent signs, and [Strings] has no such line: add it there, or "
                            "double the signs to have them as they are.",
                            name=clean(name, 60),
                        ),
                    )
                )
                known = match[0]
            parts += (given[at : match.start()], known)
            length += match.start() - at + len(known)
            at = match.end()
            if length > LONGEST_VALUE:
                remarks.append(
                    error(
                        line,
                        text("With its strings put in, a value has more than {most} characters.", most=LONGEST_VALUE),
                    )
                )
                return ""
        return "".join((*parts, given[at:]))

    return tuple(
        section
        if section.name.lower() == "strings"
        else replace(
            section,
            entries=tuple(
                replace(entry, key=fill(entry.key, entry.line), value=fill(entry.value, entry.line))
                for entry in section.entries
            ),
        )
        for section in sections
    )
