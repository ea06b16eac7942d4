"""`mailtrust services enable` and `remove`, as an administrator types them."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.cli.conftest import Done
from tests.rollout.test_powershell import mistakes
from tests.services.exchange.test_enabling import DEFAULT, NEW, OLD, default, new, old, protected
from tests.services.exchange.test_enabling import settings as client_access
from tests.services.exchange_world import NOW, connector, organisation, send_connector, server
from tests.services.world import border

from mailtrust.core.formats.exchange.export_json import encode_export
from mailtrust.core.formats.exchange.tls_certificate_name import name_of
from mailtrust.core.formats.exchange.written import wire_of
from mailtrust.core.issuance.authority import issue, make_intermediate, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import intermediate_recipe, root_recipe, server_recipe
from mailtrust.core.model.exchange import ExchangeOrganisation
from mailtrust.core.x509.conversion import Wanted, convert
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.thumbprint import thumbprint

AT = ("--at", NOW.strftime("%Y-%m-%dT%H:%M:%SZ"))
PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas" / "exchange-change-1.json"
Run = Callable[..., Done]

DATES: Any = {"not_before": NOW - timedelta(days=1), "not_after": NOW + timedelta(days=90)}
ROOT = make_root(root_recipe("Services Root"), make_key("ec-p256"), serial=1, **DATES)
ISSUING = make_intermediate(ROOT, intermediate_recipe("Services CA"), make_key("ec-p256"), serial=2, **DATES)
SERVER = issue(ISSUING, server_recipe("mail.example.com"), make_key("rsa-2048"), serial=3, **DATES)
FRESH = thumbprint(SERVER.certificate)


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    other = replace(old(), issuer="CN=Another CA")
    mail1 = server(
        new(),
        other,
        default(),
        internal_transport=DEFAULT,
        client_access=(client_access("IMAP"), client_access("POP")),
        receive_connectors=(connector(tls=str(name_of(other))),),
        directories=protected("Require"),
    )
    mail2 = replace(server(default()), name="MAIL2", fqdn="mail2.corp.example")
    write(organisation(mail1, mail2, sends=(send_connector(tls=str(name_of(other))),)))
    chain = (SERVER.certificate, ISSUING.certificate, ROOT.certificate)
    for name, certificates in (("whole.pfx", chain), ("bare.pfx", chain[:1])):
        made = convert(certificates, SERVER.key, Wanted("pfx", password=b"secret"), salt=bytes(20), now=NOW)
        Path(name).write_bytes(made)
    Path("pw").write_text("secret\n")
    Path("issuing.pem").write_text(to_pem(ISSUING.certificate))
    return tmp_path


def write(world: ExchangeOrganisation) -> None:
    Path("exchange.json").write_bytes(encode_export(wire_of(world)))


def enable(run: Run, *more: str) -> Done:
    return run("services", "enable", "--export", "exchange.json", *AT, *more)


def remove(run: Run, *more: str) -> Done:
    return run("services", "remove", "--export", "exchange.json", *AT, *more)


def test_it_says_what_it_takes_and_writes_the_script(run: Run) -> None:
    done = enable(run, "--thumbprint", NEW, "--services", "pop,Imap,IIS,smtp", "-o", "enable.ps1")
    assert done.status == 0
    assert "Enable-ExchangeCertificate -Thumbprint" in done.text
    assert "Set-SendConnector -Identity Outbound" in done.text
    assert "-WhatIf" in done.err
    source = Path("enable.ps1").read_bytes().decode("utf-8-sig")
    assert not mistakes(source.replace("\r\n", "\n"))
    assert "'mailtrust check mail.example.com'" in source
    assert "'mailtrust services check --export after.json'" in source


def test_what_takes_a_persons_step_back_does_not_read_as_the_next_step(run: Run) -> None:
    done = enable(run, "--thumbprint", NEW, "--services", "IIS", "--balancer", "bridging")
    assert "clients see that one. Back: Put the former certificate back on the load balancer." in " ".join(
        done.text.split()
    )


def test_what_is_typed_on_an_edge_server_names_no_server(run: Run) -> None:
    edge = replace(server(default(), internal_transport=DEFAULT), name="EDGE1", fqdn="edge1.example.com", edge=True)
    write(organisation(edge))
    done = enable(run, "--certificate", "whole.pfx", "--pfx-password-file", "pw", "--services", "SMTP")
    said = " ".join(done.text.split())
    assert "Import-ExchangeCertificate -FileData ([IO.File]::ReadAllBytes((Resolve-Path" in said
    # A person has none of the script's own functions.
    assert "-Password (Read-Host 'Password of whole.pfx' -AsSecureString)" in said
    assert f"Enable-ExchangeCertificate -Thumbprint '{FRESH}' -Services SMTP -Force" in said
    assert "-Server EDGE1" not in said
    made = json.loads(
        enable(
            run, "--certificate", "whole.pfx", "--pfx-password-file", "pw", "--services", "SMTP", "--format", "json"
        ).text
    )
    assert "-Server" not in "".join(line for step in made["steps"] for line in (*step["commands"], *step["undo"]))


def test_what_is_refused_is_told_and_the_rest_is_written(run: Run) -> None:
    done = enable(run, "--thumbprint", NEW, "--services", "IIS,UM,Federation", "-o", "enable.ps1")
    assert done.status == 1
    assert "Set-FederationTrust" in done.text
    assert "Exchange 2019 does not know it" in done.text
    assert "-Services @('IIS')" in Path("enable.ps1").read_text(encoding="utf-8-sig")


def test_nothing_to_do_writes_nothing(run: Run) -> None:
    done = enable(run, "--thumbprint", OLD, "--services", "IIS", "-o", "enable.ps1")
    assert done.status == 0
    assert "so already" in done.text
    assert "No script" in done.err
    assert not Path("enable.ps1").exists()


@pytest.mark.parametrize(
    "given", [NEW[:8].lower(), f"\u200e{' '.join(NEW[n : n + 2] for n in range(0, 40, 2)).lower()}", NEW]
)
def test_thumbprints_as_they_are_copied(run: Run, given: str) -> None:
    assert enable(run, "--thumbprint", given, "--services", "IIS").status == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--thumbprint", NEW, "--services", "IMAPS"), "Did you mean IMAP?"),
        (("--thumbprint", NEW, "--services", "SMPT"), "Did you mean SMTP?"),
        (("--thumbprint", NEW, "--services", "HTTP"), "Did you mean IIS?"),
        (("--thumbprint", NEW, "--services", "xyzzy"), "Expected services among IMAP"),
        (("--thumbprint", NEW, "--services", " , "), "got nothing"),
        (("--thumbprint", "12", "--services", "IIS"), "40 hexadecimal digits"),
        (("--thumbprint", NEW[:39], "--services", "IIS"), "got 39 in"),
        # Eight are enough for one that is there.
        (("--thumbprint", "C" * 8, "--services", "IIS"), "got 8 in"),
        (("--services", "IIS"), "got neither"),
        (("--thumbprint", NEW, "--services", "IIS", "--server", "MAIL9"), "MAIL1, MAIL2"),
        (("--thumbprint", "C" * 40, "--services", "IIS"), "Say with --server"),
        (("--thumbprint", NEW, "--services", "IIS", "--issuers", "issuing.pem"), "--issuers is for"),
        (("--thumbprint", NEW, "--services", "IIS", "-o", "nowhere/enable.ps1"), "there is no folder"),
        (("--certificate", "issuing.pem", "--services", "IIS", "--server", "MAIL1"), "Expected a PFX"),
        (
            ("--certificate", "whole.pfx", "--pfx-password-file", "pw", "--thumbprint", NEW, "--services", "IIS"),
            "Leave one of the two",
        ),
    ],
)
def test_what_cannot_be_understood(run: Run, arguments: tuple[str, ...], said: str) -> None:
    done = enable(run, *arguments)
    assert done.status == 2
    assert said in done.err
    assert not done.out


def test_which_option_has_the_password(run: Run) -> None:
    done = enable(run, "--certificate", "whole.pfx", "--services", "IIS", "--server", "MAIL2")
    assert done.status == 2
    assert "--pfx-password-file" in done.err


def test_a_certificate_that_is_not_there_yet(run: Run) -> None:
    fresh = ("--certificate", "whole.pfx", "--pfx-password-file", "pw", "--services", "IIS,SMTP")
    done = enable(run, *fresh, "--server", "MAIL1", "--server", "mail2", "-o", "enable.ps1")
    assert done.status == 0
    source = Path("enable.ps1").read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    assert not mistakes(source)
    assert source.count("Add-Issuer 'MAIL") == 2
    assert source.count("-FileData ([IO.File]::ReadAllBytes((Find-File 'whole.pfx')))") == 2
    assert "secret" not in source
    assert "PRIVATE KEY" not in source
    assert f"Enable-ExchangeCertificate -Thumbprint '{FRESH}' -Server 'MAIL2'" in source
    # A root among the intermediates is a fault of its own.
    assert thumbprint(ROOT.certificate) not in source
    assert thumbprint(ISSUING.certificate) in source


def test_intermediates_that_are_elsewhere(run: Run) -> None:
    fresh = ("--certificate", "bare.pfx", "--pfx-password-file", "pw", "--services", "IIS", "--server", "MAIL2")
    lacking = enable(run, *fresh)
    assert "mailtrust bundle" in lacking.text
    whole = enable(run, *fresh, "--issuers", "issuing.pem")
    assert "Put the intermediate CN=Services CA" in whole.text
    assert "mailtrust bundle" not in whole.text


@pytest.mark.parametrize(
    ("version", "status", "said"),
    [
        ("8.3.83.6", 1, "Import-ExchangeCertificate -Path whole.pfx"),
        ("15.1.2507.6", 0, "--legacy"),
        ("15.2.1.1", 0, ""),
    ],
)
def test_what_older_servers_make_of_the_file(run: Run, version: str, status: int, said: str) -> None:
    write(organisation(server(default(), version=version)))
    done = enable(run, "--certificate", "whole.pfx", "--pfx-password-file", "pw", "--services", "IIS")
    assert done.status == status
    assert said in done.text
    assert ("--legacy" in done.text) == (version == "15.1.2507.6")


@pytest.mark.parametrize(("version", "said"), [("15.2.1544.4", "EnableEccCertificateSupport"), ("15.0.1497.2", "RSA")])
def test_keys_that_are_not_rsa(run: Run, version: str, said: str) -> None:
    modern = issue(ISSUING, server_recipe("mail.example.com"), make_key("ec-p256"), serial=4, **DATES)
    made = convert((modern.certificate,), modern.key, Wanted("pfx", password=b"secret"), salt=bytes(20), now=NOW)
    Path("ec.pfx").write_bytes(made)
    write(organisation(server(default(), version=version)))
    done = enable(run, "--certificate", "ec.pfx", "--pfx-password-file", "pw", "--services", "IIS")
    assert done.status == 0
    assert said in done.text
    assert "no RSA key" in done.text.replace("\n  ", " ")


@pytest.mark.parametrize(("age", "told"), [(3, False), (40, True)])
def test_an_old_export_is_told(run: Run, age: int, told: bool) -> None:
    write(replace(organisation(server(new(), old())), exported=NOW - timedelta(days=age)))
    done = enable(run, "--thumbprint", NEW, "--services", "IIS")
    assert done.status == 0
    assert ("40 days old" in done.err) == told


def test_a_wrong_password(run: Run) -> None:
    Path("pw").write_text("wrong\n")
    done = enable(run, "--certificate", "whole.pfx", "--pfx-password-file", "pw", "--services", "IIS")
    assert done.status == 2
    assert "password" in done.err


def test_what_exchange_online_will_not_take_is_told_beforehand(run: Run) -> None:
    write(border.classic_hybrid().mended)
    names = ("mail.example.com", "autodiscover.example.com", "example.com")
    renewed = issue(ISSUING, server_recipe(*names), make_key("rsa-2048"), serial=4, **DATES)
    chain = (renewed.certificate, ISSUING.certificate)
    made = convert(chain, renewed.key, Wanted("pfx", password=b"secret"), salt=bytes(20), now=NOW)
    Path("renewed.pfx").write_bytes(made)
    given = ("--certificate", "renewed.pfx", "--pfx-password-file", "pw", "--services", "SMTP")
    done = enable(run, *given, "--server", "HY1", "--server", "HY2")
    assert done.status == 0
    said = " ".join(done.text.split())
    assert "Set-SendConnector" in said
    assert "once it is done: mail.example.com" in said
    assert "it is not of a public CA" in said


def test_the_script_alone_on_standard_output(run: Run) -> None:
    done = enable(run, "--thumbprint", NEW, "--services", "IIS,UM", "-o", "-")
    assert done.status == 1
    assert done.out.startswith(b"\xef\xbb\xbf")
    assert "Exchange 2019 does not know it" in done.err


def test_json_keeps_to_its_schema(run: Run) -> None:
    schema = json.loads(PUBLISHED.read_bytes())
    done = enable(run, "--thumbprint", NEW, "--services", "IIS,UM,SMTP", "--format", "json", "--balancer", "bridging")
    assert done.status == 1
    made = json.loads(done.text)
    jsonschema.validate(made, schema)
    assert made["script"] is None
    assert [one["code"] for one in made["refusals"]] == ["service-absent"]
    assert made["steps"][0]["commands"][0].startswith(".\\ExchangeExtendedProtectionManagement.ps1 -Disable")
    gone = remove(run, "--thumbprint", OLD, "--format", "json", "-o", "remove.ps1")
    assert gone.status == 1
    jsonschema.validate(json.loads(gone.text), schema)
    assert not Path("remove.ps1").exists()


def test_removing_after_another_one_was_assigned(run: Run) -> None:
    refused = remove(run, "--thumbprint", OLD)
    assert refused.status == 1
    assert "services enable" in refused.text
    mail1 = server(new(services=frozenset({"IMAP", "POP", "IIS", "SMTP"})), old(services=()), default())
    write(organisation(replace(mail1, internal_transport=DEFAULT)))
    done = remove(run, "--thumbprint", OLD, "-o", "remove.ps1")
    assert done.status == 0
    source = Path("remove.ps1").read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    assert not mistakes(source)
    assert f"Remove-ExchangeCertificate -Thumbprint '{OLD}' -Server 'MAIL1' -Confirm:$false" in source


def test_what_lets_a_renewed_twin_go_is_told_once_for_all_servers(run: Run) -> None:
    mail1 = server(old(services=("SMTP",)), new(services=frozenset({"SMTP"})), default(), internal_transport=DEFAULT)
    mail2 = replace(mail1, name="MAIL2", fqdn="mail2.corp.example")
    sends = (replace(send_connector(tls=str(name_of(old()))), source_servers=("MAIL1", "MAIL2")),)
    write(organisation(mail1, mail2, sends=sends))
    done = remove(run, "--thumbprint", OLD)
    said = " ".join(done.text.split())
    assert (done.status, said.count("Stop the transport service on MAIL1.")) == (1, 1)
    assert "✗ MAIL1, MAIL2/SMTP: " in said
    # Read as the next step it would start what was just stopped.
    assert "Needs Administrator. Back: Start-Service -Name MSExchangeTransport" in said
    assert "With --stop-transport it is what is done" in said
    done = remove(run, "--thumbprint", OLD, "--stop-transport", "-o", "remove.ps1")
    assert (done.status, "Steps: 9." in done.text) == (0, True)
    source = Path("remove.ps1").read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    assert not mistakes(source)
    # The second time transport runs and the connector names its pair, and that is no cause to stop it again.
    assert source.count("Passing = $true") == 3
    assert "$goals = @($changes | Where-Object { -not $_.Passing })" in source
    live = run("services", "remove", "--live", "mail1", "--thumbprint", OLD, "--stop-transport")
    assert (live.status, "give -o FILE.ps1 beside --live" in live.err) == (2, True)


def test_removing_needs_a_certificate(run: Run) -> None:
    assert remove(run).status == 2
    assert remove(run, "--thumbprint", NEW, "--server", "MAIL9").status == 2


def test_without_an_export(run: Run) -> None:
    done = run("services", "enable", "--thumbprint", NEW, "--services", "IIS")
    assert done.status == 2
    assert "services collect" in done.err


def test_names_that_would_do_harm(run: Run) -> None:
    pair = str(name_of(replace(old(), issuer="CN=Another CA")))
    hostile = "In'; Stop-Computer #\u2019 $(x)"
    mail1 = server(new(), receive_connectors=(connector(tls=pair, name=hostile),))
    write(organisation(mail1))
    done = enable(run, "--thumbprint", NEW, "--services", "SMTP", "-o", "enable.ps1")
    assert done.status == 0
    assert not mistakes(Path("enable.ps1").read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))


def test_dates_are_today_where_none_is_given(run: Run) -> None:
    assert datetime.now(UTC) > NOW
    done = run("services", "enable", "--export", "exchange.json", "--thumbprint", NEW, "--services", "IIS")
    # The certificate of the tests has expired meanwhile, or has not.
    assert done.status == (1 if datetime.now(UTC) > NOW + timedelta(days=89) else 0)
