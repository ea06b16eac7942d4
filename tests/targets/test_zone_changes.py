"""Changes by which clients find their server, as steps of a plan that a program carries out."""

import pytest

from mailtrust.core.model.plan import ChangeRecords, PutBack
from mailtrust.core.remedies.finding.changes import (
    AddAlias,
    AddNames,
    AddSrv,
    Change,
    CloseHttps,
    NameInPolicy,
    PublishTlsa,
    RemoveHost,
    SetInternalUri,
)
from mailtrust.core.targets.parts.zone_changes import Standing, in_order, places_of, record_steps

HOST = "autodiscover.b.test"
SRV = "_autodiscover._tcp.b.test"
MX = "_25._tcp.mail.b.test"
EMPTY = Standing("b.test", ())
OLD, STALE, NEW = "3 1 1 aa", "3 1 1 bb", "3 1 1 cc"


def changes(change: Change, **standing: Standing) -> list[ChangeRecords]:
    """With what stands there by type; nothing else does."""
    steps = record_steps(change, {place: standing.get(place[1], EMPTY) for place in places_of(change)})
    assert steps is not None
    assert {(step.server, step.undo) for step in steps} <= {("", PutBack())}
    return [step.do for step in steps if isinstance(step.do, ChangeRecords)]


def test_an_srv_record_takes_the_place_of_others() -> None:
    shall = ("0 0 443 mail.a.test.",)
    assert changes(AddSrv("b.test", "mail.a.test")) == [ChangeRecords("b.test", SRV, "SRV", (), shall, 3600)]
    was = Standing("b.test", ("0 0 443 old.a.test.",), 300)
    assert changes(AddSrv("b.test", "mail.a.test"), SRV=was) == [
        ChangeRecords("b.test", SRV, "SRV", was.values, shall, 300)
    ]
    assert changes(AddSrv("b.test", "mail.a.test"), SRV=Standing("b.test", shall, 300)) == []


def test_what_stands_at_a_name_goes_before_the_alias_comes() -> None:
    made = changes(
        AddAlias(HOST, "mail.a.test"),
        A=Standing("b.test", ("192.0.2.1", "192.0.2.2"), 60),
        AAAA=Standing("b.test", ("2001:db8::1",), 61),
    )
    assert made == [
        ChangeRecords("b.test", HOST, "A", ("192.0.2.1", "192.0.2.2"), (), 60),
        ChangeRecords("b.test", HOST, "AAAA", ("2001:db8::1",), (), 61),
        ChangeRecords("b.test", HOST, "CNAME", (), ("mail.a.test.",), 3600),
    ]


def test_of_a_host_everything_that_is_there_goes_and_nothing_else() -> None:
    alias = Standing("b.test", ("web.b.test.",), 300)
    assert changes(RemoveHost(HOST), CNAME=alias) == [ChangeRecords("b.test", HOST, "CNAME", alias.values, (), 300)]
    assert changes(RemoveHost(HOST)) == []


def test_a_tlsa_record_comes_beside_those_that_fit() -> None:
    was = Standing("b.test", (OLD, STALE), 60)
    assert changes(PublishTlsa(MX, NEW, (STALE,), 60), TLSA=was) == [
        ChangeRecords("b.test", MX, "TLSA", (OLD, STALE), (OLD, NEW), 60)
    ]


def test_where_nobody_knows_what_stands_there_a_person_does_it() -> None:
    assert record_steps(RemoveHost(HOST), {(HOST, "A"): EMPTY, (HOST, "AAAA"): EMPTY}) is None


@pytest.mark.parametrize(
    "change",
    [AddNames(frozenset({HOST})), CloseHttps("b.test"), SetInternalUri(HOST), NameInPolicy("b.test", ("mx.b.test",))],
)
def test_other_changes_are_none_of_records(change: Change) -> None:
    assert record_steps(change, {}) is None


def test_a_way_is_opened_before_another_is_closed() -> None:
    names, srv = AddNames(frozenset({HOST})), AddSrv("b.test", "mail.a.test")
    assert in_order((names, RemoveHost(HOST), CloseHttps("b.test"), srv)) == (
        names, srv, RemoveHost(HOST), CloseHttps("b.test")
    )  # fmt: skip
