"""Steps for every product: whole, undoable, proved at the end, and safe to paste."""

import configparser
import pkgutil
import re
import shutil
import string
import subprocess
from dataclasses import replace
from typing import Any

import pytest

from mailtrust.core import targets
from mailtrust.core.model.certificate import CertificateSpec
from mailtrust.core.model.observation import FailureKind, Stage
from mailtrust.core.model.pool import Source
from mailtrust.core.model.remedy import (
    ConfigureServer,
    Human,
    Remedy,
    ReplaceCertificate,
    Run,
    ServeChain,
    Step,
    TrustAnchorOnClients,
    Write,
)
from mailtrust.core.model.settings import Place, Server, Settings
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.configure_server import CURES
from mailtrust.core.remedies.file_names import certificate_file, file_name
from mailtrust.core.remedies.propose import propose
from mailtrust.core.targets import ALIASES, TARGETS, UnknownProduct, target_by_id, with_steps
from mailtrust.core.targets.parts.context import context_for, safe_host
from mailtrust.core.x509.bundles import FORMS, HOLDS_KEY
from mailtrust.core.x509.pem import find_pem
from mailtrust.core.x509.thumbprint import thumbprint

AIA = "http://ca.example.net/issuing.crt"
PRODUCTS = [target.ID for target in TARGETS]
# They take each intermediate by itself, and never the whole chain in one file.
BY_CERTIFICATE = ("iis", "exchange", "mailstore", "kemp", "netscaler")
FILES = [product for product in PRODUCTS if product not in (*BY_CERTIFICATE, "f5", "generic")]


def messy(caseworld: Any, product: str | None) -> tuple[Any, tuple[Remedy, ...]]:
    """A case with a remedy of every kind, and its remedies with steps."""
    chain = (caseworld.leaf(), caseworld.intermediate.certificate)
    own = caseworld.make_root("Corp Root")
    evidence = caseworld.judge(
        caseworld.seen((chain[0], caseworld.root.certificate), 993),
        caseworld.seen((caseworld.leaf(ends=-1), caseworld.intermediate.certificate), 465),
        caseworld.seen(chain, 443, "autodiscover.example.com"),
        caseworld.seen((caseworld.leaf(issuer=own, public=False), own.certificate), 443, "intern.example.com"),
        caseworld.seen(caseworld.failure(FailureKind.TLS_NOT_OFFERED, Stage.CAPABILITY), 143),
        caseworld.seen(caseworld.failure(), 587),
        pool=caseworld.pool((caseworld.intermediate.certificate, Source.AIA, AIA)),
        settings=Settings(product=product),
    )
    return evidence, with_steps(propose(evidence, caseworld.findings(evidence)), evidence)


def commands(steps: tuple[Step, ...]) -> list[Run]:
    return [step.do for step in steps if isinstance(step.do, Run)]


def test_tuple_and_folder_agree() -> None:
    files = {module.name for module in pkgutil.iter_modules(targets.__path__) if not module.ispkg}
    assert set(PRODUCTS) == files
    assert len(PRODUCTS) == len(TARGETS)
    assert set(ALIASES.values()) <= set(PRODUCTS)


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_remedy_has_steps_that_end_in_a_check(caseworld: Any, product: str) -> None:
    _, remedies = messy(caseworld, product)
    assert {remedy.kind for remedy in remedies} == {
        "serve-chain",
        "serve-same-certificate",
        "configure-server",
        "replace-certificate",
        "trust-anchor",
        "use-name",
    }
    for remedy in remedies:
        assert remedy.steps, (product, remedy.kind)
        last = remedy.steps[-1].do
        assert isinstance(last, Run)
        assert last.command.startswith("mailtrust check ")
        for step in remedy.steps:
            _whole(step.say)
            assert step.undo is not None
            _whole(step.undo)
            if isinstance(step.do, Human):
                for click in step.do.path:
                    _whole(click)


def _whole(said: Text) -> None:
    wanted = {name for _, name, _, _ in string.Formatter().parse(said.template) if name}
    assert wanted == {name for name, _ in said.values}, said.template
    assert str(said)
    assert "  " not in str(said)


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_disturbs_the_service_says_so(caseworld: Any, product: str) -> None:
    _, remedies = messy(caseworld, product)
    for remedy in remedies:
        if remedy.kind in ("serve-chain", "replace-certificate") and (product, remedy.kind) != ("kemp", "serve-chain"):
            assert {step.disruption for step in remedy.steps} & {"reload", "restart"}, (product, remedy.kind)


