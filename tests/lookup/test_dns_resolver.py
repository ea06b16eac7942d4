"""The resolver against a DNS server on loopback that answers, refuses, keeps silent and runs in circles."""

import socket

import dns.rcode
import pytest

from mailtrust.core.formats.srv import MxRecord, SrvRecord
from mailtrust.edge.lookup.dns import DnsResolver, FakeResolver
from mailtrust.edge.lookup.dns_answers import (
    Found,
    LookupFailed,
    NoData,
    NoSuchName,
    Patience,
    literal,
    mail_hosts,
)

PATIENCE = Patience(one_server=0.3, in_all=0.6)


@pytest.fixture
def resolver(name_server):
    return DnsResolver(("127.0.0.1", name_server.port), Patience(one_server=3, in_all=5))


async def test_mail_exchangers_come_most_preferred_first(name_server, resolver):
    name_server.records["example.test", "MX"] = ["20 Backup.Example.test.", "10 mx.example.test."]
    answer = await resolver.mx("example.test")
    assert answer == Found((MxRecord(10, "mx.example.test"), MxRecord(20, "backup.example.test")), ttl=300)
    assert mail_hosts("example.test", answer) == ("mx.example.test", "backup.example.test")


async def test_the_null_mx_says_that_there_is_no_mail(name_server, resolver):
    name_server.records["example.test", "MX"] = ["0 ."]
    answer = await resolver.mx("example.test")
    assert answer.records == (MxRecord(0, "."),)
    assert mail_hosts("example.test", answer) == ()


async def test_a_name_without_mx_is_its_own_exchanger_but_not_one_that_does_not_exist(name_server, resolver):
    name_server.records["example.test", "A"] = ["192.0.2.1"]
    answer = await resolver.mx("example.test")
    assert answer == NoData("example.test")
    assert mail_hosts("example.test", answer) == ("example.test",)
    missing = await resolver.mx("nowhere.test")
    assert missing == NoSuchName("nowhere.test")
    assert mail_hosts("nowhere.test", missing) == ()
    assert mail_hosts("example.test", LookupFailed(answer_text())) == ()


def answer_text():
    from mailtrust.core.model.text import text

    return text("No server answered.")


async def test_services_come_by_priority_and_weight(name_server, resolver):
    name_server.records["_imaps._tcp.example.test", "SRV"] = [
        "10 1 993 c.example.test.",
        "0 1 993 b.example.test.",
        "0 9 993 a.example.test.",
    ]
    answer = await resolver.srv("_imaps._tcp.example.test")
    assert [record.target for record in answer.records] == ["a.example.test", "b.example.test", "c.example.test"]
    name_server.records["_pop3._tcp.example.test", "SRV"] = ["0 0 0 ."]
    assert (await resolver.srv("_pop3._tcp.example.test")).records == (SrvRecord(0, 0, 0, "."),)


async def test_every_address_of_both_families(name_server, resolver):
    name_server.records["mail.example.test", "A"] = ["192.0.2.9", "192.0.2.10"]
    name_server.records["mail.example.test", "AAAA"] = ["2001:db8::2", "2001:db8::1"]
    answer = await resolver.addresses("mail.example.test")
    assert answer.records == ("192.0.2.9", "192.0.2.10", "2001:db8::1", "2001:db8::2")
    assert answer.incomplete is None


async def test_a_family_that_fails_is_told_and_does_not_hide_the_other(name_server, resolver):
    name_server.records["mail.example.test", "A"] = ["192.0.2.9"]
    name_server.rcodes["mail.example.test", "AAAA"] = dns.rcode.SERVFAIL
    answer = await resolver.addresses("mail.example.test")
    assert answer.records == ("192.0.2.9",)
    assert "AAAA" in str(answer.incomplete)


async def test_one_family_without_records_is_complete(name_server, resolver):
    name_server.records["mail.example.test", "AAAA"] = ["2001:db8::1"]
    answer = await resolver.addresses("mail.example.test")
    assert answer == Found(("2001:db8::1",), ttl=300)


async def test_absence_of_addresses(name_server, resolver):
    name_server.records["example.test", "MX"] = ["10 mx.example.test."]
    assert await resolver.addresses("example.test") == NoData("example.test")
    assert await resolver.addresses("nowhere.test") == NoSuchName("nowhere.test")
    assert "does not exist" in str(NoSuchName("nowhere.test"))
    assert "no such records" in str(NoData("example.test"))


async def test_an_ip_literal_answers_itself_without_a_question(name_server, resolver):
    assert await resolver.addresses("192.0.2.1") == Found(("192.0.2.1",))
    assert await resolver.addresses("[2001:DB8:0::1]") == Found(("2001:db8::1",))
    assert name_server.asked == []
    assert literal("mail.example.test") is None


