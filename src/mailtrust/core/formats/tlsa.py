"""TLSA records in presentation form (RFC 6698 2.2): usage, selector, matching type, data in hex."""

from collections.abc import Iterable

from mailtrust.core.model.frozen import frozen

USAGES = ("PKIX-TA", "PKIX-EE", "DANE-TA", "DANE-EE")  # RFC 7218 2.1
SELECTORS = ("Cert", "SPKI")  # RFC 7218 2.2
MATCHINGS = ("Full", "SHA2-256", "SHA2-512")  # RFC 7218 2.3
DANE_TA, DANE_EE = 2, 3
_LENGTHS = {1: 32, 2: 64}


@frozen
class Tlsa:
    """One record."""

    usage: int
    selector: int
    matching: int
    data: bytes

    @property
    def usable_for_smtp(self) -> bool:
        """Whether a mail server can do something with it: RFC 7672 3.1.3 leaves PKIX-TA and PKIX-EE aside."""
        known = self.usage in (DANE_TA, DANE_EE) and self.selector < len(SELECTORS) and self.matching < len(MATCHINGS)
        return known and bool(self.data) and len(self.data) == _LENGTHS.get(self.matching, len(self.data))

    @property
    def text(self) -> str:
        """As it stands in a zone."""
        return f"{self.usage} {self.selector} {self.matching} {self.data.hex()}"

    def __str__(self) -> str:
        """As in a zone, with the numbers' names behind."""
        names = (
            table[number] if number < len(table) else "?"
            for table, number in ((USAGES, self.usage), (SELECTORS, self.selector), (MATCHINGS, self.matching))
        )
        return f"{self.text} ({' '.join(names)})"


def read_tlsa(records: Iterable[str]) -> tuple[Tlsa, ...]:
    """The records that can be read."""
    found = []
    for record in records:
        usage, selector, matching, *data = [*record.split(), "", "", ""]
        numbers = (usage, selector, matching)
        if all(number.isdigit() and int(number) < 256 for number in numbers if len(number) < 4) and all(numbers):
            try:
                found.append(Tlsa(int(usage), int(selector), int(matching), bytes.fromhex("".join(data))))
            except ValueError:
                continue
    return tuple(found)