@pytest.mark.parametrize("product", PRODUCTS)
def test_files_are_named_by_bundle_and_judged_beforehand(caseworld: Any, product: str) -> None:
    evidence, remedies = messy(caseworld, product)
    chain = next(remedy for remedy in remedies if isinstance(remedy.goal, ServeChain))
    lines = [run.command for run in commands(chain.steps)]
    if product in BY_CERTIFICATE:
        written = [step.do for step in chain.steps if isinstance(step.do, Write)]
        assert len(written) == len(chain.goal.intermediates)  # type: ignore[union-attr]
        found = find_pem(written[0].content.encode())
        assert found
        return
    bundle = next(line for line in lines if line.startswith("mailtrust bundle"))
    form = re.search(r"--for (\S+)", bundle)
    assert form is not None
    assert form[1] in FORMS
    assert form[1] == {"generic": "pem", "f5": "pem"}.get(product, product)
    file = bundle.rpartition(" -o ")[2]
    assert any(f"--with {file}" in line for line in lines)
    installs = {"generic": "mailtrust", "f5": f"mailtrust bundle {file} --for f5"}.get(product, "install ")
    assert any(installs in line and file in line for line in lines)
    assert evidence.case.observations[0].endpoint.host in bundle


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("setting", sorted({cure.setting for cure in CURES.values()}))
def test_every_setting_has_steps(caseworld: Any, product: str, setting: Any) -> None:
    evidence = caseworld.judge(caseworld.seen((caseworld.leaf(),)), settings=Settings(product=product))
    ids = tuple(seen.id for seen in evidence.case.observations)
    remedy = Remedy("configure-server", ConfigureServer(setting), text("It."), True, (), ("x",), ids)
    (filled,) = with_steps((remedy,), evidence)
    assert len(filled.steps) >= 2
    for step in filled.steps:
        _whole(step.say)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("product", PRODUCTS)
def test_shell_lines_are_shell(caseworld: Any, product: str) -> None:
    _, remedies = messy(caseworld, product)
    script = "\n".join(run.command for remedy in remedies for run in commands(remedy.steps) if run.shell == "sh")
    done = subprocess.run(["bash", "-n"], input=script.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_hostile_name_stays_a_name(caseworld: Any, product: str) -> None:
    """Whatever a target, a redirect or a certificate is called, it does not become a command or a path."""
    evil = "a$(reboot)`id`;rm -rf ..|'\"\n\\.example.com"
    leaf = caseworld.leaf(evil, "mail.example.com")
    issuer = caseworld.make_intermediate(caseworld.root, "../../etc/$(reboot) ;'\n")
    evidence = caseworld.judge(
        caseworld.seen((caseworld.leaf(evil, issuer=issuer),), 993, evil),
        caseworld.seen((leaf, caseworld.intermediate.certificate), 443, evil),
        pool=caseworld.pool((issuer.certificate, Source.AIA, AIA)),
        settings=Settings(product=product),
    )
    remedies = with_steps(propose(evidence, caseworld.findings(evidence)), evidence)
    assert any(isinstance(remedy.goal, ServeChain) for remedy in remedies)
    for remedy in remedies:
        for step in remedy.steps:
            if isinstance(step.do, Run):
                for bad in ("$(reboot)", "`", "rm -rf", "\n", ".."):
                    assert bad not in step.do.command, step.do.command
            if isinstance(step.do, Write):
                assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", step.do.path)


def test_names_of_files_and_hosts() -> None:
    assert file_name("*.example.com") == "example.com"
    assert file_name("../../etc/passwd") == "etc-passwd"
    assert file_name("a..b/../c") == "a.b.c"
    assert file_name("...") == "server"
    assert safe_host("mail.example.com") == "mail.example.com"
    assert safe_host("2001:db8::1") == "2001:db8::1"
    assert safe_host("somebody@example.com") == "example.com"
    assert safe_host("--help") == "HOST"
    assert safe_host("mail.exa mple.com") == "HOST"
    assert safe_host("poste.société.example") == "poste.xn--socit-esab.example"
    assert safe_host("[2001:db8::1]") == "2001:db8::1"
    assert safe_host("$()") == "HOST"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (None, "generic"),
        ("nginx", "nginx"),
        ("Postfix ", "postfix"),
        ("exchange", "exchange"),
        ("windows", "iis"),
        ("loadmaster", "kemp"),
        ("exim4", "exim"),
        ("Generic", "generic"),
    ],
)
def test_which_product(wanted: str | None, found: str) -> None:
    assert found == target_by_id(wanted).ID


