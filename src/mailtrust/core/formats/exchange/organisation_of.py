"""From whatever was exported, in one file or many, to one organisation; and what is wrong with it, in sentences."""

from collections.abc import Sequence

from mailtrust.core.formats.exchange.export_json import decode_export
from mailtrust.core.formats.exchange.nouns import organisation_of_wire
from mailtrust.core.model.exchange import ExchangeOrganisation
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text


@frozen
class Gathered:
    """What exports say."""

    organisation: ExchangeOrganisation
    problems: tuple[Text, ...] = ()
    """What was left aside or contradicts itself, a sentence each."""


def organisation_of(documents: Sequence[tuple[str, bytes]]) -> Gathered:
    """Read every document, a name and its octets, and join them. Raises ExportError."""
    (name, data), *_ = documents
    return Gathered(*organisation_of_wire(decode_export(data, name)))
