"""Steps told to Exchange itself over real sockets: what is done, refused, broken off, taken back, and found again."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pytest
from tests.flows.test_exchange_live import WORLD as EXPORTED
from tests.programs import exchange_small as small
from tests.programs.exchange_cmdlets import Exchange
from tests.programs.exchange_reading import RefusedError
from tests.programs.exchange_shell import ExchangeShell
from tests.services.world.making import Exported

from mailtrust.core.formats.exchange.change_json import Change, decode_change, encode_change, id_of
from mailtrust.core.model.exchange import ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.exchange_applied import ExchangeApplied
from mailtrust.core.model.exchange_change import (
    BindSite,
    EnableCertificate,
    ExchangeAct,
    ExchangeStep,
    ImportCertificate,
    ImportIssuer,
    PersonDoes,
    RemoveCertificate,
    RestartServices,
    SetAuthCertificate,
    SetClientAccessName,
    SetConnectorCertificate,
    SwitchService,
)
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.core.services.exchange.enabling.enable import Enable, enable
from mailtrust.edge.transport.psrp import PsrpShell
from mailtrust.edge.transport.state import State
from mailtrust.flows.exchange_asking import Doing
from mailtrust.flows.exchange_doing import Person, carry_out, interrupted, recover
from mailtrust.flows.exchange_live import collect

NEW, FORMER = small.thumbprint(small.RENEWED), small.thumbprint(small.FORMER)
BOTH = ("MAIL1", "MAIL2")


@dataclass
class World:
    """An organisation behind its endpoint, and somebody who tells it what to do."""

    exchange: Exchange
    endpoint: ExchangeShell
    shell: PsrpShell
    state: State
    said: list[str] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    agrees: bool = True
    is_done: bool | None = True

    @property
    def servers(self) -> tuple[ExchangeServer, ...]:
        return self.exchange.organisation.servers

    def services(self, thumbprint: str) -> list[frozenset[str]]:
        return [one.services or frozenset() for server in self.servers if (one := server.certificate(thumbprint))]

    @property
    def changed(self) -> list[str]:
        return [name for name, _ in self.exchange.called if not name.startswith("Get-")]

    @property
    def doing(self) -> Doing:
        return Doing(self.shell, BOTH, lambda: small.NOW, self.pfx, lambda one: self.said.append(str(one)))

    @property
    def person(self) -> Person:
        return Person(
            lambda one: self.said.append(str(one)), self.agree, None if self.is_done is None else self.by_hand
        )

    def pfx(self, file: str) -> tuple[bytes, str]:
        assert file == "new.pfx"
        return small.pfx(FRESH), "pfx"

    def agree(self) -> None:
        if not self.agrees:
            raise UserProblem(text("Nothing was changed."))

    def by_hand(self, say: Text, command: str) -> bool:
        self.asked.append((str(say), command))
        return bool(self.is_done)

    def tell(self, *steps: ExchangeStep) -> ExchangeApplied:
        with self.state.held():
            return carry_out(Change("https://mail1/PowerShell/", steps), self.state, self.doing, self.person)

    def go_on(self) -> ExchangeApplied:
        with self.state.held():
            (change,) = interrupted(self.state)
            return recover(change, self.state, self.doing, self.person)


FRESH = small.issued("fresh.example.com", serial=40)


@pytest.fixture
def world(exchange: Exchange, endpoint: ExchangeShell, shell: PsrpShell, tmp_path: Path) -> World:
    return World(exchange, endpoint, shell, State(tmp_path / "state"))


def step(act: ExchangeAct, undo: tuple[ExchangeAct, ...] | str = "It stays.") -> ExchangeStep:
    back = text("{why}", why=undo) if isinstance(undo, str) else undo
    return ExchangeStep(text("Do {act}.", act=type(act).__name__), act, back, ())


def imap(name: str, server: str = "MAIL1") -> SetClientAccessName:
    return SetClientAccessName(server, "IMAP", name)


def named(name: str, server: str = "MAIL1") -> ExchangeStep:
    return step(imap(name, server), (imap("mail.example.com", server),))


def how(applied: ExchangeApplied) -> list[str]:
    return [one.how for one in applied.steps]


def test_a_renewed_certificate_on_two_servers_by_exchanges_own_rules(world: World) -> None:
    before = collect(world.shell, small.NOW).organisation
    change = enable(before, Enable(BOTH, NEW, ("IMAP", "POP", "IIS", "SMTP")), small.NOW)
    applied = world.tell(*change.steps)
    assert applied.outcome == "done"
    assert world.services(NEW) == [frozenset({"IMAP", "POP", "IIS", "SMTP"})] * 2
    internal = [server.internal_transport for server in world.servers]
    assert internal == [server.internal_transport for server in before.servers], "the question was answered with no"
    assert {one.command.split()[0] for one in applied.by_hand} == {"Get-Service"}
    assert any("Overwrite the existing default SMTP certificate?" in line for line in world.said)
    # Asked again, everything is as it was promised; and told again, nothing is done.
    seen = collect(world.shell, small.NOW).organisation
    assert served(seen) == served(change.after)
    count = len(world.changed)
    again = world.tell(*change.steps)
    assert again.outcome == "done"
    assert set(how(again)) == {"so-already", "by-hand"}
    assert len(world.changed) == count
    assert not interrupted(world.state)


def served(organisation: ExchangeOrganisation) -> object:
    return [[(one.thumbprint, one.services) for one in server.certificates] for server in organisation.servers]


@pytest.mark.parametrize("exported", EXPORTED, ids=lambda one: one.id)
def test_what_the_rules_foretell_is_what_comes_of_it(world: World, exported: Exported) -> None:
    """Our rules and the stand-in were written apart: they agree on every certificate that setup made."""
    world.exchange.organisation = exported.mended
    before = collect(world.shell, small.NOW).organisation
    first = next(one for one in before.servers[0].certificates if one.friendly_name == "Microsoft Exchange")
    wish = Enable((before.servers[0].name,), first.thumbprint, ("IMAP", "POP", "IIS", "SMTP"))
    change = enable(before, wish, small.NOW)
    assert not change.refusals
    applied = world.tell(*change.steps)
    assert applied.outcome == "done", applied.why
    assert served(collect(world.shell, small.NOW).organisation) == served(change.after)


def test_yes_where_yes_is_wished(world: World) -> None:
    former = world.servers[0].internal_transport or ""
    act = EnableCertificate("MAIL1", NEW, ("SMTP",), overwrite_default_smtp=True)
    applied = world.tell(step(act, (EnableCertificate("MAIL1", former, ("SMTP",), overwrite_default_smtp=True),)))
    assert applied.outcome == "done"
    assert world.servers[0].internal_transport == NEW


NOBODY = SetConnectorCertificate("send", "Internet", "")


def test_everything_that_exchange_itself_can_do(world: World) -> None:
    fresh = small.thumbprint(FRESH.certificate)
    pair = "<I>CN=Test Root, O=Test<S>CN=fresh.example.com"
    applied = world.tell(
        step(ImportCertificate("MAIL1", fresh, "new.pfx"), (RemoveCertificate("MAIL1", fresh),)),
        step(
            SetConnectorCertificate("send", "Internet", pair, fresh), (SetConnectorCertificate("send", "Internet", ""),)
        ),
        step(SetConnectorCertificate("receive", "MAIL2\\Default Frontend MAIL2", pair), ()),
        step(SetAuthCertificate(fresh, 49)),
        step(RemoveCertificate("MAIL2", small.thumbprint(small.WILD))),
    )
    assert (applied.outcome, how(applied)) == ("done", ["done"] * 5), applied.why
    organisation = world.exchange.organisation
    shown = organisation.servers[0].certificate(fresh)
    assert shown is not None
    assert organisation.send_connectors is not None
    assert organisation.send_connectors[0].tls_certificate_name == f"<I>{shown.issuer}<S>{shown.subject}"
    assert organisation.servers[1].receive_connectors[0].tls_certificate_name == pair
    assert organisation.auth is not None
    assert organisation.auth.next_effective == datetime.fromisoformat("2026-06-03T01:00:00+00:00")
    assert organisation.servers[1].certificate(small.thumbprint(small.WILD)) is None
    assert "pfx" not in encode_change(Change("", ())).decode()


def test_nothing_to_do(world: World) -> None:
    assert world.tell().outcome == "nothing-to-do"


def test_nobody_agrees(world: World) -> None:
    world.agrees = False
    with pytest.raises(UserProblem, match=r"Nothing was changed\."):
        world.tell(named("new.example.com"))
    assert not world.exchange.called
    assert not world.state.plans()


def test_what_is_refused_in_the_middle_is_taken_back_in_reverse_order(world: World) -> None:
    before = world.exchange.organisation
    wild = EnableCertificate("MAIL1", small.thumbprint(small.WILD), ("POP",))
    enabled = EnableCertificate("MAIL1", NEW, ("IIS",))
    applied = world.tell(
        named("new.example.com"),
        step(enabled, (EnableCertificate("MAIL1", FORMER, ("IIS",)),)),
        step(wild),
        named("never.example.com", "MAIL2"),
    )
    assert applied.outcome == "undone"
    assert "wildcard certificate" in str(applied.why)
    assert how(applied) == ["taken-back", "taken-back", "harmless", "not-begun"]
    assert world.exchange.organisation == before
    assert world.changed[-2:] == ["Enable-ExchangeCertificate", "Set-ImapSettings"]
    assert not interrupted(world.state)


def test_unified_messaging_that_is_refused_stops_nothing_else(world: World) -> None:
    """The export says nothing of its startup mode, which is TCP."""
    exported = collect(world.shell, small.NOW).organisation
    unsaid = replace(exported, servers=tuple(replace(one, version="15.1.2507.6", um=()) for one in exported.servers))
    applied = world.tell(*enable(unsaid, Enable(("MAIL1",), NEW, ("UM", "IIS", "SMTP")), small.NOW).steps)
    assert (applied.outcome, how(applied)[:2]) == ("done", ["done", "refused"])
    assert "the startup mode is TCP" in str(applied.refused[0].why)
    assert world.services(NEW)[0] == {"IIS", "SMTP"}
    assert not interrupted(world.state)


def test_what_is_refused_is_not_taken_back(world: World) -> None:
    wild = replace(step(EnableCertificate("MAIL1", small.thumbprint(small.WILD), ("POP",))), may_be_refused=True)
    world.exchange.broken["set-imapsettings"] = "No."
    applied = world.tell(wild, named("new.example.com"))
    assert (applied.outcome, how(applied)[0]) == ("undone", "refused")


def test_exchange_says_nothing_and_does_nothing(world: World) -> None:
    world.exchange.said["set-imapsettings"] = lambda: iter(())
    applied = world.tell(named("new.example.com"))
    assert applied.outcome == "undone"
    assert "asked again it is not so" in str(applied.why)


def test_what_cannot_be_taken_back_is_told(world: World) -> None:
    def refuse() -> Iterator[object]:
        raise RefusedError("No more.")
        yield

    def once() -> Iterator[object]:
        yield from real({"Server": "MAIL1", "X509CertificateName": "new.example.com"})
        world.exchange.said["set-imapsettings"] = refuse

    real = world.exchange.set_imapsettings
    world.exchange.said["set-imapsettings"] = once
    world.exchange.broken["set-popsettings"] = "Not that one."
    pop = SetClientAccessName("MAIL1", "POP", "x.example.com")
    applied = world.tell(named("new.example.com"), step(pop, (SetClientAccessName("MAIL1", "POP", "y"),)))
    assert applied.outcome == "not-undone"
    assert applied.steps[0].how == "stays"
    assert "No more." in str(applied.steps[0].why)
    # The next run finds it, and takes it back.
    world.exchange.said.clear()
    world.exchange.broken.clear()
    assert world.go_on().outcome == "undone"
    assert world.servers[0].client_access[0].certificate_name == "mail.example.com"
    assert not interrupted(world.state)


def test_a_removed_certificate_stays_removed(world: World) -> None:
    wild = small.thumbprint(small.WILD)
    world.exchange.broken["set-imapsettings"] = "No."
    applied = world.tell(
        step(RemoveCertificate("MAIL1", wild), "Nothing brings its key back."), named("new.example.com")
    )
    assert applied.outcome == "not-undone"
    assert (applied.steps[0].how, str(applied.steps[0].why)) == ("stays", "Nothing brings its key back.")
    assert not interrupted(world.state), "no run can ever take it back"


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_connection_breaks_in_the_middle(world: World, when: str) -> None:
    before = world.exchange.organisation
    setattr(world.endpoint, f"cut_{when}", "Set-PopSettings")
    pop = SetClientAccessName("MAIL1", "POP", "new.example.com")
    applied = world.tell(
        named("new.example.com"), step(pop, (SetClientAccessName("MAIL1", "POP", "mail.example.com"),))
    )
    assert "Nobody knows whether the last thing asked of it was done" in str(applied.why)
    world.endpoint.cut_before = world.endpoint.cut_after = ""
    if when == "before":
        # Nothing had changed, so there was nothing to tell it.
        assert applied.outcome == "undone"
    else:
        # What takes it back breaks too.
        assert applied.outcome == "not-undone"
        assert len(interrupted(world.state)) == 1
        assert world.go_on().outcome == "undone"
    assert world.exchange.organisation == before
    assert not interrupted(world.state)


def test_the_program_is_ended_in_the_middle(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = world.exchange.organisation
    steps = (named("new.example.com"), named("new.example.com", "MAIL2"))
    real = Doing.do

    def power_cut(doing: Doing, act: ExchangeAct) -> None:
        real(doing, act)
        if act == imap("new.example.com", "MAIL2"):
            raise SystemExit

    monkeypatch.setattr(Doing, "do", power_cut)
    with pytest.raises(SystemExit):
        world.tell(*steps)
    monkeypatch.undo()
    assert world.exchange.organisation != before
    applied = world.go_on()
    assert applied.outcome == "undone"
    assert how(applied) == ["taken-back", "taken-back"]
    assert world.exchange.organisation == before


def test_ctrl_c_takes_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Doing.do

    def pressed(doing: Doing, act: ExchangeAct) -> None:
        real(doing, act)
        if act == imap("new.example.com"):
            raise KeyboardInterrupt

    monkeypatch.setattr(Doing, "do", pressed)
    applied = world.tell(named("new.example.com"))
    assert (applied.outcome, str(applied.why)) == ("undone", "It was stopped.")
    assert world.servers[0].client_access[0].certificate_name == "mail.example.com"


ISSUER = ImportIssuer("MAIL1", small.thumbprint(small.ROOT.certificate), small.ROOT.certificate.der)


def test_what_only_a_person_can_do_comes_first_or_last(world: World) -> None:
    applied = world.tell(
        step(ISSUER), named("new.example.com"), step(RestartServices("MAIL1", ("MSExchangeIMAP4", "MSExchangeIMAP4BE")))
    )
    assert applied.outcome == "done"
    ((_, command),) = world.asked
    assert "certutil -addstore CA" in command
    assert how(applied) == ["done", "done", "by-hand"]
    assert applied.by_hand[0].command == (
        "Get-Service 'MSExchangeIMAP4','MSExchangeIMAP4BE' | Where-Object { $_.Status -eq 'Running' } "
        "| Restart-Service -Force"
    )


def test_nobody_is_there_for_what_comes_first(world: World) -> None:
    world.is_done = None
    with pytest.raises(UserProblem, match="Step 1 has to be done by a person before the next"):
        world.tell(step(ISSUER), named("new.example.com"))
    assert not world.changed
    assert world.tell(named("new.example.com"), step(PersonDoes("iisreset"))).outcome == "done"


def test_the_person_says_no(world: World) -> None:
    world.is_done = False
    bound = BindSite("MAIL1", "Default Web Site", 443, NEW, "mail.example.com")
    back = BindSite("MAIL1", "Default Web Site", 443, FORMER, "mail.example.com")
    applied = world.tell(named("new.example.com"), step(bound, (back,)), named("x.example.com", "MAIL2"))
    assert applied.outcome == "undone"
    assert how(applied) == ["taken-back", "not-begun", "not-begun"]


def test_what_a_person_has_done_a_person_takes_back(world: World) -> None:
    bound = BindSite("MAIL1", "Default Web Site", 443, NEW, "mail.example.com")
    back = BindSite("MAIL1", "Default Web Site", 443, FORMER, "mail.example.com")
    world.exchange.broken["set-imapsettings"] = "No."
    applied = world.tell(step(bound, (back,)), named("x.example.com"))
    assert applied.outcome == "not-undone"
    assert applied.steps[0].command == (
        "Import-Module WebAdministration; (Get-WebBinding -Name 'Default Web Site' -Protocol https | "
        "Where-Object { $_.bindingInformation -eq '*:443:mail.example.com' })"
        f".AddSslCertificate('{FORMER}', 'My')"
    )


def test_what_may_stay_is_not_called_left_behind(world: World) -> None:
    world.exchange.broken["set-imapsettings"] = "No."
    applied = world.tell(step(ISSUER, "It may stay: an intermediate makes nothing trusted."), named("x.example.com"))
    assert (applied.outcome, how(applied)) == ("undone", ["harmless", "taken-back"])
    balancer = replace(step(PersonDoes(), "Put the former one back."), person_takes_back=True)
    applied = world.tell(balancer, named("x.example.com"))
    assert (applied.outcome, how(applied)) == ("not-undone", ["stays", "taken-back"])
    assert str(applied.steps[0].why) == "Put the former one back."


ACTS: list[ExchangeAct] = [
    ISSUER,
    ImportCertificate("A", "B", "C", exportable=False),
    EnableCertificate("A", "B", ("IMAP", "POP"), default_smtp="C"),
    imap("x"),
    SetConnectorCertificate("send", "x", "y", "z"),
    BindSite("A", "B", 444, ""),
    RestartServices("A", ("W3SVC",)),
    SwitchService("A", "MSExchangeTransport", running=False),
    SetAuthCertificate("A", 49),
    RemoveCertificate("A", "B"),
    PersonDoes("iisreset"),
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: type(act).__name__)
def test_every_act_is_remembered(act: ExchangeAct) -> None:
    waiting = replace(step(act, "Nothing."), person_takes_back=True)
    change = Change("https://mail1/PowerShell/", (step(act, (act, act)), waiting))
    octets = encode_change(change)
    read = decode_change(octets)
    assert [one.act for one in read.steps] == [act, act]
    assert read.steps[0].undo == (act, act)
    assert (str(read.steps[1].undo), read.steps[1].person_takes_back) == ("Nothing.", True)
    assert encode_change(read) == octets
    assert len(id_of(octets)) == 64


@pytest.mark.parametrize(
    "octets", [b"", b"{}", b'{"schema":"mailtrust/exchange-remembered/1","at":"","steps":[{}]}', b"\xff"]
)
def test_what_was_remembered_is_damaged(octets: bytes) -> None:
    with pytest.raises(UserProblem, match="cannot be read"):
        decode_change(octets)


def test_a_way_back_of_another_version() -> None:
    whole = encode_change(Change("", (step(imap("x")),))).replace(b"SetClientAccessName", b"SetSomething")
    with pytest.raises(UserProblem, match="cannot be read"):
        decode_change(whole)