@pytest.mark.parametrize(
    ("wanted", "near"),
    [("ngnix", "nginx"), ("exchang", "exchange"), ("haproxy2", "haproxy"), ("netscaller", "netscaler")],
)
def test_an_unknown_product_is_told_the_nearest(wanted: str, near: str) -> None:
    with pytest.raises(UnknownProduct, match=rf"found {wanted}\. Did you mean {near}") as told:
        target_by_id(wanted)
    assert told.value.status == 2
    assert all(product in str(told.value) for product in PRODUCTS)


def test_what_is_near_to_none_is_told_them_all(caseworld: Any) -> None:
    with pytest.raises(UnknownProduct, match="found qqq") as told:
        messy(caseworld, "qqq\x1b[2J")
    assert "\x1b" not in str(told.value)
    assert all(product in str(told.value) for product in PRODUCTS)


@pytest.mark.parametrize("product", FILES)
def test_files_are_installed_after_a_copy_was_kept_and_the_test_comes_before_the_reload(
    caseworld: Any, product: str
) -> None:
    _, remedies = messy(caseworld, product)
    for remedy in remedies:
        if remedy.kind not in ("serve-chain", "replace-certificate", "serve-same-certificate"):
            continue
        lines = [run.command for run in commands(remedy.steps)]
        places = [
            next(n for n, line in enumerate(lines) if start in line)
            for start in ("mailtrust bundle", " --with ", "tar -czpf", "install -d")
        ]
        assert places == sorted(places)
        take_up = next(step for step in remedy.steps if step.disruption != "none")
        assert isinstance(take_up.do, Run)
        assert " && " in take_up.do.command or product == "stalwart"
        assert lines.index(take_up.do.command) == len(lines) - 2


@pytest.mark.parametrize("product", FILES)
def test_a_key_is_never_readable_by_others(caseworld: Any, product: str) -> None:
    _, remedies = messy(caseworld, product)
    holds = set()
    for remedy in remedies:
        for line in (run.command for run in commands(remedy.steps)):
            if line.startswith("mailtrust bundle") and " --key " in line:
                form = re.search(r"--for (\S+)", line)
                assert form is not None
                if form[1] in HOLDS_KEY:
                    holds.add(line.rpartition(" -o ")[2])
            for part in line.split(" && "):
                if part.startswith("install") and (".key " in part or any(f" {one} " in part for one in holds)):
                    assert re.search(r"-m 06[04]0 ", part), part
    assert bool(holds) == (product in ("haproxy", "courier"))


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_same_certificate_elsewhere_needs_its_key_there(caseworld: Any, product: str) -> None:
    _, remedies = messy(caseworld, product)
    (same,) = (remedy for remedy in remedies if remedy.kind == "serve-same-certificate")
    said = " ".join(str(step.say) for step in same.steps)
    assert "key" in said or product == "generic"


@pytest.mark.parametrize("product", FILES)
def test_a_key_that_stays_is_not_named_where_it_does_not_lie(caseworld: Any, product: str) -> None:
    _, remedies = messy(caseworld, product)
    chain = next(remedy for remedy in remedies if isinstance(remedy.goal, ServeChain))
    told = [run.command for run in commands(chain.steps) if not run.command.startswith("mailtrust bundle")]
    told += [str(one) for step in chain.steps if isinstance(step.do, Human) for one in step.do.path]
    assert not [line for line in told if "mail.example.com.key" in line]


