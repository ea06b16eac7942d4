"""What PSRP's messages are read with: pypsrp's own reader within bounds, and nothing read that is not needed here."""

from typing import Any
from xml.parsers import expat

from pypsrp.complex_objects import ObjectMeta
from pypsrp.serializer import Serializer

from mailtrust.edge.transport.psrp_http import TooMuchError

MOST_IN_A_MESSAGE = 2 * 2**20
"""Characters of one object: a certificate has some thousand."""
DEEPEST = 50
"""Elements within elements; PowerShell itself goes one or two objects deep."""


class BoundedReader(Serializer):
    """Reads what pypsrp needs for the dialogue, within bounds; objects stay as they are, for our own reader."""

    def deserialize(self, element: Any, metadata: ObjectMeta | None = None, clear: bool = True) -> Any:
        """One message; what a cmdlet gives stays text. Raises TooMuchError."""
        if isinstance(element, str):
            if len(element) > MOST_IN_A_MESSAGE:
                raise TooMuchError
            if element:
                _expect_shallow(element)
            if metadata is None:  # the output of a pipeline
                return element
        return super().deserialize(element, metadata, clear)


def _expect_shallow(xml: str) -> None:
    """Refuse what is nested deeper than anything of PowerShell's, before anybody recurses into it."""
    depth = 0

    def began(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise TooMuchError

    def ended(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_: object) -> None:
        raise TooMuchError

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = began, ended
    parser.StartDoctypeDeclHandler = declared  # nobody needs entities here
    parser.Parse(xml.encode("utf-8", "replace"), True)
