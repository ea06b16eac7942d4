"""Never too many connections to one server, none that teaches nothing, and the whole as fast as its slowest port."""

import asyncio
import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import FailureKind, Handshake, Observation, ProbeFailure, Stage
from mailtrust.core.x509.parse import read_certificate
from mailtrust.edge.probe.schedule import AT_ONCE_PER_ADDRESS, AT_ONCE_PER_PORT, CONNECTIONS_PER_PORT, Gate, probe_all
from mailtrust.edge.probe.timeouts import Timeouts

SEEN = Handshake("TLSv1.3", "x", (), None, True, True)
REFUSED = ProbeFailure(Stage.CONNECT, FailureKind.REFUSED, "")
SILENT = ProbeFailure(Stage.CONNECT, FailureKind.TIMEOUT, "")
BUSY = ProbeFailure(Stage.GREETING, FailureKind.BUSY, "421")
NO_TLS = ProbeFailure(Stage.CAPABILITY, FailureKind.TLS_NOT_OFFERED, "")
ALERT = ProbeFailure(Stage.HANDSHAKE, FailureKind.ALERT, "unrecognized_name")
MUTE = ProbeFailure(Stage.HANDSHAKE, FailureKind.TIMEOUT, "")

ALL = (Offer.DEFAULT, Offer.NO_SNI, Offer.RSA, Offer.ECDSA)
PATIENT = Timeouts(busy_pause=0)


def endpoint(port=25, host="mail.example.test", address="192.0.2.1", protocol=Protocol.SMTP, server_name="", **more):
    return Endpoint(
        host, port, protocol, TlsMode.STARTTLS, address, host if server_name == "" else server_name, "", **more
    )


@dataclass
class FakeServers:
    """A prober that answers from a script and counts."""

    answers: dict = field(default_factory=dict)
    """(port, offer) or port to a result, or to a list of results, one after the other."""
    extra: int = 0
    """Second connections that each default offer asks its budget for."""
    pause: float = 0
    asked: list = field(default_factory=list)
    at_once: Counter = field(default_factory=Counter)
    most: defaultdict = field(default_factory=lambda: defaultdict(int))
    connections: Counter = field(default_factory=Counter)

    async def __call__(self, endpoint, offer, *, timeouts, now, client_name, budget):
        port = endpoint.connect_port or endpoint.port
        address = endpoint.connect_address or endpoint.address
        places = (("port", address, port), ("address", address), ("all",))
        for place in places:
            self.at_once[place] += 1
            self.most[place] = max(self.most[place], self.at_once[place])
        self.asked.append((endpoint.host, port, offer))
        self.connections[address, port] += 1
        for _ in range(self.extra if offer is Offer.DEFAULT else 0):
            self.connections[address, port] += budget.take()
        await asyncio.sleep(self.pause)
        for place in places:
            self.at_once[place] -= 1
        answer = self.answers.get((port, offer), self.answers.get(port, SEEN))
        result = answer.pop(0) if isinstance(answer, list) else answer
        return Observation(endpoint, offer, now(), result)


async def run(wishes, servers, **options):
    return await probe_all(wishes, probe=servers, timeouts=PATIENT, now=lambda: None, **options)


async def test_four_offers_are_four_connections_the_default_first():
    servers = FakeServers()
    wishes = [(endpoint(), offer) for offer in reversed(ALL)]
    observations = await run(wishes, servers)
    assert [(seen.endpoint, seen.offer) for seen in observations] == wishes
    assert [offer for _, _, offer in servers.asked[:2]] == [Offer.DEFAULT, Offer.NO_SNI]
    assert servers.connections["192.0.2.1", 25] == 4
    assert servers.most["port", "192.0.2.1", 25] == AT_ONCE_PER_PORT


async def test_a_second_connection_of_the_default_offer_costs_the_last_wish():
    servers = FakeServers(extra=1)
    observations = await run([(endpoint(), offer) for offer in ALL], servers)
    assert [seen.offer for seen in observations] == [Offer.DEFAULT, Offer.NO_SNI, Offer.RSA]
    assert servers.connections["192.0.2.1", 25] == CONNECTIONS_PER_PORT


