"""Services as Exchange writes them: words, the letters of the table, or the number of the flags."""

import re

from mailtrust.core.model.exchange import EXCHANGE_SERVICES, ExchangeService

FLAGS: dict[ExchangeService, int] = {
    "IMAP": 1,
    "POP": 2,
    "UM": 4,
    "IIS": 8,
    "SMTP": 16,
    "Federation": 32,
    "UMCallRouter": 64,
}
"""Microsoft.Exchange.Management.SystemConfigurationTasks.AllowedServices. 1, 2, 8 and 16 stand in public exports; 4 is
the gap between them; 32 and 64 are the order of the documented words."""

_NONE = "none"
_WORDS = {word.lower(): word for word in EXCHANGE_SERVICES}
# The table of Get-ExchangeCertificate: five places in 2007 and 2010, seven later; nobody shows the seventh's letter.
_TABLE = re.compile(r"(?P<known>[IPUWS.]{5}[F.]?)(?P<last>(?<=.{6})[A-Z.])?")
_LETTERS: dict[str, ExchangeService] = {"I": "IMAP", "P": "POP", "U": "UM", "W": "IIS", "S": "SMTP", "F": "Federation"}
_SEPARATORS = re.compile(r"[\s,;|{}]+")


def read_services(given: str) -> tuple[frozenset[ExchangeService], tuple[str, ...]]:
    """The services, and the words among them that nobody knows."""
    if re.fullmatch(r"[0-9]{1,9}", given.strip()):
        flags = int(given)
        known = frozenset(service for service, flag in FLAGS.items() if flags & flag)
        rest = flags & ~sum(FLAGS.values())
        return known, (str(rest),) if rest else ()
    if table := _TABLE.fullmatch(given.strip()):
        # The letters decide, not their places.
        letters = {_LETTERS[letter] for letter in table["known"][:6] if letter in _LETTERS}
        return frozenset(letters | {"UMCallRouter"} if (table["last"] or ".") != "." else letters), ()
    found: set[ExchangeService] = set()
    unknown: list[str] = []
    for word in filter(None, _SEPARATORS.split(given)):
        if (service := _WORDS.get(word.lower())) is not None:
            found.add(service)
        elif word.lower() != _NONE:
            unknown.append(word)
    return frozenset(found), tuple(unknown)


def are_letters(given: str) -> bool:
    """Whether it is the table's `...W...`, in which dots stand for services."""
    return _TABLE.fullmatch(given) is not None


def write_services(services: frozenset[ExchangeService]) -> str:
    """As the list view writes them, `IMAP, POP, IIS, SMTP`; `None` for none."""
    return ", ".join(service for service in EXCHANGE_SERVICES if service in services) or "None"
