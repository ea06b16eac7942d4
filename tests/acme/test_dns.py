"""dns-01 by RFC 2136 with TSIG, and TLSA records kept: Knot is the DNS that Pebble asks."""

from __future__ import annotations

import hashlib
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import dns.rdatatype
import pytest
from tests.acme.conftest import chain_in, key_in
from tests.programs.daemons import Daemons, FreePorts, NotInstalledError
from tests.programs.knot import PRIMARY, SECONDARY, SECRET, Knot, start_knot
from tests.programs.pebble import Pebble, start_pebble

from mailtrust.cli.verify import store_loader
from mailtrust.core.formats.acme_record import AcmeRecord, read_document
from mailtrust.core.formats.tlsa import Tlsa
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.validation.dane_renewal import Pins
from mailtrust.edge.acme.account import AccountFolder
from mailtrust.edge.acme.dns_01 import DnsUpdate
from mailtrust.edge.acme.dns_settling import Settling
from mailtrust.edge.acme.proof import Challenge
from mailtrust.edge.lookup.dns_update import ZoneEditor
from mailtrust.edge.lookup.tsig_key import read_tsig_key
from mailtrust.flows.acme import Judging, Order, opened, register
from mailtrust.flows.acme import issue as acme_issue
from mailtrust.flows.acme_tlsa import Standing

pytestmark = pytest.mark.real_server

RECORDS = (
    "mail A 127.0.0.1",
    "mx A 127.0.0.1",
    "_acme-challenge.alias CNAME _acme-challenge.real",
    "_acme-challenge.round CNAME _acme-challenge.round",
)


@pytest.fixture(scope="module")
def knot(daemons: Daemons, ports: FreePorts, tmp_path_factory: pytest.TempPathFactory) -> Knot:
    try:
        here = tmp_path_factory.mktemp("knot")
        started = start_knot(daemons, here, ports(), "example.test", RECORDS, secondary=True)
    except NotInstalledError as missing:
        pytest.skip(str(missing))
    for _ in range(200):
        if texts(started, "ns.example.test", "A") == texts(started, "ns.example.test", "A", SECONDARY) != []:
            return started
        time.sleep(0.05)
    pytest.fail("the secondary has no zone")