@pytest.mark.parametrize(
    "failure", [REFUSED, SILENT, NO_TLS, MUTE], ids=lambda failure: f"{failure.stage}-{failure.kind}"
)
async def test_where_there_is_no_tls_nothing_else_is_tried(failure):
    servers = FakeServers({25: failure})
    observations = await run([(endpoint(), offer) for offer in (*ALL, Offer.LEGACY)], servers)
    assert [(seen.offer, seen.result) for seen in observations] == [(Offer.DEFAULT, failure)]
    assert len(servers.asked) == 1


@pytest.mark.parametrize(("kind", "other"), [("ec", Offer.RSA), ("rsa", Offer.ECDSA)])
async def test_the_kind_of_key_that_was_met_is_not_asked_for_again(request, kind, other):
    """A failed handshake stands in the server's log: only the other kind is news."""
    chain = request.getfixturevalue("chain" if kind == "ec" else "rsa_chain")
    met = replace(SEEN, presented_chain=tuple(read_certificate(der) for der in chain.ders))
    servers = FakeServers({(25, Offer.DEFAULT): met})
    observations = await run([(endpoint(), offer) for offer in ALL], servers)
    assert [seen.offer for seen in observations] == [Offer.DEFAULT, Offer.NO_SNI, other]


async def test_of_a_leaf_that_cannot_be_read_both_kinds_are_asked_for():
    servers = FakeServers({(25, Offer.DEFAULT): replace(SEEN, presented_chain=(read_certificate(b"?"),))})
    assert len(await run([(endpoint(), offer) for offer in ALL], servers)) == 4


async def test_a_server_that_dislikes_the_name_is_asked_without_one():
    servers = FakeServers({(25, Offer.DEFAULT): ALERT})
    observations = await run([(endpoint(), offer) for offer in ALL], servers)
    assert [seen.offer for seen in observations] == [Offer.DEFAULT, Offer.NO_SNI]
    assert observations[1].result == SEEN


async def test_what_holds_for_every_name_is_said_of_every_name():
    servers = FakeServers({25: NO_TLS, 993: REFUSED})
    wishes = [(endpoint(port, host), offer) for offer in ALL for port in (25, 993) for host in ("a.test", "b.test")]
    observations = await run(wishes, servers)
    assert [(seen.endpoint.host, seen.endpoint.port, seen.result) for seen in observations] == [
        ("a.test", 25, NO_TLS), ("b.test", 25, NO_TLS), ("a.test", 993, REFUSED), ("b.test", 993, REFUSED),
    ]  # fmt: skip
    assert len(servers.asked) == 2


async def test_what_one_dialogue_met_says_nothing_of_another_protocol():
    servers = FakeServers({25: [NO_TLS, SEEN]})
    wishes = [(endpoint(25), Offer.DEFAULT), (endpoint(25, protocol=Protocol.TLS), Offer.DEFAULT)]
    assert [seen.result for seen in await run(wishes, servers)] == [NO_TLS, SEEN]


async def test_names_of_one_port_share_the_connection_without_a_name():
    servers = FakeServers()
    wishes = [(endpoint(host=host), offer) for offer in (Offer.DEFAULT, Offer.NO_SNI) for host in ("a.test", "b.test")]
    observations = await run(wishes, servers)
    assert [seen.id for seen in observations] == [
        "smtp://a.test:25@192.0.2.1", "smtp://b.test:25@192.0.2.1",
        "smtp://a.test:25@192.0.2.1#no-sni", "smtp://b.test:25@192.0.2.1#no-sni",
    ]  # fmt: skip
    assert [offer for _, _, offer in servers.asked] == [Offer.DEFAULT, Offer.DEFAULT, Offer.NO_SNI]


async def test_for_an_ip_literal_no_name_is_the_default():
    servers = FakeServers()
    plain = endpoint(host="192.0.2.1", server_name=None)
    observations = await run([(plain, Offer.NO_SNI), (plain, Offer.DEFAULT)], servers)
    assert len(observations) == 2
    assert [offer for _, _, offer in servers.asked] == [Offer.DEFAULT]


