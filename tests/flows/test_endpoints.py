"""What is looked at for a domain, a host, a port; asked of a resolver that answers from a dictionary."""

import pytest

from mailtrust.core.formats.connect_to import Detours, parse_connect_to, parse_resolve
from mailtrust.core.formats.srv import MxRecord, SrvRecord
from mailtrust.core.formats.target import parse_target
from mailtrust.core.model.endpoint import Endpoint, Protocol, TlsMode
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.edge.lookup.dns_answers import Found, LookupFailed, NoData, NoSuchName
from mailtrust.flows.endpoints import WILDCARD_LABEL, find_endpoints

MAIL = Found(("192.0.2.10", "2001:db8::10"))


def shown(endpoints: tuple[Endpoint, ...]) -> set[tuple[str, int, str, str]]:
    return {(one.host, one.port, one.address, one.found_by) for one in endpoints}


async def test_a_bare_name_without_mx_is_a_host_on_nine_ports() -> None:
    resolver = FakeResolver(hosts={"mail.example.org": Found(("192.0.2.10",))})
    found = await find_endpoints(parse_target("mail.example.org"), resolver)
    endpoints, lookups = found.endpoints, found.lookups
    assert [one.port for one in endpoints] == [25, 465, 587, 143, 993, 110, 995, 4190, 443]
    assert {one.found_by for one in endpoints} == {"default-port"}
    assert [lookup.kind for lookup in lookups] == ["dns-address"]


async def test_a_name_with_mx_is_a_domain() -> None:
    resolver = FakeResolver(
        exchangers={"example.org": Found((MxRecord(10, "mx1.example.org"), MxRecord(20, "mx2.example.org")))},
        hosts={"mx1.example.org": Found(("192.0.2.1",)), "mx2.example.org": Found(("192.0.2.2",))},
    )
    endpoints = (await find_endpoints(parse_target("example.org"), resolver)).endpoints
    assert shown(endpoints) == {
        ("mx1.example.org", 25, "192.0.2.1", "mx"),
        ("mx2.example.org", 25, "192.0.2.2", "mx"),
    }


async def test_kind_overrides_what_dns_suggests() -> None:
    resolver = FakeResolver(
        exchangers={"example.org": Found((MxRecord(10, "mx.example.org"),))},
        hosts={"example.org": Found(("192.0.2.3",)), "mx.example.org": Found(("192.0.2.1",))},
    )
    endpoints = (await find_endpoints(parse_target("example.org"), resolver, kind="host")).endpoints
    assert {one.host for one in endpoints} == {"example.org"}


async def test_srv_records_announce_hosts_and_a_dot_says_no() -> None:
    resolver = FakeResolver(
        services={
            "_imaps._tcp.example.org": Found((SrvRecord(0, 1, 10993, "imap.elsewhere.net"),)),
            "_pop3s._tcp.example.org": Found((SrvRecord(0, 0, 0, "."),)),
        },
        hosts={"imap.elsewhere.net": MAIL},
    )
    endpoints = (await find_endpoints(parse_target("user@example.org"), resolver)).endpoints
    by_srv = [one for one in endpoints if one.found_by == "srv"]
    assert {(one.host, one.port, one.protocol, one.tls_mode, one.address) for one in by_srv} == {
        ("imap.elsewhere.net", 10993, Protocol.IMAP, TlsMode.IMPLICIT, address) for address in MAIL.records
    }


async def test_null_mx_means_no_mail_and_no_port_25() -> None:
    resolver = FakeResolver(exchangers={"example.org": Found((MxRecord(0, "."),))}, hosts={"example.org": MAIL})
    places = await find_endpoints(parse_target("example.org"), resolver)
    assert "takes no mail" in places.lookups[-1].failure  # RFC 7505: the report tells why nothing was looked at
    endpoints = (await find_endpoints(parse_target("example.org"), resolver)).endpoints
    assert endpoints == ()


async def test_usual_names_are_looked_at_unless_only_a_wildcard_answers() -> None:
    everything = Found(("192.0.2.99",))
    hosts = {f"{label}.example.org": everything for label in ("mail", "imap", "smtp", "pop", "pop3", "webmail")}
    hosts[f"{WILDCARD_LABEL}.example.org"] = everything
    hosts["mx.example.org"] = Found(("192.0.2.1",))
    mx = {"example.org": Found((MxRecord(10, "mx.example.org"),))}
    endpoints = (
        await find_endpoints(parse_target("example.org"), FakeResolver(exchangers=mx, hosts=dict(hosts)))
    ).endpoints
    assert {one.host for one in endpoints} == {"mx.example.org"}
    hosts["imap.example.org"] = Found(("192.0.2.5",))
    endpoints = (await find_endpoints(parse_target("example.org"), FakeResolver(exchangers=mx, hosts=hosts))).endpoints
    assert {(one.host, one.port) for one in endpoints if one.found_by == "usual-name"} == {
        ("imap.example.org", 143),
        ("imap.example.org", 993),
        ("imap.example.org", 4190),
    }


async def test_a_name_without_address_keeps_its_place() -> None:
    places = await find_endpoints(parse_target("imaps://nowhere.example.org"), FakeResolver())
    assert [(one.host, one.address, one.found_by) for one in places.endpoints] == [("nowhere.example.org", "", "given")]
    assert isinstance(places.absent["nowhere.example.org"], NoSuchName)
    assert [asked.failure for asked in places.lookups] == [""]  # that there is none is an answer