@pytest.mark.parametrize(
    ("greeting", "guessed"),
    [
        ("S: * OK [CAPABILITY IMAP4rev1] Dovecot (Debian) ready.", "dovecot"),
        ("S: 220 mail.example.com ESMTP Postfix (Debian/GNU)", "postfix"),
        ("S: 220 mail.example.com ESMTP Exim 4.96 Sun, 22 Nov 2026", "exim"),
        ("S: 220 mail.example.com Microsoft ESMTP MAIL Service ready", "exchange"),
        ("S: * OK [CAPABILITY IMAP4rev1] mail.example.com Cyrus IMAP 3.6.1-Debian server ready", "cyrus"),
        ("S: 220 mail.example.com Stalwart ESMTP at your service", "stalwart"),
        ("S: 220 mail.example.com ESMTP", ""),
        ("S: 220 not Postfix, nor Exim", ""),
    ],
)
def test_a_greeting_is_a_guess_and_called_one(caseworld: Any, greeting: str, guessed: str) -> None:
    seen = replace(caseworld.seen((caseworld.leaf(),), 993), transcript=(greeting,))
    for product in (None, "nginx"):
        evidence = caseworld.judge(
            seen,
            pool=caseworld.pool((caseworld.intermediate.certificate, Source.AIA, AIA)),
            settings=Settings(product=product),
        )
        (remedy,) = with_steps(propose(evidence, caseworld.findings(evidence)), evidence)
        said = [str(step.say) for step in remedy.steps if "guess" in str(step.say)]
        assert len(said) == int(bool(guessed) and product is None)
        assert all(f"--product {guessed} " in one for one in said)


def test_the_generic_target_points_to_all_the_others(caseworld: Any) -> None:
    _, remedies = messy(caseworld, None)
    chain = next(remedy for remedy in remedies if isinstance(remedy.goal, ServeChain))
    said = " ".join(str(step.say) for step in chain.steps)
    for word in ("nginx", "Apache", "Postfix", "Dovecot", "HAProxy", "Exim", "IIS, Exchange", "Kemp"):
        assert word in said


def test_windows_gets_exact_clicks_and_both_commands(caseworld: Any) -> None:
    evidence, remedies = messy(caseworld, "iis")
    chain = next(remedy for remedy in remedies if isinstance(remedy.goal, ServeChain))
    print_ = thumbprint(caseworld.intermediate.certificate)
    lines = {run.shell: run.command for run in commands(chain.steps)}
    assert any(
        "Import-Certificate" in run.command and "Cert:\\LocalMachine\\CA" in run.command
        for run in commands(chain.steps)
    )
    assert any(run.command.startswith("certutil -addstore -f CA ") for run in commands(chain.steps))
    assert "iisreset" in lines["cmd"]
    assert any("--for iis-script -o mail.example.com.ps1" in run.command for run in commands(chain.steps))
    assert any(print_ in str(step.undo) for step in chain.steps)
    clicks = next(
        [str(one) for one in step.do.path] for step in chain.steps if isinstance(step.do, Human) and step.do.path
    )
    assert clicks[0] == "Start, type MMC, Enter"
    assert "Intermediate Certification Authorities" in clicks
    # The root that is sent along must not be thrown out of Windows.
    assert not any("Remove-Item Cert:\\LocalMachine" in run.command for run in commands(chain.steps))
    assert evidence


def test_windows_takes_a_wrong_intermediate_out(caseworld: Any) -> None:
    old = caseworld.cross(caseworld.make_root("Old Root"), caseworld.root, ends=-3)
    evidence = caseworld.judge(
        caseworld.seen((caseworld.leaf(), caseworld.intermediate.certificate, old.certificate), 443),
        settings=Settings(product="iis"),
    )
    (remedy,) = with_steps(propose(evidence, caseworld.findings(evidence)), evidence)
    removing = [run.command for run in commands(remedy.steps) if "Remove-Item Cert:" in run.command]
    assert [thumbprint(old.certificate) in command for command in removing] == [True]


def test_exchange_assigns_by_its_own_rules(caseworld: Any) -> None:
    leaf = caseworld.leaf("*.example.com", ends=-1)
    evidence = caseworld.judge(
        caseworld.seen((leaf, caseworld.intermediate.certificate), 993, "mail.example.com"),
        caseworld.seen((leaf, caseworld.intermediate.certificate), 443, "mail.example.com"),
        settings=Settings(product="exchange"),
    )
    remedies = with_steps(propose(evidence, caseworld.findings(evidence)), evidence)
    (remedy,) = (one for one in remedies if isinstance(one.goal, ReplaceCertificate))
    lines = [run.command for run in commands(remedy.steps)]
    assert any("Import-ExchangeCertificate -FileData" in line for line in lines)
    assert any("--for exchange " in line and line.endswith(".p7b") for line in lines)
    # A wildcard is not assigned to IMAP; UM is never named, since Exchange 2019 has none.
    assert [line for line in lines if "Enable-ExchangeCertificate" in line] == [
        "Enable-ExchangeCertificate -Thumbprint THUMBPRINT -Services IIS"
    ]
    assert "Set-ImapSettings -X509CertificateName mail.example.com" in lines
    assert any("Restart-Service MSExchangeIMAP4,MSExchangeIMAP4BE" in line for line in lines)
    assert not any(re.search(r"\bUM", line) for line in lines)