async def test_more_names_than_connections_the_first_names_count():
    servers = FakeServers()
    hosts = [f"{letter}.test" for letter in "abcdef"]
    observations = await run([(endpoint(host=host), offer) for offer in ALL for host in hosts], servers)
    assert [(seen.endpoint.host, seen.offer) for seen in observations] == [(host, Offer.DEFAULT) for host in hosts[:4]]
    assert servers.connections["192.0.2.1", 25] == CONNECTIONS_PER_PORT


async def test_the_ports_of_a_detour_count_where_it_leads():
    servers = FakeServers()
    ends = [
        endpoint(host=f"{n}.test", address=f"192.0.2.{n}", connect_address="127.0.0.1", connect_port=9)
        for n in range(6)
    ]
    await run([(end, Offer.DEFAULT) for end in ends], servers)
    assert servers.connections == {("127.0.0.1", 9): CONNECTIONS_PER_PORT}


async def test_421_means_one_at_a_time_and_one_more_try():
    servers = FakeServers({(25, Offer.DEFAULT): [BUSY, SEEN]})
    observations = await run([(endpoint(), offer) for offer in ALL], servers)
    assert [seen.result for seen in observations] == [SEEN] * 3
    assert [offer for _, _, offer in servers.asked] == [Offer.DEFAULT, Offer.DEFAULT, Offer.NO_SNI, Offer.RSA]
    assert servers.most["port", "192.0.2.1", 25] == 1
    assert servers.connections["192.0.2.1", 25] == CONNECTIONS_PER_PORT


async def test_a_second_421_is_the_last_word():
    servers = FakeServers({25: BUSY})
    wishes = [(endpoint(host=host), offer) for offer in ALL for host in ("a.test", "b.test")]
    observations = await run(wishes, servers)
    assert [(seen.endpoint.host, seen.offer, seen.result) for seen in observations] == [
        ("a.test", Offer.DEFAULT, BUSY), ("b.test", Offer.DEFAULT, BUSY),
    ]  # fmt: skip
    assert len(servers.asked) == 2


async def test_421_to_a_later_offer_leaves_one_connection_at_a_time():
    servers = FakeServers({(25, Offer.NO_SNI): [BUSY, SEEN]}, pause=0.001)
    observations = await run([(endpoint(), offer) for offer in ALL], servers)
    assert [seen.result for seen in observations] == [SEEN, SEEN, SEEN]
    order = [offer for _, _, offer in servers.asked]
    assert order == [Offer.DEFAULT, Offer.NO_SNI, Offer.RSA, Offer.NO_SNI]


async def test_the_pause_before_a_second_try_is_kept(monkeypatch):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    servers = FakeServers({25: [BUSY, SEEN]})
    real = asyncio.sleep
    monkeypatch.setattr(
        "mailtrust.edge.probe.schedule.asyncio.sleep", lambda seconds: sleep(seconds) if seconds else real(0)
    )
    await probe_all([(endpoint(), Offer.DEFAULT)], probe=servers, timeouts=Timeouts(busy_pause=7), now=lambda: None)
    assert slept == [7]


@pytest.mark.parametrize(("per_host", "expected"), [(None, AT_ONCE_PER_ADDRESS), (1, 1), (3, 3), (0, 1)])
async def test_connections_at_a_time_to_one_address(per_host, expected):
    servers = FakeServers(pause=0.001)
    wishes = [(endpoint(port), offer) for port in range(1, 20) for offer in ALL]
    observations = await run(wishes, servers, per_host=per_host)
    assert len(observations) == len(wishes)
    assert servers.most["address", "192.0.2.1"] == expected
    assert max(servers.most["port", "192.0.2.1", port] for port in range(1, 20)) <= min(expected, AT_ONCE_PER_PORT)


async def test_addresses_do_not_wait_for_each_other():
    servers = FakeServers(pause=0.001)
    await run([(endpoint(address=f"192.0.2.{n}"), Offer.DEFAULT) for n in range(30)], servers)
    assert servers.most["all",] == 30


