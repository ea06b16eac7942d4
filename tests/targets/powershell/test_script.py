"""Every script is PowerShell, whatever stands in the names; and it does what the steps say, once, and takes it back."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rollout.test_powershell import PARSER, literals, mistakes
from tests.services.exchange.test_enabling import DEFAULT, NEW, OLD, default, enabled, new, old, protected
from tests.services.exchange.test_enabling import settings as client_access
from tests.services.exchange.test_never_without import done, organisations, wishes
from tests.services.exchange_world import connector, organisation, send_connector, server
from tree_sitter import Node

from mailtrust.core.formats.exchange.tls_certificate_name import name_of
from mailtrust.core.formats.powershell import quoted
from mailtrust.core.model.exchange import ExchangeOrganisation, ExchangeServer
from mailtrust.core.model.exchange_change import (
    BindSite,
    ExchangeAct,
    ExchangeStep,
    ImportCertificate,
    ImportIssuer,
    RemoveCertificate,
    SetAuthCertificate,
    SwitchService,
)
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.core.services.exchange.enabling.enable import Enable
from mailtrust.core.services.exchange.removing.remove import Remove
from mailtrust.core.targets.powershell.prelude import FUNCTIONS
from mailtrust.core.targets.powershell.script import Script, exchange_script
from mailtrust.core.targets.powershell.typed import typed

HOSTILE = (
    "Default Frontend MAIL1",
    'O\'Neil \u2019s \u2018\u201cIn\u201d\u201b $(Stop-Computer) `whoami` ; & @{x} # "$env:X"',
    "\u90f5\u4ef6 <S>CN=x | Remove-Item -Recurse",
)
OURS = {
    "Add-Issuer", "Assert-Ready", "Find-File", "ForEach-Object", "Get-AuthConfig", "Get-Command", "Get-Date",
    "Get-DefaultSmtp", "Get-ExchangeCertificate", "Get-ExchangeServer", "Get-FilePassword", "Get-ImapSettings",
    "Get-Member", "Get-One", "Get-PopSettings", "Get-ReceiveConnector", "Get-SendConnector", "Get-Service",
    "Get-SiteThumbprint", "Get-TlsName", "Get-TransportServer", "Get-TransportService", "Get-WebBinding",
    "Import-Module", "Invoke-All", "Invoke-Command", "Invoke-On", "Invoke-One", "Join-Path", "New-Object", "Out-Null",
    "Read-Host", "Restart-Running", "Restart-Service", "Select-Object", "Set-SiteThumbprint", "Split-Path",
    "Start-Service", "Start-Sleep", "Stop-Service", "Switch-Service", "Test-Here", "Test-Imported", "Test-Issuer",
    "Test-Path", "Test-Reach", "Test-Running", "Test-Services", "Wait-Person", "Where-Object", "Write-Host", "netsh",
    # What changes Exchange.
    "Enable-ExchangeCertificate", "Import-ExchangeCertificate", "Remove-ExchangeCertificate", "Set-AuthConfig",
    "Set-ImapSettings", "Set-PopSettings", "Set-ReceiveConnector", "Set-SendConnector",
}  # fmt: skip


def written(steps: tuple[ExchangeStep, ...], world: ExchangeOrganisation, thumbprint: str = "") -> str:
    wanted = Script(text("Assign it."), steps, world, thumbprint, ("mailtrust check mail.example.com",))
    octets = exchange_script(wanted, str)
    assert octets.startswith(b"\xef\xbb\xbf")
    assert octets.count(b"\n") == octets.count(b"\r\n")
    return octets.decode("utf-8-sig").replace("\r\n", "\n")


def nodes(source: str) -> Iterator[Node]:
    waiting = [PARSER.parse(source.encode()).root_node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.children


def called(source: str) -> set[str]:
    """Each command that stands in it, as PowerShell reads it."""
    return {
        node.text.decode()
        for node in nodes(source)
        if node.type == "command_name" and node.text is not None and not node.text.startswith(b"$")
    }


def renamed(world: ExchangeOrganisation, name: str) -> ExchangeOrganisation:
    """What people can name, named otherwise."""
    servers = tuple(
        replace(
            one,
            certificates=tuple(
                replace(each, friendly_name=f"{name}\r\n$(x)", subject=f"{each.subject}, O={name}")
                for each in one.certificates
            ),
            receive_connectors=tuple(replace(each, name=name) for each in one.receive_connectors),
        )
        for one in world.servers
    )
    sending = tuple(replace(each, name=name) for each in world.send_connectors or ())
    return replace(world, servers=servers, send_connectors=sending)


@settings(max_examples=60)
@given(organisations(), wishes(), st.sampled_from(HOSTILE))
def test_it_is_powershell(world: ExchangeOrganisation, wish: Enable | Remove, name: str) -> None:
    named = renamed(world, name)
    change = done(named, wish)
    # What is refused may have steps of its own.
    for steps in (change.steps, *(one.first for one in change.refusals if one.first)):
        source = written(steps, named, wish.thumbprint)
        assert not mistakes(source)
        assert called(source) <= OURS, called(source) - OURS


def act_step(*acts: ExchangeAct) -> tuple[ExchangeStep, ...]:
    return tuple(ExchangeStep(text("Do it."), act, text("Nothing."), ("Organization Management",)) for act in acts)


def test_each_act_is_powershell() -> None:
    hostile = HOSTILE[1]
    steps = act_step(
        ImportIssuer("MAIL1", NEW, b"\x30\x82\x01\x0a"),
        ImportCertificate("MAIL1", NEW, f"{hostile}.pfx"),
        BindSite("MAIL1", hostile, 443, NEW, hostile),
        BindSite("MAIL1", "Exchange Back End", 444, ""),
        SwitchService("MAIL1", "MSExchangeTransport", running=False),
        SetAuthCertificate(NEW, 49),
        RemoveCertificate("MAIL1", OLD),
    )
    source = written(steps, organisation(server(new())))
    assert not mistakes(source)
    assert called(source) <= OURS
    assert quoted(f"{hostile}.pfx") in literals(source)
    assert "((Get-Date).AddHours(49))" in source
    for line in (line for step in steps for line in typed(step.act)):
        assert not mistakes(line), line


def test_what_is_typed_for_a_binding_means_that_one_alone() -> None:
    (line,) = typed(BindSite("MAIL1", "Default Web Site", 443, NEW, address="[::1]"))
    assert "$_.bindingInformation -eq '[::1]:443:'" in line


def whole() -> tuple[ExchangeOrganisation, str]:
    other = replace(old(), issuer="CN=Another CA")
    pair = str(name_of(other))
    mail1 = server(
        new(),
        other,
        default(),
        internal_transport=DEFAULT,
        client_access=(client_access("IMAP"), client_access("POP")),
        receive_connectors=(connector(tls=pair),),
    )
    world = organisation(mail1, sends=(send_connector(tls=pair),))
    return world, written(enabled(world, balancer="layer-4").steps, world, NEW)


def test_it_looks_before_it_acts_and_takes_back() -> None:
    _, source = whole()
    assert source.count("Look = {") == source.count("Do = {")
    assert {"Enable-ExchangeCertificate", "Set-SendConnector", "Set-ImapSettings"} <= called(source)
    for line in (
        "[CmdletBinding(SupportsShouldProcess = $true)]",
        "Look = { \"$((Get-SendConnector -Identity 'Outbound').TlsCertificateName)\" -eq (Get-TlsName",
        f"Do = {{ Enable-ExchangeCertificate -Thumbprint '{OLD}' -Server 'MAIL1' -Services @('IMAP', 'POP', 'IIS') }}",
        f"Enable-ExchangeCertificate -Thumbprint '{DEFAULT}' -Server 'MAIL1' -Services @('SMTP') -Force",
        "@{ Name = 'Set-SendConnector'; For = 'Organization Management' }",
        "'mailtrust check mail.example.com'",
    ):
        assert line in source, line


def test_unified_messaging_that_is_refused_stops_nothing_else() -> None:
    world = organisation(server(new(), version="15.1.2507.6"))
    source = written(enabled(world, "UM", "SMTP").steps, world)
    first, last = source.index("-Services @('SMTP')"), source.index("-Services @('UM')")
    assert first < last
    assert source.count("Optional = $true") == 1
    assert source.index("Optional = $true") > last
    assert "if (-not $Step.Optional) { throw }" in source


def test_restarts_of_iis_come_after_the_look_at_the_end() -> None:
    _, source = whole()
    before, after = source.split("$Afterwards = ")
    assert "W3SVC" not in before
    assert "Restart-Running 'MAIL1' @('W3SVC')" in after
    assert before.index("Set-SendConnector -Identity") < before.index("Restart-Running 'MAIL1'")


def test_taking_back_waits_until_the_balancer_has_the_former_certificate() -> None:
    world = organisation(server(new(), old(), directories=protected("Require")))
    steps = enabled(world, "IIS", balancer="bridging").steps
    source = written(steps, world, NEW)
    assert not mistakes(source)
    said = "Put the former certificate back on the load balancer."
    (back,) = re.findall(rf"Back = @\(\s+@{{\s+Say = '{re.escape(said)}'.*?Do = {{ (.*?) }}", source, re.DOTALL)
    assert back == "Wait-Person ''"
    # What -WhatIf shows of it, and a script that finds all done already.
    assert source.count(f"What = '{said}'") == 1
    assert "what a person does" not in source
    # With -Undo the last step goes back first: Extended Protection off, the balancer, IIS, and on again.
    order = [
        "Say = 'Switch Extended Protection off",
        "Say = 'Put the same",
        said,
        "Say = 'Switch Extended Protection on",
    ]
    assert sorted(order, key=source.index) == order


def defined(source: str) -> set[str]:
    return set(re.findall(r"^function ([\w-]+)", source, re.MULTILINE))


def test_it_has_the_functions_that_it_calls_and_no_others() -> None:
    _, source = whole()
    removing = written(act_step(RemoveCertificate("MAIL1", OLD)), organisation(server(old())))
    for one in (source, removing):
        own = {name for name in called(one) if re.search(rf"^function {re.escape(name)}\b", FUNCTIONS, re.MULTILINE)}
        assert defined(one) == own
    assert "Set-SiteThumbprint" not in removing
    assert "Test-Services" not in removing
    assert "Test-Services" in source


def test_no_password_is_in_it() -> None:
    source = written(act_step(ImportCertificate("MAIL1", NEW, "new.pfx")), organisation(server()))
    assert "-Password (Get-FilePassword 'new.pfx')" in source
    assert "-AsSecureString" in source
    assert "ConvertTo-SecureString" not in source


@pytest.mark.parametrize("version", ["8.3.83.6", "15.2.1544.4"])
def test_servers_that_answer_only_to_themselves(version: str) -> None:
    edge = server(new(), default(), version=version, edge=not version.startswith("8"), internal_transport=DEFAULT)
    world = organisation(edge)
    source = written(enabled(world, "SMTP").steps, world, NEW)
    assert "Only = 'MAIL1'" in source
    assert "Alone = $true" in source
    # What a mailbox server's shell has, an Edge server's need not have.
    assert source.count("; Only = 'MAIL1' }") == source.count("@{ Name = '")
    assert "Enable-ExchangeCertificate -Thumbprint '" + NEW + "' -Services @('SMTP')" in source


def test_a_name_that_cannot_be_shown_makes_no_script() -> None:
    mail1: ExchangeServer = server(new(), old(), receive_connectors=(connector(tls="<I>a<S>b", name="In\nvalid"),))
    world = organisation(mail1)
    with pytest.raises(UserProblem, match="control characters"):
        written(enabled(world, "SMTP").steps, world)


def test_a_name_of_two_lines_stays_on_one() -> None:
    named = replace(new(), subject="CN=Two\nlines # $(x)")
    world = organisation(server(named))
    source = written(enabled(world, "SMTP").steps, world, NEW)
    assert "Two lines # $(x)" in source
    assert not mistakes(source)