@pytest.fixture(scope="module")
def pebble(knot: Knot, daemons: Daemons, ports: FreePorts, tmp_path_factory: pytest.TempPathFactory) -> Pebble:
    """One that never asks twice for a proof."""
    try:
        here = tmp_path_factory.mktemp("acme") / "pebble"
        return start_pebble(daemons, here, ports, dns=knot.place, PEBBLE_AUTHZREUSE="100")
    except NotInstalledError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def account(pebble: Pebble, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = AccountFolder(tmp_path_factory.mktemp("account") / "account")
    register(folder, pebble.directory, (), agreed=True, external=None, server_roots=pebble.root)
    return folder.path


@pytest.fixture
def tsig(tmp_path: Path) -> Path:
    path = tmp_path / "acme.key"
    path.write_text(f'key "acme" {{\n\talgorithm hmac-sha256;\n\tsecret "{SECRET}";\n}};\n')
    return path


@pytest.fixture
def issue(run: Any, pebble: Pebble, account: Path, knot: Knot, tsig: Path, tmp_path: Path) -> Any:
    (tmp_path / "root.pem").write_bytes(pebble.ask("roots/0"))

    def command(*arguments: object, key: Path = tsig) -> Any:
        way = ("--dns-update", knot.place, "--tsig-file", key, "--dns-wait", 0, "--dns", knot.place)
        way = (*way, "--new-key", "ec-p256")
        return run("issue", *arguments, *way, "--account", account, "--roots", tmp_path / "root.pem")

    return command


def texts(knot: Knot, name: str, kind: str = "TXT", server: str = PRIMARY) -> list[str]:
    answer = dns.query.tcp(dns.message.make_query(name, kind), server, timeout=5, port=knot.port)
    wanted = dns.rdatatype.from_text(kind)
    return [str(one) for rrset in answer.answer if rrset.rdtype == wanted for one in rrset]


def settling(knot: Knot, seconds: float = 10) -> Settling:
    return Settling((PRIMARY, knot.port), seconds=seconds, ports={PRIMARY: knot.port, SECONDARY: knot.port})


def challenge(domain: str, record: str = "x" * 43) -> Challenge:
    return Challenge(domain, "t" * 20, "t.k", record)


def test_wildcard_and_name_are_proven_by_two_records_at_one_place(issue: Any, knot: Knot, tmp_path: Path) -> None:
    done = issue("*.two.example.test", "two.example.test", "--out", tmp_path / "two")
    assert done.status == 0, done.err
    assert set(chain_in(tmp_path / "two.pem")[0].dns_names) == {"*.two.example.test", "two.example.test"}
    assert texts(knot, "_acme-challenge.two.example.test") == []


def test_an_alias_leads_to_where_the_record_stands(issue: Any, knot: Knot, tmp_path: Path) -> None:
    done = issue("alias.example.test", "--out", tmp_path / "alias")
    assert done.status == 0, done.err
    assert texts(knot, "_acme-challenge.real.example.test") == []


def test_a_proof_that_was_accepted_once_is_not_asked_again(issue: Any, run: Any, tmp_path: Path, tsig: Path) -> None:
    assert issue("again.example.test", "--out", tmp_path / "again").status == 0
    tsig.write_text(f"hmac-sha256:nobody:{SECRET}\n")  # could prove nothing any more
    done = run("renew", tmp_path / "again", "--force")
    assert done.status == 0, done.err


def test_the_record_is_waited_for_at_every_server(knot: Knot, tsig: Path) -> None:
    update = DnsUpdate(ZoneEditor((PRIMARY, knot.port), read_tsig_key(tsig)), settling(knot))
    wanted = challenge("waiting.example.test")
    with update:
        update.show(wanted)
        try:
            update.settle()
            assert texts(knot, wanted.record_name, server=SECONDARY) == [f'"{wanted.record}"']
        finally:
            update.clear(wanted)
    assert texts(knot, wanted.record_name) == []


def test_other_records_at_the_same_place_stay(knot: Knot, tsig: Path) -> None:
    update = DnsUpdate(ZoneEditor((PRIMARY, knot.port), read_tsig_key(tsig)), settling(knot))
    first, second = challenge("same.example.test", "a" * 43), challenge("same.example.test", "b" * 43)
    with update:
        update.show(first)
        update.show(second)
        update.clear(first)
        assert texts(knot, first.record_name) == [f'"{second.record}"']
        update.clear(second)


def test_servers_that_never_give_it_are_named(knot: Knot) -> None:
    with pytest.raises(UserProblem, match=r"After 1 seconds .*127\.0\.0\.1, 127\.0\.0\.2"):
        settling(knot, 1).wait([("_acme-challenge.never.example.test", "x")])


def test_an_alias_in_a_circle_and_a_domain_that_nobody_serves(knot: Knot) -> None:
    with pytest.raises(CouldNotLook, match="round in a circle"):
        settling(knot).place_of("_acme-challenge.round.example.test")
    with pytest.raises(CouldNotLook):
        settling(knot).wait([("_acme-challenge.elsewhere.example", "x")])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"hmac-sha256:nobody:{SECRET}", "does not accept the TSIG key"),
        (f"hmac-sha256:acme:{SECRET[:-8]}AAAAAAA=", "does not accept the TSIG key"),
        (f"hmac-sha256:other:{SECRET}", "does not accept the TSIG key"),
        ("nothing here", "Expected a TSIG key"),
    ],
)
def test_a_key_that_is_not_taken_is_a_sentence(issue: Any, tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "tsig").write_text(line + "\n")
    done = issue("badkey.example.test", "--out", tmp_path / "bad", key=tmp_path / "tsig")
    assert done.status == 2
    assert said in done.err, done.err
    assert not (tmp_path / "bad.pem").exists()


def test_an_update_that_nobody_signed_is_refused(knot: Knot) -> None:
    with pytest.raises(UserProblem, match="does not allow the update"):
        DnsUpdate(ZoneEditor((PRIMARY, knot.port), None), settling(knot)).show(challenge("unsigned.example.test"))


def spki(path: Path) -> str:
    return hashlib.sha256(chain_in(path)[0].public_key.spki).hexdigest()