async def test_a_failed_lookup_is_kept_and_does_not_make_a_domain() -> None:
    broken = LookupFailed(text("The server failed."))
    resolver = FakeResolver(exchangers={"example.org": broken}, hosts={"example.org": Found(("192.0.2.3",))})
    places = await find_endpoints(parse_target("example.org"), resolver)
    assert {one.found_by for one in places.endpoints} == {"default-port"}
    assert ("dns-mx", "The server failed.") in {(asked.kind, asked.failure) for asked in places.lookups}


async def test_a_domain_that_takes_its_mail_itself_is_a_mail_host_too() -> None:
    resolver = FakeResolver(
        exchangers={"example.org": Found((MxRecord(10, "example.org"),))}, hosts={"example.org": Found(("192.0.2.3",))}
    )
    places = await find_endpoints(parse_target("example.org"), resolver)
    assert {(one.port, one.found_by) for one in places.endpoints} == {
        (25, "mx"),
        *((port, "default-port") for port in (465, 587, 143, 993, 110, 995, 4190, 443)),
    }


async def test_an_address_of_a_domain_that_does_not_exist() -> None:
    places = await find_endpoints(parse_target("user@nowhere.example"), FakeResolver())
    assert places.endpoints == ()
    assert "nowhere.example does not exist" in places.lookups[-1].failure


async def test_an_answer_without_addresses_is_none() -> None:
    resolver = FakeResolver(hosts={"mail.example.org": Found(())})
    places = await find_endpoints(parse_target("imaps://mail.example.org"), resolver)
    assert [one.address for one in places.endpoints] == [""]
    assert isinstance(places.absent["mail.example.org"], NoData)


async def test_detours_lead_elsewhere_under_the_same_name() -> None:
    detours = Detours(
        connect_to=(parse_connect_to("mail.example.org:993:127.0.0.1:10993"),),
        resolve=(parse_resolve("mail.example.org:143:127.0.0.7"),),
    )
    resolver = FakeResolver(hosts={"mail.example.org": MAIL})
    (there,) = (await find_endpoints(parse_target("imaps://mail.example.org"), resolver, detours=detours)).endpoints
    assert (there.host, there.port, there.address, there.connect_port) == ("mail.example.org", 993, "127.0.0.1", 10993)
    assert there.server_name == "mail.example.org"
    (resolved,) = (await find_endpoints(parse_target("imap://mail.example.org"), resolver, detours=detours)).endpoints
    assert (resolved.address, resolved.connect_port) == ("127.0.0.7", None)


async def test_also_looks_at_the_same_name_elsewhere() -> None:
    resolver = FakeResolver(hosts={"mail.example.org": Found(("192.0.2.10",))})
    endpoints = (
        await find_endpoints(
            parse_target("imaps://mail.example.org"), resolver, also=(("10.0.0.5", None), ("10.0.0.6", 1993))
        )
    ).endpoints
    assert [(one.address, one.connect_port, one.found_by) for one in endpoints] == [
        ("192.0.2.10", None, "given"),
        ("10.0.0.5", None, "also"),
        ("10.0.0.6", 1993, "also"),
    ]


@pytest.mark.parametrize(
    ("target", "protocol", "mode"),
    [
        ("192.0.2.1:993", Protocol.IMAP, TlsMode.IMPLICIT),
        ("192.0.2.1:587", Protocol.SUBMISSION, TlsMode.STARTTLS),
        ("[2001:db8::1]:25", Protocol.SMTP, TlsMode.STARTTLS),
        ("192.0.2.1:8443", Protocol.TLS, TlsMode.IMPLICIT),
    ],
)
async def test_a_port_tells_its_protocol(target: str, protocol: Protocol, mode: TlsMode) -> None:
    (endpoint,) = (await find_endpoints(parse_target(target), FakeResolver())).endpoints
    assert (endpoint.protocol, endpoint.tls_mode, endpoint.found_by) == (protocol, mode, "given")
    assert endpoint.server_name is None  # RFC 6066 3: no literal address as server name


async def test_a_port_of_also_leads_to_the_port_of_that_number() -> None:
    resolver = FakeResolver(hosts={"mail.example.org": Found(("192.0.2.10",))})
    places = await find_endpoints(parse_target("mail.example.org"), resolver, also=(("10.0.0.5", 993),))
    assert [(one.port, one.connect_port) for one in places.endpoints if one.found_by == "also"] == [(993, None)]
    with pytest.raises(UserProblem, match="fits none of the ports"):
        await find_endpoints(parse_target("mail.example.org"), resolver, also=(("10.0.0.5", 1993),))


async def test_a_backend_on_the_same_machine_is_an_endpoint_of_its_own() -> None:
    target = parse_target("imaps://mail.example.org")
    resolver = FakeResolver(hosts={"mail.example.org": Found(("127.0.0.1",))})
    places = await find_endpoints(target, resolver, also=(("127.0.0.1", 1993), ("::1", 1993)))
    assert [one.id for one in places.endpoints] == [
        "imaps://mail.example.org:993@127.0.0.1",
        "imaps://mail.example.org:993@127.0.0.1:1993",
        "imaps://mail.example.org:993@[::1]:1993",
    ]
