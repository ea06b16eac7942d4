"""SMTP protocol logs of Exchange: rows as they stand in public logs, and in Microsoft's articles."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.exchange.protocol_log import Presented, ProtocolLogError, read_protocol_log

PRINT = "EC5A76488FE0A501C5FC28EC845E443889BA16E2"
INTERNAL = "0123456789ABCDEF0123456789ABCDEF01234567"
FIELDS = "#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"
RECEIVE = f"""#Software: Microsoft Exchange Server
#Version: 15.0.0.0
#Log-type: SMTP Receive Protocol Log
#Date: 2023-01-11T16:00:04.113Z
{FIELDS}
"""
SEND = RECEIVE.replace("Receive", "Send")
HEADINGS = (
    "Sending certificate Subject Issuer name Serial number Thumbprint Not before Not after Subject alternate names"
)
FRONT = "MAIL1\\Default Frontend MAIL1"
HELLO = '250  mail1.example.com Hello [192.0.2.7] SIZE 37748736 DSN ENHANCEDSTATUSCODES STARTTLS X-ANONYMOUSTLS "x"'


def row(session: str, event: str, data: str, context: str, *, second: int = 56, connector: str = FRONT) -> str:
    data, context = (
        f'"{one.replace(chr(34), chr(34) * 2)}"' if set(one) & set(',"') else one for one in (data, context)
    )
    return (
        f"2023-08-30T00:37:{second:02}.499Z,{connector},{session},6,192.0.2.1:25,198.51.100.7:51898,{event},{data},"
        f"{context}\n"
    )


def whole(
    thumbprint: str, subject: str = "CN=mail.example.com", names: str = "mail.example.com;www.example.com"
) -> str:
    return (
        f" {subject} CN=R3, O=Let's Encrypt, C=US 0404C0F032C2760F1F3F28A7CCC3FC5FBAB3 {thumbprint} "
        f"2023-08-12T10:39:24.000Z 2023-11-10T09:39:23.000Z {names}"
    )


def read(log: str) -> tuple[Presented, ...]:
    return read_protocol_log(log.encode(), "RECV.LOG")


def at(second: int) -> datetime:
    return datetime(2023, 8, 30, 0, 37, second, tzinfo=UTC)


def test_one_row_of_2016_and_later() -> None:
    log = (
        RECEIVE
        + row("A", ">", HELLO, "")
        + row("A", "<", "STARTTLS", "")
        + row("A", ">", "220 2.0.0 SMTP server ready", "")
        + row("A", "*", whole(PRINT.lower()), HEADINGS)
    )
    assert read(log) == (Presented("receive", FRONT, "STARTTLS", PRINT, at(56), 1),)


def test_sessions_that_run_at_the_same_time() -> None:
    log = (
        RECEIVE
        + row("A", "<", "STARTTLS", "", second=1)
        + row("B", "<", "X-ANONYMOUSTLS", "", second=2)
        + row("A", "*", whole(PRINT), HEADINGS, second=3)
        + row("B", "*", whole(INTERNAL, names=""), HEADINGS, second=4)
        + row("C", "<", "STARTTLS", "", second=5)
        + row("C", "*", whole(PRINT), HEADINGS, second=6)
    )
    assert read(log) == (
        Presented("receive", FRONT, "STARTTLS", PRINT, at(6), 2),
        Presented("receive", FRONT, "X-ANONYMOUSTLS", INTERNAL, at(4), 1),
    )


def test_a_row_for_each_part_as_2013_writes() -> None:
    """Microsoft, KB 4495258; the other side's certificate follows in the same rows."""

    def parts(thumbprint: str) -> str:
        values = (
            ("CN=*.example.com", "Certificate subject"),
            ("CN=R3, O=Let's Encrypt, C=US", "Certificate issuer name"),
            ("0404C0F0", "Certificate serial number"),
            (thumbprint, "Certificate thumbprint"),
            ("*.example.com", "Certificate alternate names"),
        )
        return "".join(row("A", "*", data, context, connector="Outbound to Office 365") for data, context in values)

    log = (
        SEND
        + row("A", ">", "STARTTLS", "", connector="Outbound to Office 365")
        + row("A", "*", "", "Sending certificate", connector="Outbound to Office 365")
        + parts(PRINT)
        + row("A", "*", "", "Remote certificate", connector="Outbound to Office 365")
        + parts(INTERNAL)
    )
    assert read(log) == (Presented("send", "Outbound to Office 365", "STARTTLS", PRINT, at(56), 1),)


def test_a_log_that_begins_behind_the_verb() -> None:
    assert read(RECEIVE + row("A", "*", whole(PRINT), HEADINGS))[0].verb == ""


@pytest.mark.parametrize(
    "line",
    [
        row("A", "*", "CN=short", HEADINGS),
        row("A", "*", PRINT, "Certificate thumbprint"),
        row("A", "*", whole(PRINT), "Remote certificate Subject Issuer name"),
        '2023-08-30T00:37:56.499Z,"cut,Sending certificate',
        "yesterday,a,b,1,c,d,*," + whole(PRINT).replace(",", "") + "," + HEADINGS,
        row("A", "*", whole(PRINT, subject="CN=" + "x" * 70_000), HEADINGS),
    ],
    ids=["no thumbprint", "not announced", "the other side's", "cut", "no moment", "too long"],
)
def test_what_says_nothing_is_passed_over(line: str) -> None:
    assert read(RECEIVE + line) == ()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"#Log-type: Message Tracking Log\n", b"\xff\xfe#"])
def test_no_protocol_log(data: bytes) -> None:
    with pytest.raises(ProtocolLogError, match="TransportRoles"):
        read_protocol_log(data, "x.log")


@given(st.lists(st.sampled_from((*RECEIVE, '"', ",", PRINT, HEADINGS, "\n", "STARTTLS", whole(PRINT))), max_size=60))
def test_never_raises_behind_a_good_head(pieces: list[str]) -> None:
    for one in read(RECEIVE + "".join(pieces)):
        assert len(one.thumbprint) == 40