def test_netscaler_links_one_to_the_next(caseworld: Any) -> None:
    _, remedies = messy(caseworld, "netscaler")
    chain = next(remedy for remedy in remedies if isinstance(remedy.goal, ServeChain))
    links = [run.command for run in commands(chain.steps) if "link ssl certKey" in run.command]
    (link,) = links
    name = certificate_file(caseworld.intermediate.certificate)
    assert link == f"add ssl certKey {name} -cert {name}.pem; link ssl certKey PAIR {name}"


def test_f5_gets_the_chain_apart(caseworld: Any) -> None:
    _, remedies = messy(caseworld, "f5")
    chain = next(remedy for remedy in remedies if isinstance(remedy.goal, ServeChain))
    lines = [run.command for run in commands(chain.steps)]
    assert "mailtrust bundle mail.example.com.pem --for f5 -o mail.example.com-chain.pem" in lines
    assert any(line.endswith("{ cert CERTIFICATE key KEY chain mail.example.com-chain } }") for line in lines)


def test_mailstore_imports_what_bundle_wrote(caseworld: Any) -> None:
    _, remedies = messy(caseworld, "mailstore")
    new = next(remedy for remedy in remedies if isinstance(remedy.goal, ReplaceCertificate))
    lines = [run.command for run in commands(new.steps)]
    written, by_script = (line for line in lines if line.startswith("mailtrust bundle"))
    assert by_script == "mailtrust bundle FILE-FROM-THE-CA --for mailstore-script -o mail.example.com.ps1"
    assert (
        "mailtrust check tls://mail.example.com:8460 tls://mail.example.com:8462 tls://mail.example.com:8463"
        " imap://mail.example.com"
    ) in lines
    assert "--for mailstore --key mail.example.com.key" in written
    file = written.rpartition(" -o ")[2]
    assert file.endswith(".pfx")
    assert any(f"Import-PfxCertificate -FilePath .\\{file} " in line for line in lines)


def test_kemp_names_hold_no_blanks(caseworld: Any) -> None:
    _, remedies = messy(caseworld, "kemp")
    chain = next(remedy for remedy in remedies if isinstance(remedy.goal, ServeChain))
    clicks = next(
        [str(one) for one in step.do.path]
        for step in chain.steps
        if isinstance(step.do, Human) and "Add a new Intermediate Certificate" in map(str, step.do.path)
    )
    name = next(one.removeprefix("Certificate Name: ") for one in clicks if one.startswith("Certificate Name: "))
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,50}", name)
    assert clicks[:2] == ["Certificates & Security", "Intermediate Certs"]


def test_dovecot_in_both_syntaxes(caseworld: Any) -> None:
    _, remedies = messy(caseworld, "dovecot")
    chain = next(remedy for remedy in remedies if isinstance(remedy.goal, ServeChain))
    lines = [str(one) for step in chain.steps if isinstance(step.do, Human) for one in step.do.path]
    assert lines == [
        "ssl_cert = </etc/dovecot/tls/mail.example.com.pem",
        "ssl_server_cert_file = /etc/dovecot/tls/mail.example.com.pem",
    ]