def test_the_key_is_new_unless_a_tlsa_record_matches_it(issue: Any, run: Any, knot: Knot, tmp_path: Path) -> None:
    assert issue("mail.example.test", "--out", tmp_path / "mail").status == 0
    first = key_in(tmp_path / "mail.key").spki
    assert run("renew", tmp_path / "mail", "--force").status == 0
    second = key_in(tmp_path / "mail.key").spki
    assert first != second
    knot.set_records("_25._tcp.mail", "TLSA", [f"3 1 1 {spki(tmp_path / 'mail.pem')}"])
    kept = run("renew", tmp_path / "mail", "--force")
    assert kept.status == 0, kept.err
    assert "The key is kept: the TLSA records at _25._tcp.mail.example.test match it" in kept.err
    assert key_in(tmp_path / "mail.key").spki == second
    ignored = run("renew", tmp_path / "mail", "--force", "--ignore-tlsa")
    assert ignored.status == 0, ignored.err
    assert key_in(tmp_path / "mail.key").spki != second


def test_a_record_of_the_certificate_itself_stops_the_renewal(issue: Any, run: Any, knot: Knot, tmp_path: Path) -> None:
    assert issue("mx.example.test", "--out", tmp_path / "mx").status == 0
    before = (tmp_path / "mx.pem").read_bytes()
    certificate = f"3 0 1 {hashlib.sha256(chain_in(tmp_path / 'mx.pem')[0].der).hexdigest()}"
    knot.set_records("_25._tcp.mx", "TLSA", [certificate])
    stopped = run("renew", tmp_path / "mx", "--force")
    assert stopped.status == 2
    assert f"3 1 1 {spki(tmp_path / 'mx.pem')}" in stopped.err
    assert (tmp_path / "mx.pem").read_bytes() == before
    knot.set_records("_25._tcp.mx", "TLSA", [certificate, f"3 1 1 {spki(tmp_path / 'mx.pem')}"])
    assert run("renew", tmp_path / "mx", "--force").status == 0


def test_a_record_of_the_issuing_ca_lets_the_key_change(issue: Any, run: Any, knot: Knot, tmp_path: Path) -> None:
    assert issue("ta.example.test", "--out", tmp_path / "ta").status == 0
    key, ca = key_in(tmp_path / "ta.key").spki, chain_in(tmp_path / "ta.pem")[1]
    knot.set_records("_25._tcp.ta", "TLSA", [f"2 1 1 {hashlib.sha256(ca.public_key.spki).hexdigest()}"])
    done = run("renew", tmp_path / "ta", "--force")
    assert done.status == 0, done.err
    assert key_in(tmp_path / "ta.key").spki != key


def test_what_would_break_a_record_is_not_taken(issue: Any, account: Path, knot: Knot, tmp_path: Path) -> None:
    assert issue("lost.example.test", "--out", tmp_path / "lost").status == 0
    chain = chain_in(tmp_path / "lost.pem")
    place = "_25._tcp.lost.example.test"
    published = {
        place: (
            Tlsa(2, 0, 1, hashlib.sha256(chain[0].der).digest()),
            Tlsa(3, 1, 1, bytes.fromhex(spki(tmp_path / "lost.pem"))),
        )
    }
    standing = Standing(published, Pins((), (place,), ()), None)
    record = read_document((tmp_path / "lost.acme.json").read_bytes(), AcmeRecord, "lost")
    judging = Judging(store_loader(), datetime.now(UTC), ("openssl",), ())
    with (
        opened(AccountFolder(account)) as session,
        pytest.raises(UserProblem, match=r"was not taken.*3 1 1 [0-9a-f]{64}"),
    ):
        acme_issue(session, Order(record, tlsa=standing), judging)


@pytest.mark.long
def test_where_nobody_knows_the_records_the_key_is_kept(issue: Any, run: Any, tmp_path: Path) -> None:
    assert issue("unknown.example.test", "--out", tmp_path / "unknown").status == 0
    record = tmp_path / "unknown.acme.json"
    record.write_text(re.sub(r'"dns": "127.0.0.1:\d+"', '"dns": "127.0.0.1:1"', record.read_text()))
    key = key_in(tmp_path / "unknown.key").spki
    done = run("renew", tmp_path / "unknown", "--force")
    assert done.status == 0, done.err
    assert "nobody knows which TLSA records" in done.err
    assert key_in(tmp_path / "unknown.key").spki == key