async def test_progress_begins_at_nothing_and_ends_at_all():
    told = []
    servers = FakeServers({993: REFUSED, 587: [BUSY, BUSY]})
    wishes = [(endpoint(port), offer) for port in (25, 587, 993) for offer in ALL]
    await run(wishes, servers, on_progress=lambda done, total: told.append((done, total)))
    assert told[0] == (0, 12)
    assert told[-1] == (12, 12)
    assert told == sorted(set(told))


async def test_nothing_wished_nothing_done():
    assert await run([], FakeServers()) == ()


async def test_a_wish_made_twice_is_one():
    servers = FakeServers()
    assert len(await run([(endpoint(), Offer.DEFAULT)] * 2, servers)) == 1
    assert len(servers.asked) == 1


RESULTS = st.sampled_from([SEEN, REFUSED, SILENT, BUSY, NO_TLS, ALERT, MUTE])


@given(
    wishes=st.lists(
        st.tuples(
            st.builds(endpoint, st.sampled_from([25, 465, 993]), st.sampled_from(["a.test", "b.test", "c.test"])),
            st.sampled_from(Offer),
        ),
        max_size=30,
    ),
    answers=st.dictionaries(st.tuples(st.sampled_from([25, 465, 993]), st.sampled_from(Offer)), RESULTS),
    extra=st.integers(0, 2),
    per_host=st.none() | st.integers(1, 4),
)
def test_whatever_happens_the_limits_hold(wishes, answers, extra, per_host):
    servers = FakeServers(answers, extra)
    observations = asyncio.run(run(wishes, servers, per_host=per_host))
    seen = [(each.endpoint, each.offer) for each in observations]
    assert seen == [wish for wish in dict.fromkeys(wishes) if wish in set(seen)]
    assert all(count <= CONNECTIONS_PER_PORT for count in servers.connections.values())
    assert servers.most["address", "192.0.2.1"] <= (per_host or AT_ONCE_PER_ADDRESS)
    for port in {place[2] for place in servers.most if place[0] == "port"}:
        assert servers.most["port", "192.0.2.1", port] <= AT_ONCE_PER_PORT


async def test_against_a_real_server(serve, server_context):
    """The limit as the server sees it."""

    async def handler(reader, writer, heard):
        await reader.read()

    async with serve(handler, ssl=server_context) as (port, heard):
        ends = [
            Endpoint(f"{name}.test", port, Protocol.TLS, TlsMode.IMPLICIT, "127.0.0.1", f"{name}.test", "")
            for name in ("a", "b", "c")
        ]
        observations = await probe_all([(end, offer) for offer in ALL for end in ends])
    assert [(seen.offer, type(seen.result)) for seen in observations] == [
        *[(Offer.DEFAULT, Handshake)] * 3, *[(Offer.NO_SNI, Handshake)] * 3,
    ]  # fmt: skip
    assert heard.connections == CONNECTIONS_PER_PORT


async def test_checks_at_the_same_time_are_as_polite_as_one():
    """Each has its four connections to a port, after those of the others; what they share is one address."""
    servers, gate = FakeServers(pause=0.002), Gate()
    ports = (25, 465, 587, 143, 993, 110, 995)
    checks = [
        run([(endpoint(port, host), offer) for offer in ALL for port in ports], servers, gate=gate)
        for host in ("mail.one.test", "mail.two.test", "mail.three.test")
    ]
    seen = await asyncio.gather(*checks)
    assert [len(observations) for observations in seen] == [len(ports) * len(ALL)] * 3
    for port in ports:
        assert servers.most["port", "192.0.2.1", port] == AT_ONCE_PER_PORT
        hosts = [host for host, asked, _ in servers.asked if asked == port]
        assert [first for first, second in itertools.pairwise([*hosts, ""]) if first != second] == list(
            dict.fromkeys(hosts)
        )
    assert servers.most["address", "192.0.2.1"] == AT_ONCE_PER_ADDRESS