@pytest.mark.parametrize("key", ["rsa-2048", "ec-p256"])
def test_the_request_says_what_the_spec_says(caseworld: Any, key: Any) -> None:
    evidence = caseworld.judge(caseworld.seen((caseworld.leaf(),)), settings=Settings(product="iis"))
    spec = CertificateSpec(("mail.example.com", "*.example.com"), ("192.0.2.1",), key=key)
    remedy = Remedy(
        "replace-certificate",
        ReplaceCertificate(spec, evidence.case.observations[0].presented_chain[0].fingerprint),
        text("It."),
        False,
        (),
        ("x",),
        tuple(seen.id for seen in evidence.case.observations),
    )
    (windows,) = with_steps((remedy,), evidence)
    inf = next(step.do for step in windows.steps if isinstance(step.do, Write))
    lines = inf.content.split("\r\n")
    assert [line for line in lines if line.startswith("_continue_")] == [
        '_continue_ = "DNS=mail.example.com&"',
        '_continue_ = "DNS=*.example.com&"',
        '_continue_ = "IPAddress=192.0.2.1&"',
    ]
    reader = configparser.ConfigParser(strict=False, interpolation=None)
    reader.read_string("\n".join(line for line in lines if not line.startswith("_continue_")))
    assert reader["NewRequest"]["MachineKeySet"] == "TRUE"
    assert reader["NewRequest"]["KeyUsage"] == ("0xa0" if key == "rsa-2048" else "0x80")
    (linux,) = with_steps((remedy,), replace(evidence, settings=Settings(product="nginx")))
    request = next(run.command for run in commands(linux.steps) if "openssl req" in run.command)
    assert 'subjectAltName=DNS:mail.example.com,DNS:*.example.com,IP:192.0.2.1"' in request
    assert request.startswith("umask 077")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
