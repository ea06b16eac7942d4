"""Services as a person asks for them: `POP,IMAP,IIS,SMTP`, whatever the case of letters."""

import re
from difflib import get_close_matches
from typing import Literal

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.exchange import EXCHANGE_SERVICES, ExchangeService
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

AskedService = ExchangeService | Literal["None"]

WORDS: dict[str, AskedService] = {**{word.lower(): word for word in EXCHANGE_SERVICES}, "none": "None"}
_OTHERS: dict[str, AskedService] = {
    "imap4": "IMAP",
    "imaps": "IMAP",
    "pop3": "POP",
    "pop3s": "POP",
    **dict.fromkeys(("http", "https", "autodiscover", "activesync", "ecp", "ews", "oab", "rpc", "mapi", "owa"), "IIS"),
    "smtps": "SMTP",
    "submission": "SMTP",
}
"""What people say instead, of IIS its uses ("Assign certificates to Exchange Server services"): told as a hint, and
not taken."""


def asked_services(given: str) -> tuple[AskedService, ...]:
    """Each once, in the order given. Raises UserProblem for a word that is none, with the nearest that is one."""
    words = [word for word in re.split(r"[\s,;]+", given.strip()) if word]
    if not words:
        raise UserProblem(text("Expected services, such as POP,IMAP,IIS,SMTP, got nothing."))
    found: list[AskedService] = []
    for word in words:
        if (service := WORDS.get(word.lower())) is None:
            near = _OTHERS.get(word.lower()) or next(
                (WORDS[one] for one in get_close_matches(word.lower(), WORDS, n=1, cutoff=0.5)), None
            )
            raise UserProblem(
                text("Expected services among {known}, got “{given}”.", known=EXCHANGE_SERVICES, given=clean(word, 40))
                if near is None
                else text(
                    "Expected services among {known}, got “{given}”. Did you mean {near}?",
                    known=EXCHANGE_SERVICES,
                    given=clean(word, 40),
                    near=near,
                )
            )
        found.append(service)
    return tuple(dict.fromkeys(found))
