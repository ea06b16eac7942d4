"""SMTP protocol logs of Exchange, read and shown beside what was foretold."""

from functools import cache

from tests.formats.test_exchange_protocol_log import HEADINGS, HELLO, PRINT, RECEIVE, SEND, row, whole
from tests.fuzz.documents import harmless, refusal
from tests.fuzz.mutation.words import mutate_text
from tests.fuzz.target import Target
from tests.services.exchange_world import NOW, certificate, connector, organisation, send_connector, server

from mailtrust.core.formats.exchange.protocol_log import read_protocol_log
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.report.page import Page
from mailtrust.core.report.services_selection_text import show_selections
from mailtrust.core.services.exchange.selecting.presented import compare
from mailtrust.core.services.exchange.selecting.select import select
from mailtrust.core.services.exchange.selecting.selection import Selection

LOGS = (
    RECEIVE
    + row("A", ">", HELLO, "")
    + row("A", "<", "STARTTLS", "")
    + row("A", "*", whole(PRINT), HEADINGS)
    + row("B", "<", "X-ANONYMOUSTLS", "")
    + row("B", "*", whole(PRINT, names=""), HEADINGS),
    SEND
    + row("A", ">", "STARTTLS", "", connector="Outbound")
    + row("A", "*", "", "Sending certificate", connector="Outbound")
    + row("A", "*", PRINT, "Certificate thumbprint", connector="Outbound")
    + row("A", "*", "", "Remote certificate", connector="Outbound"),
)


@cache
def _foretold() -> tuple[Selection, ...]:
    it = server(certificate("A", "mail.example.com"), receive_connectors=(connector(),), internal_transport="A" * 40)
    return select(organisation(it, sends=(send_connector(),)), NOW)


def _logs() -> tuple[bytes, ...]:
    return tuple(log.encode("utf-8") for log in LOGS)


def _try_log(octets: bytes) -> bytes:
    """Nothing in a log breaks the reader, or reaches a terminal as it is."""
    try:
        presented = read_protocol_log(octets, "RECV.LOG")
    except UserProblem as refused:
        return refusal(refused)
    page = Page(80, ascii_only=False, translate=str, lang="en")
    show_selections(page, _foretold(), None, compare(_foretold(), presented, None), ())
    shown = page.print(colour=False)
    harmless(shown)
    return shown.encode("utf-8")


PROTOCOL_LOG = Target("exchange-protocol-log", _logs, mutate_text, _try_log, inputs=20_000, bounded=100)