@pytest.mark.parametrize("follow", [True, False], ids=["recursive server", "server that names only the alias"])
async def test_aliases_are_followed_and_kept(name_server, resolver, follow):
    name_server.follow = follow
    name_server.records["mail.example.test", "CNAME"] = ["mx1.provider.test."]
    name_server.records["mx1.provider.test", "CNAME"] = ["node7.provider.test."]
    name_server.records["node7.provider.test", "A"] = ["192.0.2.7"]
    answer = await resolver.addresses("mail.example.test")
    assert answer.records == ("192.0.2.7",)
    assert answer.aliases == ("mx1.provider.test", "node7.provider.test")


async def test_an_alias_to_nowhere(name_server, resolver):
    name_server.records["mail.example.test", "CNAME"] = ["gone.provider.test."]
    answer = await resolver.mx("mail.example.test")
    assert answer == NoSuchName("mail.example.test", aliases=("gone.provider.test",))


@pytest.mark.parametrize("follow", [True, False])
async def test_aliases_in_a_circle_end(name_server, resolver, follow):
    name_server.follow = follow
    name_server.records["a.test", "CNAME"] = ["b.test."]
    name_server.records["b.test", "CNAME"] = ["a.test."]
    assert isinstance(await resolver.addresses("a.test"), LookupFailed)


async def test_aliases_without_end_end(name_server, resolver):
    name_server.follow = False
    for number in range(50):
        name_server.records[f"n{number}.test", "CNAME"] = [f"n{number + 1}.test."]
    assert isinstance(await resolver.mx("n0.test"), LookupFailed)
    assert len(name_server.asked) < 20


async def test_a_cut_answer_is_fetched_by_tcp(name_server, resolver):
    name_server.records["many.test", "MX"] = [f"{n} a-rather-long-name-of-exchanger-{n}.test." for n in range(60)]
    answer = await resolver.mx("many.test")
    assert len(answer.records) == 60
    assert [transport for transport, *_ in name_server.asked] == ["udp", "tcp"]


async def test_records_are_bounded(name_server, resolver):
    name_server.records["many.test", "MX"] = [f"{n} m{n}.test." for n in range(500)]
    assert len((await resolver.mx("many.test")).records) == 100


async def test_authenticated_data_is_told(name_server, resolver):
    for name in ("signed.test", "plain.test"):
        name_server.records[name, "MX"] = ["10 mx.test."]
    name_server.authenticated.add("signed.test")
    assert (await resolver.mx("signed.test")).authenticated
    assert not (await resolver.mx("plain.test")).authenticated


@pytest.mark.parametrize("rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.NOTIMP])
async def test_a_server_that_refuses_says_nothing_about_the_name(name_server, resolver, rcode):
    name_server.rcodes["example.test", "MX"] = rcode
    assert isinstance(await resolver.mx("example.test"), LookupFailed)


async def test_a_silent_server_is_not_waited_for_long(name_server):
    name_server.silent.add("example.test")
    answer = await DnsResolver(("127.0.0.1", name_server.port), PATIENCE).mx("example.test")
    assert isinstance(answer, LookupFailed)
    assert "in time" in str(answer)


async def test_no_server_at_all():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = await DnsResolver(("127.0.0.1", port), PATIENCE).mx("example.test")
    assert isinstance(answer, LookupFailed)


@pytest.mark.parametrize("name", ["a" * 64 + ".test", "a..test", "", "x." * 200, "b\u00fccher\u2024test." + "a" * 70])
async def test_names_that_cannot_be(name_server, resolver, name):
    for answer in (await resolver.mx(name), await resolver.addresses(name)):
        assert not isinstance(answer, Found)


async def test_a_name_beyond_ascii_is_asked_for_in_its_a_label_form(name_server, resolver):
    name_server.records["xn--bcher-kva.test", "MX"] = ["10 mx.test."]
    assert isinstance(await resolver.mx("b\u00fccher.test"), Found)


async def test_without_any_server_configured(monkeypatch):
    import dns.resolver

    from mailtrust.edge.lookup import dns_question

    def none(*args, **kwargs):
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns_question.dns.asyncresolver, "Resolver", none)
    dns_question._resolver.cache_clear()
    answer = await DnsResolver().mx("example.test")
    assert isinstance(answer, LookupFailed)
    assert "--dns" in str(answer)


async def test_the_fake_has_the_same_interface():
    fake = FakeResolver(
        exchangers={"example.test": Found((MxRecord(1, "mx.test"),))}, hosts={"mx.test": Found(("192.0.2.1",))}
    )
    assert (await fake.mx("example.test")).records[0].exchange == "mx.test"
    assert await fake.srv("_imap._tcp.example.test") == NoSuchName("_imap._tcp.example.test")
    assert (await fake.addresses("mx.test")).records == ("192.0.2.1",)
    assert (await fake.addresses("::1")).records == ("::1",)
    assert [kind for kind, _ in fake.asked] == ["mx", "srv", "addresses", "addresses"]
