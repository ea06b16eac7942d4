"""Updates of a zone against Knot DNS: prerequisites, the way back, and every refusal as a sentence."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import dns.message
import dns.opcode
import dns.query
import dns.rcode
import dns.tsig
import pytest
from tests.programs.daemons import Daemons, FreePorts, NotInstalledError
from tests.programs.knot import PRIMARY, SECRET, Knot, start_knot

from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.zone_change import SetChange, ZoneChange
from mailtrust.edge.lookup.dns_refusals import refused_update
from mailtrust.edge.lookup.dns_update import NotAsSeen, Unclear, UpdateRefused, ZoneEditor

pytestmark = pytest.mark.real_server

HOST = "autodiscover.example.test"
RECORDS = ("mail A 192.0.2.1", "text TXT word", "capital SRV 0 0 443 MAIL.example.test.")


@pytest.fixture(scope="module", params=[False, True], ids=["unsigned", "signed"])
def knot(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knot]:
    folder = tmp_path_factory.mktemp("update")
    with Daemons(folder) as daemons:
        try:
            started = start_knot(daemons, folder, FreePorts()(), "example.test", RECORDS, signed=request.param)
            started.set_records("ready", "A", ["192.0.2.9"])  # which waits for the zone
            yield started
        except NotInstalledError as missing:
            pytest.skip(str(missing))


def editor(knot: Knot, name: str | None = "acme", secret: str = SECRET) -> ZoneEditor:
    return ZoneEditor((PRIMARY, knot.port), None if name is None else dns.tsig.Key(name, secret, "hmac-sha256"))


def one(name: str, kind: str, before: tuple[str, ...], after: tuple[str, ...], ttl: int = 300) -> ZoneChange:
    return ZoneChange((SetChange(name, kind, before, after, ttl),))


def test_a_change_is_made_and_taken_back(knot: Knot) -> None:
    zone = editor(knot)
    knot.set_records("autodiscover", "A", ["192.0.2.7"])
    before = zone.seen(HOST, "A")
    assert (before.values, before.ttl) == (("192.0.2.7",), 1)
    change = ZoneChange(
        (
            SetChange(HOST, "A", before.values, (), ttl_before=before.ttl),
            SetChange(HOST, "CNAME", (), ("mail.example.test.",), 300),
            SetChange("_autodiscover._tcp.example.test", "SRV", (), ("0 0 443 mail.example.test.",), 300),
        )
    )
    zone.apply(change)
    assert zone.stands(change)
    assert zone.seen(HOST, "CNAME").values == ("mail.example.test.",)
    with pytest.raises(NotAsSeen, match="no longer as it was"):
        zone.apply(change)  # it was made already
    zone.apply(change.undone)
    assert zone.seen(HOST, "A") == before
    assert zone.seen(HOST, "CNAME").values == ()


@pytest.mark.parametrize(
    "change",
    [
        one("mail.example.test", "A", ("192.0.2.2",), ()),  # another value
        one("mail.example.test", "A", ("192.0.2.1", "192.0.2.2"), ()),  # one of two
        one("mail.example.test", "A", (), ("192.0.2.3",)),  # there is something
        one("nothing.example.test", "A", ("192.0.2.1",), ()),  # there is nothing
        one("text.example.test", "CNAME", (), ("mail.example.test.",)),  # an alias stands alone
    ],
)
def test_what_is_not_as_seen_stays(knot: Knot, change: ZoneChange) -> None:
    seen = [editor(knot).seen(one.name, one.record_type) for one in change.sets]
    with pytest.raises(NotAsSeen, match=r"[Nn]othing.*plan again"):
        editor(knot).apply(change)
    assert [editor(knot).seen(one.name, one.record_type) for one in change.sets] == seen


def test_the_server_compares_at_the_moment_of_the_change(knot: Knot, monkeypatch: pytest.MonkeyPatch) -> None:
    knot.set_records("race", "A", ["192.0.2.7"])
    zone = editor(knot)
    send = zone._send

    def overtaken(*asked: Any) -> None:
        knot.set_records("race", "A", ["192.0.2.8"])
        send(*asked)

    monkeypatch.setattr(zone, "_send", overtaken)
    with pytest.raises(NotAsSeen, match=r"somebody else just now.*\(NXRRSET\)"):
        zone.apply(one("race.example.test", "A", ("192.0.2.7",), ()))


def test_an_alias_beside_a_forgotten_record_is_told(knot: Knot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailtrust.edge.lookup.dns_update.SETTLED_SECONDS", 0.2)
    knot.set_records("both", "A", ["192.0.2.7"])
    knot.set_records("both", "TXT", ["word"])
    sets = (
        SetChange("both.example.test", "A", ("192.0.2.7",), ()),
        SetChange("both.example.test", "CNAME", (), ("mail.example.test.",)),
    )
    with pytest.raises(Unclear, match="does another record at that name stand in the way"):
        editor(knot).apply(ZoneChange(sets))


def test_capitals_are_no_difference(knot: Knot) -> None:
    change = one("capital.example.test", "SRV", ("0 0 443 mail.example.test.",), ("0 0 443 Mail.Example.test.",))
    editor(knot).apply(change)
    assert editor(knot).stands(change)


@pytest.mark.parametrize(
    ("name", "secret", "said"),
    [
        ("nobody", SECRET, "BADKEY"),
        ("acme", f"{SECRET[:-8]}AAAAAAA=", "BADSIG"),
        ("other", SECRET, "BADKEY"),
        (None, SECRET, "without a key|NOTAUTH"),
    ],
)
def test_who_may_not_is_told_why(knot: Knot, name: str | None, secret: str, said: str) -> None:
    with pytest.raises(UpdateRefused, match=said):
        editor(knot, name, secret).apply(one("new.example.test", "A", (), ("192.0.2.1",)))
    assert editor(knot).seen("new.example.test", "A").values == ()


def test_clocks_that_disagree_are_told(knot: Knot, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = editor(knot)
    zone.seen(HOST, "A")
    monkeypatch.setattr(dns.message, "time", SimpleNamespace(time=lambda: time.time() + 1000))
    with pytest.raises(UpdateRefused, match=r"BADTIME.*NTP"):
        zone.apply(one("new.example.test", "A", (), ("192.0.2.1",)))


def test_a_type_that_the_key_may_not_change(knot: Knot) -> None:
    with pytest.raises(UpdateRefused, match=r"BADKEY.*change these records"):
        editor(knot).apply(one("new.example.test", "MX", (), ("0 mail.example.test.",)))


def test_other_zones_and_nonsense(knot: Knot) -> None:
    zone = editor(knot)
    with pytest.raises(UserProblem, match="has no zone"):
        zone.apply(one("host.elsewhere.example", "A", (), ("192.0.2.1",)))
    with pytest.raises(CouldNotLook, match="does not answer for"):
        zone.seen("host.elsewhere.example", "A")
    with pytest.raises(UserProblem, match="cannot be a record of the type A"):
        zone.apply(one("new.example.test", "A", (), ("mail.example.test.",)))
    with pytest.raises(UserProblem, match="cannot be a name"):
        zone.seen("a" * 64 + ".example.test", "A")
    with pytest.raises(CouldNotLook, match="no usable answer"):
        ZoneEditor((PRIMARY, FreePorts()()), None).seen(HOST, "A")


def test_every_code_is_a_sentence() -> None:
    for rcode in dns.rcode.Rcode:
        if rcode != dns.rcode.NOERROR:
            said = str(refused_update(rcode, "192.0.2.53 port 53", HOST, signed=True))
            assert re.search(rf"\b{dns.rcode.to_text(rcode)}\b", said), said


def test_what_undoes_a_change_is_undone_by_it() -> None:
    change = ZoneChange(
        (SetChange("a", "A", ("192.0.2.1",), (), 60, 300), SetChange("a", "CNAME", (), ("b.",), 60, 300))
    )
    assert change.undone.undone == change
    assert change.undone.sets[1] == replace(change.sets[0], before=(), after=("192.0.2.1",), ttl=300, ttl_before=60)


def test_an_unsigned_answer_to_a_signed_update_is_not_believed(knot: Knot, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsigned(message: dns.message.Message, *_: object, **__: object) -> dns.message.Message:
        return dns.message.make_response(dns.message.from_wire(message.to_wire(), keyring=False))

    zone = editor(knot)
    ask = dns.query.tcp

    def asked(message: dns.message.Message, *where: Any, **how: Any) -> dns.message.Message:
        return unsigned(message) if message.opcode() == dns.opcode.UPDATE else ask(message, *where, **how)

    monkeypatch.setattr(dns.query, "tcp", asked)
    with pytest.raises(Unclear, match="is not signed"):
        zone.apply(one("new.example.test", "A", (), ("192.0.2.1",)))
