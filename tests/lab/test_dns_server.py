"""The lab's DNS as a real resolver library sees it, over UDP and TCP."""

import socket
from collections.abc import AsyncIterator

import dns.asyncquery
import dns.flags
import dns.message
import dns.rcode
import pytest

from mailtrust.lab.dns_server import DnsServer, Zone

ADDRESS = "127.0.0.1"


@pytest.fixture
async def server() -> AsyncIterator[DnsServer]:
    zone = Zone()
    zone.add("example.test", "MX", "10 mail.example.test", "20 backup.example.test")
    zone.add("mail.example.test", "A", ADDRESS)
    zone.add("mail.example.test", "AAAA", "::1")
    zone.add("autodiscover.example.test", "CNAME", "mail.example.test")
    zone.add("loop.example.test", "CNAME", "loop.example.test")
    zone.add("_imaps._tcp.example.test", "SRV", "0 1 993 mail.example.test")
    zone.add("long.example.test", "TXT", *(f'"{number:0250d}"' for number in range(20)))
    running = DnsServer(zone, ADDRESS)
    await running.start()
    yield running
    await running.stop()


async def ask(server: DnsServer, name: str, record_type: str, *, tcp: bool = False) -> dns.message.Message:
    query = dns.message.make_query(name, record_type)
    how = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
    return await how(query, ADDRESS, port=server.port, timeout=10)


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
async def test_records_are_given(server: DnsServer, tcp: bool) -> None:
    answer = await ask(server, "Example.TEST", "MX", tcp=tcp)
    # dnspython shuffles the records of an answer, as name servers do.
    records = {record.to_text().lower() for record in answer.answer[0]}
    assert records == {"10 mail.example.test.", "20 backup.example.test."}
    srv = await ask(server, "_imaps._tcp.example.test", "SRV", tcp=tcp)
    assert srv.answer[0][0].to_text() == "0 1 993 mail.example.test."


async def test_an_alias_is_followed(server: DnsServer) -> None:
    answer = await ask(server, "autodiscover.example.test", "A")
    assert [rrset.to_text() for rrset in answer.answer] == [
        "autodiscover.example.test. 0 IN CNAME mail.example.test.",
        f"mail.example.test. 0 IN A {ADDRESS}",
    ]


async def test_an_alias_of_itself_ends(server: DnsServer) -> None:
    answer = await ask(server, "loop.example.test", "A")
    assert answer.rcode() == dns.rcode.NOERROR


async def test_a_name_without_such_records_differs_from_no_name(server: DnsServer) -> None:
    assert (await ask(server, "mail.example.test", "MX")).rcode() == dns.rcode.NOERROR
    # RFC 8020 2: there is something below it, so it exists.
    assert (await ask(server, "_tcp.example.test", "A")).rcode() == dns.rcode.NOERROR
    assert (await ask(server, "nowhere.example.test", "A")).rcode() == dns.rcode.NXDOMAIN


async def test_a_long_answer_is_cut_over_udp_and_whole_over_tcp(server: DnsServer) -> None:
    cut = await ask(server, "long.example.test", "TXT")
    assert cut.flags & dns.flags.TC
    whole = await ask(server, "long.example.test", "TXT", tcp=True)
    assert len(whole.answer[0]) == 20


async def test_a_changed_zone_shows_at_once(server: DnsServer) -> None:
    server.zone.replace("mail.example.test", "A", "127.0.0.2")
    assert (await ask(server, "mail.example.test", "A")).answer[0][0].to_text() == "127.0.0.2"
    server.zone.replace("mail.example.test", "A")
    assert not (await ask(server, "mail.example.test", "A")).answer


async def test_nonsense_gets_no_answer_and_does_no_harm(server: DnsServer) -> None:
    query = dns.message.make_query("mail.example.test", "A").to_wire()
    loop_back = b"\x00\x01\x80\x00" + query[4:]
    for junk in (b"", b"\xff" * 40, loop_back):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(junk, (ADDRESS, server.port))
    assert (await ask(server, "mail.example.test", "A")).answer


def test_the_zone_is_shown_as_a_zone_file() -> None:
    zone = Zone()
    zone.add("mail.example.test", "A", ADDRESS)
    assert list(zone.lines()) == [f"mail.example.test. 0 IN A {ADDRESS}"]