@pytest.mark.parametrize("key", ["rsa-2048", "ec-p384"])
def test_openssl_makes_the_request(caseworld: Any, key: Any, tmp_path: Any) -> None:
    evidence = caseworld.judge(caseworld.seen((caseworld.leaf(),)), settings=Settings(product="postfix"))
    spec = CertificateSpec(("mail.example.com", "imap.example.com"), key=key)
    goal = ReplaceCertificate(spec, evidence.case.observations[0].presented_chain[0].fingerprint)
    ids = tuple(seen.id for seen in evidence.case.observations)
    (remedy,) = with_steps((Remedy("replace-certificate", goal, text("It."), False, (), ("x",), ids),), evidence)
    request = next(run.command for run in commands(remedy.steps) if "openssl req" in run.command)
    subprocess.run(["bash", "-c", request], cwd=tmp_path, check=True, capture_output=True)
    shown = subprocess.run(
        ["openssl", "req", "-in", "mail.example.com.csr", "-noout", "-text"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    ).stdout.decode()
    assert "DNS:mail.example.com, DNS:imap.example.com" in shown
    assert (tmp_path / "mail.example.com.key").stat().st_mode & 0o077 == 0


def test_an_anchor_is_written_whole_and_without_a_key(caseworld: Any) -> None:
    own = caseworld.own()
    evidence = caseworld.judge(caseworld.seen((own,)))
    remedies = with_steps(propose(evidence, caseworld.findings(evidence)), evidence)
    anchor = next(remedy for remedy in remedies if isinstance(remedy.goal, TrustAnchorOnClients))
    written = [step.do for step in anchor.steps if isinstance(step.do, Write)]
    assert len(written) == 1
    assert "PRIVATE KEY" not in written[0].content
    assert own.fingerprint in " ".join(str(step.say) for step in anchor.steps)
    assert any("--roots" in run.command for run in commands(anchor.steps))


def test_an_anchor_is_brought_out_by_the_least_ways_that_reach_everybody(caseworld: Any) -> None:
    root = caseworld.make_root("Corp Root")
    leaf = caseworld.leaf(issuer=root, public=False)
    evidence = caseworld.judge(caseworld.seen((leaf,)), pool=caseworld.pool((root.certificate, Source.GIVEN, "file")))
    remedies = with_steps(propose(evidence, caseworld.findings(evidence)), evidence)
    anchor = next(remedy for remedy in remedies if isinstance(remedy.goal, TrustAnchorOnClients))
    ways = [run.command.split()[2] for run in commands(anchor.steps) if run.command.startswith("mailtrust trust ")]
    hurt = [evidence.clients[client] for client in anchor.goal.clients]  # type: ignore[union-attr]
    assert all(client.reached(ways) or client.beyond_reach for client in hurt)
    for way in ways:
        others = [one for one in ways if one != way]
        assert not all(client.reached(others) or client.beyond_reach for client in hurt), f"{way} is not needed"
    said = " ".join(str(step.say) for step in anchor.steps)
    assert all(client.beyond_reach in said for client in hurt if client.beyond_reach)
    assert all(" --self-signed" not in run.command for run in commands(anchor.steps))


def test_what_was_found_nowhere_is_to_be_got_first(caseworld: Any) -> None:
    evidence = caseworld.judge(caseworld.seen((caseworld.leaf(),)), settings=Settings(product="nginx"))
    (remedy,) = with_steps(propose(evidence, caseworld.findings(evidence)), evidence)
    assert any(str(step.say).startswith("Get the intermediate certificate from the CA") for step in remedy.steps)


def test_one_endpoint_is_checked_again_by_its_port(caseworld: Any) -> None:
    evidence = caseworld.judge(
        caseworld.seen((caseworld.leaf(),), 993),
        pool=caseworld.pool((caseworld.intermediate.certificate, Source.AIA, AIA)),
    )
    (remedy,) = propose(evidence, caseworld.findings(evidence))
    assert context_for(remedy, evidence).target == "mail.example.com:993"
    assert context_for(remedy, evidence).source == "mail.example.com:993"


@pytest.mark.parametrize(
    ("port", "customary", "target"),
    [
        (10993, 993, "imaps://mail.example.com:10993"),
        (1143, 143, "imap://mail.example.com:1143"),
        (587, 465, "smtps://mail.example.com:587"),
    ],
)
def test_a_port_that_tells_another_protocol_is_checked_again_by_url(
    caseworld: Any, port: int, customary: int, target: str
) -> None:
    seen = caseworld.seen((caseworld.leaf(),), customary)
    seen = replace(seen, endpoint=replace(seen.endpoint, port=port))
    evidence = caseworld.judge(seen, pool=caseworld.pool((caseworld.intermediate.certificate, Source.AIA, AIA)))
    (remedy,) = propose(evidence, caseworld.findings(evidence))
    assert context_for(remedy, evidence).target == context_for(remedy, evidence).source == target


def test_several_addresses_of_one_port_are_checked_again_by_that_port(caseworld: Any) -> None:
    leaf = caseworld.leaf()
    evidence = caseworld.judge(
        *(caseworld.seen((leaf,), 993, address=address) for address in ("192.0.2.1", "2001:db8::1")),
        pool=caseworld.pool((caseworld.intermediate.certificate, Source.AIA, AIA)),
    )
    (remedy,) = propose(evidence, caseworld.findings(evidence))
    assert context_for(remedy, evidence).target == "mail.example.com:993"


def test_each_port_is_mended_in_the_product_that_serves_it(caseworld: Any) -> None:
    """One host, one fault, two products: the steps of both, what they share once, and one last look."""

    def place(written: str, port: int | None) -> Place:
        return Place(written, "mail.example.com", port)

    servers = (
        Server("web", (place("https://mail.example.com", 443),), "nginx"),
        Server("mail.example.com", (place("mail.example.com", None),), "postfix"),
    )
    leaf = caseworld.leaf()
    settings = Settings(servers=servers)
    evidence = caseworld.judge(
        *(caseworld.seen((leaf,), port) for port in (443, 465, 25)),
        pool=caseworld.pool((caseworld.intermediate.certificate, Source.AIA, AIA)),
        settings=settings,
    )
    (remedy,) = propose(evidence, caseworld.findings(evidence, "chain-incomplete"))
    (done,) = with_steps((remedy,), evidence)

    def alone(product: str, *ports: int) -> tuple[Step, ...]:
        part = tuple(seen.id for seen in evidence.case.observations if seen.endpoint.port in ports)
        known = replace(evidence, settings=Settings(product=product))
        return with_steps((replace(remedy, observations=part),), known)[0].steps

    web, mail = alone("nginx", 443), alone("postfix", 465, 25)
    assert set(done.steps) == {*web, *mail}
    assert len(set(done.steps)) == len(done.steps)
    assert done.steps[-1] == mail[-1]
    (forced,) = with_steps((remedy,), replace(evidence, settings=replace(settings, product="nginx")))
    assert forced.steps == alone("nginx", 443, 465, 25)


@pytest.mark.parametrize(
    ("products", "found"),
    [(("nginx", "nginx"), "nginx"), (("nginx", "postfix"), None), ((None, "postfix"), None)],
)
def test_two_that_claim_one_port_must_agree(products: tuple[str | None, ...], found: str | None) -> None:
    here = (Place("mail.example.com", "mail.example.com", None),)
    settings = Settings(servers=tuple(Server(f"s{number}", here, one) for number, one in enumerate(products)))
    assert settings.product_at("mail.example.com", 443) == found
    assert settings.product_at("other.example.com", 443) is None
