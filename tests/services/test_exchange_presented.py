"""What the protocol log says, beside what the search foretells."""

from datetime import timedelta
from typing import Literal

from tests.services.exchange_world import NOW, certificate, connector, organisation, send_connector, server

from mailtrust.core.formats.exchange.protocol_log import Presented
from mailtrust.core.services.exchange.selecting.presented import compare
from mailtrust.core.services.exchange.selecting.select import select

FRONT = "mail1\\default frontend mail1"
IT = organisation(
    server(
        certificate("A", "mail.example.com"),
        certificate("I", "mail1", issuer=""),
        receive_connectors=(connector(), connector("else.example.com", name="Unfit")),
        internal_transport="I" * 40,
    ),
    sends=(send_connector(), send_connector("else.example.com", name="Open")),
)
FORETOLD = select(IT, NOW)


def presented(
    direction: Literal["receive", "send"],
    name: str,
    verb: Literal["STARTTLS", "X-ANONYMOUSTLS"],
    letter: str,
    ago: int = 0,
) -> Presented:
    return Presented(direction, name, verb, letter * 40, NOW - timedelta(hours=ago), 1)


def agreements(*rows: Presented, server: str | None = None) -> list[str]:
    return [one.agreement for one in compare(FORETOLD, rows, server)]


def test_how_they_agree() -> None:
    assert agreements(
        presented("receive", FRONT, "STARTTLS", "A"),
        presented("receive", FRONT, "X-ANONYMOUSTLS", "I"),
        presented("receive", "MAIL1\\Unfit", "STARTTLS", "A"),
        presented("receive", "MAIL1\\Unheard", "STARTTLS", "A"),
        presented("receive", "MAIL2\\Default Frontend MAIL1", "STARTTLS", "A"),
        presented("send", "Outbound", "STARTTLS", "A"),
        presented("send", "Open", "STARTTLS", "A"),
    ) == ["agrees", "agrees", "differs", "not-exported", "not-exported", "agrees", "answers"]


def test_only_what_was_presented_last_counts() -> None:
    rows = (presented("receive", FRONT, "STARTTLS", "A", ago=1), presented("receive", FRONT, "STARTTLS", "B", ago=9))
    assert agreements(*rows) == agreements(*reversed(rows)) == ["agrees"]


def test_a_log_of_another_server_is_not_compared() -> None:
    assert agreements(presented("send", "Outbound", "STARTTLS", "A"), server="MAIL2") == ["not-exported"]
