"""Exchange's PowerShell by the real client against the stand-in, over real sockets: answers, refusals, hostility."""

import hashlib
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypsrp.powershell import RunspacePool
from pypsrp.wsman import WSMan
from tests.programs import exchange_shell
from tests.programs import exchange_small as small
from tests.programs.exchange_at_hand import ADMIN
from tests.programs.exchange_cmdlets import Exchange
from tests.programs.exchange_ntlm import Negotiating
from tests.programs.exchange_reading import Question, RefusedError
from tests.programs.exchange_shell import ExchangeShell
from tests.programs.exchange_soap import RSP

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.x509.pem import to_pem
from mailtrust.edge.transport import psrp, psrp_http, psrp_reader
from mailtrust.edge.transport.machine import Failed, NotAllowed, Unreachable
from mailtrust.edge.transport.opening import open_shell
from mailtrust.edge.transport.private_pypsrp import read_with
from mailtrust.edge.transport.psrp import PsrpShell
from mailtrust.edge.transport.psrp_reader import BoundedReader
from mailtrust.edge.transport.shell import Login, Refused, Secret, place_of

NEW = small.thumbprint(small.RENEWED)
WILD = small.thumbprint(small.WILD)


def behind_tls(tmp_path: Path, serial: int) -> tuple[ssl.SSLContext, bytes]:
    """What a server proves itself with, by a certificate of a CA that nobody knows; and that certificate."""
    leaf = small.issued("localhost", serial=serial)
    pem = tmp_path / "endpoint.pem"
    pem.write_text(to_pem(leaf.certificate) + leaf.key.to_pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context, leaf.certificate.der


@pytest.fixture
def secured(exchange: Exchange, tmp_path: Path) -> Iterator[ExchangeShell]:
    """The same behind TLS, with a certificate of a CA that nobody knows."""
    context, _ = behind_tls(tmp_path, serial=20)
    with ExchangeShell(exchange, tls=context) as running:
        yield running


def test_a_cmdlet_with_parameters_is_answered_with_objects(shell: PsrpShell, exchange: Exchange) -> None:
    answer = shell.ask("Get-ExchangeCertificate", [("Server", "MAIL2"), ("Thumbprint", NEW)])
    (one,) = answer.objects
    assert NEW in one
    assert exchange.called == [("Get-ExchangeCertificate", {"Server": "MAIL2", "Thumbprint": NEW})]


def test_many_cmdlets_in_one_runspace(shell: PsrpShell, endpoint: ExchangeShell) -> None:
    for _ in range(5):
        assert len(shell.ask("Get-ExchangeServer", []).objects) == 2
    assert len(endpoint.runspaces) == 1
    shell.close()
    assert not endpoint.runspaces


def test_services_are_a_list_and_nothing_is_none(shell: PsrpShell, exchange: Exchange) -> None:
    shell.ask("Enable-ExchangeCertificate", [("Thumbprint", NEW), ("Services", ("IMAP", "POP")), ("Force", True)])
    assert exchange.organisation.servers[0].certificates[2].services == {"IMAP", "POP"}
    shell.ask("Set-SendConnector", [("Identity", "Internet"), ("TlsCertificateName", None)])
    assert exchange.organisation.send_connectors is not None
    assert exchange.organisation.send_connectors[0].tls_certificate_name == ""


def test_a_password_goes_encrypted(shell: PsrpShell, exchange: Exchange) -> None:
    fresh = small.issued("new.example.com", serial=30)
    shell.ask("Import-ExchangeCertificate", [("FileData", small.pfx(fresh)), ("Password", Secret("pfx"))])
    assert exchange.organisation.servers[0].certificate(small.thumbprint(fresh.certificate)) is not None
    with pytest.raises(Failed, match="password is not correct"):
        shell.ask("Import-ExchangeCertificate", [("FileData", small.pfx(fresh)), ("Password", Secret("other"))])


@pytest.mark.parametrize("yes", [True, False])
def test_the_question_about_the_default_smtp_certificate(shell: PsrpShell, exchange: Exchange, yes: bool) -> None:
    former = exchange.organisation.servers[0].internal_transport
    answer = shell.ask("Enable-ExchangeCertificate", [("Thumbprint", NEW), ("Services", ("SMTP",))], yes=yes)
    (question,) = answer.questions
    assert "Overwrite the existing default SMTP certificate?" in question
    after = exchange.organisation.servers[0]
    assert after.internal_transport == (NEW if yes else former)
    assert after.certificates[2].services == {"SMTP"}


def test_a_warning_is_told(shell: PsrpShell) -> None:
    answer = shell.ask("Set-ImapSettings", [("Server", "MAIL1"), ("X509CertificateName", "imap.example.com")])
    assert answer.warnings == ("Changes to IMAP settings will only take effect after all services are restarted.",)


REFUSALS = [
    ("Enable-ExchangeCertificate", [("Thumbprint", WILD), ("Services", ("IMAP",))], "wildcard certificate"),
    ("Enable-ExchangeCertificate", [("Thumbprint", NEW), ("Services", ("UM",))], "startup mode is TCP"),
    ("Enable-ExchangeCertificate", [("Thumbprint", "CD" * 20), ("Services", ("POP",))], "was not found"),
    ("Remove-ExchangeCertificate", [("Thumbprint", small.thumbprint(small.FORMER))], "following Send Connectors"),
    ("Set-SendConnector", [("Identity", "Nobody"), ("TlsCertificateName", None)], "'Nobody' couldn't be found"),
    ("Get-Service", [("Name", "MSExchangeIMAP4")], "not recognized as the name of a cmdlet"),
]


@pytest.mark.parametrize(("cmdlet", "parameters", "said"), REFUSALS)
def test_a_refusal_is_told_in_exchanges_own_words(
    shell: PsrpShell, exchange: Exchange, cmdlet: str, parameters: Any, said: str
) -> None:
    before = exchange.organisation
    with pytest.raises(Failed, match=said) as refused:
        shell.ask(cmdlet, parameters)
    assert f"refuses {cmdlet}" in str(refused.value)
    assert exchange.organisation == before
    assert len(shell.ask("Get-ExchangeServer", []).objects) == 2, "the runspace is free again"


def test_a_user_has_only_the_cmdlets_of_his_roles(shell: PsrpShell, exchange: Exchange) -> None:
    exchange.roles = ("Server Management",)
    shell.ask("Set-PopSettings", [("X509CertificateName", "pop.example.com")])
    with pytest.raises(Failed, match="not recognized"):
        shell.ask("Set-SendConnector", [("Identity", "Internet"), ("TlsCertificateName", None)])


def test_a_wrong_password(endpoint: ExchangeShell) -> None:
    with pytest.raises(NotAllowed, match="user or the password is wrong"):
        open_shell(place_of(endpoint.url), Login("basic", "EXAMPLE\\admin", "wrong"))


def test_no_ticket_where_only_a_password_is_taken(endpoint: ExchangeShell) -> None:
    with pytest.raises(NotAllowed, match="kinit"):
        open_shell(place_of(endpoint.url), Login("negotiate"))


@pytest.fixture
def domain(exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ExchangeShell]:
    """Behind TLS, for users of a domain, who must have seen its own certificate."""
    users = tmp_path / "users"
    users.write_text("EXAMPLE:admin:geheim\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))
    context, der = behind_tls(tmp_path, serial=21)
    negotiating = Negotiating(hashlib.sha256(der).digest())
    with ExchangeShell(exchange, tls=context, negotiating=negotiating) as running:
        yield running


def test_a_user_of_the_domain_is_proven_without_sending_the_password(domain: ExchangeShell) -> None:
    roots = to_pem(small.ROOT.certificate).encode()
    shell = open_shell(place_of(domain.url), Login("negotiate", "EXAMPLE\\admin", "geheim"), roots)
    assert len(shell.ask("Get-ExchangeServer", []).objects) == 2
    shell.close()
    assert domain.negotiating is not None
    assert domain.negotiating.let_in == ["EXAMPLE\\admin"]


def test_a_user_of_the_domain_with_another_password(domain: ExchangeShell) -> None:
    roots = to_pem(small.ROOT.certificate).encode()
    with pytest.raises(NotAllowed, match=r"does not let EXAMPLE\\admin in \(negotiate\)"):
        open_shell(place_of(domain.url), Login("negotiate", "EXAMPLE\\admin", "wrong"), roots)


def test_a_user_of_the_domain_who_saw_another_certificate(domain: ExchangeShell) -> None:
    domain.negotiating = Negotiating(hashlib.sha256(b"another").digest())
    roots = to_pem(small.ROOT.certificate).encode()
    with pytest.raises(NotAllowed):
        open_shell(place_of(domain.url), Login("negotiate", "EXAMPLE\\admin", "geheim"), roots)


def test_kerberos_where_there_is_none(domain: ExchangeShell) -> None:
    roots = to_pem(small.ROOT.certificate).encode()
    with pytest.raises(NotAllowed, match=r"kerberos does not work here: .*pypsrp\[kerberos\]"):
        open_shell(place_of(domain.url), Login("kerberos", "admin@example.com", "geheim"), roots)


def test_no_password_of_anybody_stands_in_a_text(endpoint: ExchangeShell) -> None:
    login = Login("basic", "EXAMPLE\\admin", "verraten")
    with pytest.raises(NotAllowed) as refused:
        open_shell(place_of(endpoint.url), login)
    assert "verraten" not in repr(login) + str(refused.value) + repr(Secret("verraten"))


def test_an_endpoint_whose_certificate_is_not_trusted(secured: ExchangeShell) -> None:
    with pytest.raises(Unreachable, match=r"not trusted here: .*--live-roots PEM"):
        open_shell(place_of(secured.url), ADMIN)
    assert not secured.runspaces


def test_an_endpoint_of_a_ca_of_ones_own(secured: ExchangeShell) -> None:
    shell = open_shell(place_of(secured.url), ADMIN, to_pem(small.ROOT.certificate).encode())
    assert len(shell.ask("Get-ExchangeServer", []).objects) == 2
    shell.close()


def test_an_endpoint_by_another_name_than_its_certificates(secured: ExchangeShell) -> None:
    with pytest.raises(Unreachable, match=r"not trusted here: .*127\.0\.0\.1"):
        open_shell(
            place_of(secured.url.replace("localhost", "127.0.0.1")), ADMIN, to_pem(small.ROOT.certificate).encode()
        )


def test_roots_that_are_none(secured: ExchangeShell) -> None:
    with pytest.raises(UserProblem, match="Expected certificates in PEM"):
        open_shell(place_of(secured.url), ADMIN, b"nothing")


@pytest.mark.parametrize("given", ["http://mail1.example.com/PowerShell/", "ftp://mail1", "https://", "a b"])
def test_what_is_no_place(given: str) -> None:
    with pytest.raises(UserProblem, match="https://HOST/PowerShell/"):
        place_of(given)


def test_no_password_in_the_url() -> None:
    with pytest.raises(UserProblem, match="no user and no password") as refused:
        place_of("https://admin:verraten@mail1.example.com/PowerShell/")
    assert "verraten" not in str(refused.value)


def test_a_host_alone_is_a_place() -> None:
    assert place_of("mail1.example.com").url == "https://mail1.example.com:443/PowerShell/"
    assert place_of("https://mail1.example.com").url == "https://mail1.example.com:443/PowerShell/"
    assert place_of("https://mail1.example.com:8443/Own/?x=1").url == "https://mail1.example.com:8443/Own/?x=1"


def test_nobody_listens() -> None:
    with pytest.raises(Unreachable, match=r"got none: Connection refused. Nothing was changed"):
        open_shell(place_of("http://127.0.0.1:9/PowerShell/"), ADMIN)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (302, "leads to another place"),
        (403, "does not let"),
        (404, "There is no PowerShell"),
        (503, "got none: HTTP 503. Nothing was changed"),
    ],
)
def test_another_status(endpoint: ExchangeShell, status: int, said: str) -> None:
    endpoint.status = status
    with pytest.raises(UserProblem, match=said):
        open_shell(place_of(endpoint.url), ADMIN)


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_connection_breaks_while_something_is_changed(
    shell: PsrpShell, endpoint: ExchangeShell, exchange: Exchange, when: str
) -> None:
    setattr(endpoint, f"cut_{when}", "Set-PopSettings")
    with pytest.raises(Unreachable, match="Nobody knows whether the last thing asked of it was done"):
        shell.ask("Set-PopSettings", [("X509CertificateName", "pop.example.com")])
    calls = [name for name, _ in exchange.called]
    assert calls == ([] if when == "before" else ["Set-PopSettings"]), "nothing is sent twice"


def test_a_question_that_nobody_expects(shell: PsrpShell, exchange: Exchange) -> None:
    def strange() -> Iterator[Any]:
        yield Question("Pick", "Which colour?", ("&Red", "&Green"))

    exchange.said["set-popsettings"] = strange
    with pytest.raises(Failed, match=r"asks what mailtrust cannot answer: “Pick Which colour[?]”"):
        shell.ask("Set-PopSettings", [])
    assert len(shell.ask("Get-ExchangeServer", []).objects) == 2, "it was stopped"


NOTHING = f'<rsp:ReceiveResponse xmlns:rsp="{RSP}"/>'


def test_a_cmdlet_that_never_ends(shell: PsrpShell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange_shell, "received", lambda *_: NOTHING)
    with pytest.raises(Unreachable, match=r"did not come to an end within 1 seconds\. Nobody knows"):
        shell.ask("Set-PopSettings", [("X509CertificateName", "pop.example.com")], seconds=1)


def test_a_shell_that_never_opens(endpoint: ExchangeShell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psrp, "OPEN_SECONDS", 1)
    monkeypatch.setattr(exchange_shell, "received", lambda *_: NOTHING)
    with pytest.raises(Unreachable, match=r"did not come to an end within 1 seconds\. Nothing was changed"):
        open_shell(place_of(endpoint.url), ADMIN)
    assert not endpoint.runspaces, "it is not left there half open"


def test_ctrl_c_while_a_shell_opens(endpoint: ExchangeShell, monkeypatch: pytest.MonkeyPatch) -> None:
    real = RunspacePool.open

    def pressed(pool: RunspacePool) -> None:
        real(pool)
        assert endpoint.runspaces
        raise KeyboardInterrupt

    monkeypatch.setattr(RunspacePool, "open", pressed)
    with pytest.raises(KeyboardInterrupt):
        open_shell(place_of(endpoint.url), ADMIN)
    assert not endpoint.runspaces, "it is not left there half open"


def test_a_server_that_answers_no_more(
    shell: PsrpShell, endpoint: ExchangeShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell._bounds, "patience", 0.4)
    endpoint.silent = True
    with pytest.raises(Unreachable, match=r"Expected an answer from .*, got none: .*timed out"):
        shell.ask("Set-PopSettings", [("X509CertificateName", "pop.example.com")])
    assert endpoint.kept_waiting == 1, "nobody waits for the same again"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(at=st.integers(0, 4000), octets=st.binary(max_size=8), cut=st.integers(0, 40))
def test_messages_that_are_damaged(endpoint: ExchangeShell, at: int, octets: bytes, cut: int) -> None:
    """They are answered, or refused in a sentence: nothing else comes out."""
    endpoint.mangled = lambda fragments: fragments
    shell = open_shell(place_of(endpoint.url), ADMIN)
    endpoint.mangled = lambda whole: whole[: at % len(whole)] + octets + whole[at % len(whole) + cut :]
    try:
        with suppress(UserProblem):
            shell.ask("Get-ExchangeCertificate", [("Thumbprint", NEW)], seconds=2)
    finally:
        endpoint.mangled = lambda fragments: fragments
        shell.close()


def test_private_names_are_there(shell: PsrpShell) -> None:
    """With the versions we are locked to; when this fails, private_pypsrp.py has lost its grip."""
    pool = RunspacePool(WSMan("127.0.0.1"))
    read_with(pool, reader := BoundedReader())
    assert pool._serializer is pool._fragmenter.serializer is reader
    assert isinstance(shell._pool._serializer, BoundedReader)


@pytest.mark.parametrize("name", ["_serializer", "_fragmenter"])
def test_private_names_may_go(name: str) -> None:
    """Then nothing is read, rather than without bounds."""
    pool = RunspacePool(WSMan("127.0.0.1"))
    delattr(pool, name)
    with pytest.raises(AttributeError):
        read_with(pool, BoundedReader())


def said_by(*values: Any) -> Callable[[], Iterator[Any]]:
    return lambda: iter(values)


def test_more_objects_than_exchange_has(shell: PsrpShell, exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psrp, "MOST_OBJECTS", 50)
    exchange.said["get-exchangeserver"] = said_by(*["x"] * 51)
    with pytest.raises(Failed, match="says more than Exchange does"):
        shell.ask("Get-ExchangeServer", [])


@pytest.mark.parametrize(("where", "limit"), [(psrp_reader, "MOST_IN_A_MESSAGE"), (psrp_http, "MOST_IN_ALL")])
def test_objects_larger_than_exchange_has(
    shell: PsrpShell, exchange: Exchange, monkeypatch: pytest.MonkeyPatch, where: Any, limit: str
) -> None:
    monkeypatch.setattr(where, limit, 100_000)
    exchange.said["get-exchangeserver"] = said_by("x" * 60_000, "y" * 60_000)
    if where is psrp_reader:
        assert len(shell.ask("Get-ExchangeServer", []).objects) == 2
        exchange.said["get-exchangeserver"] = said_by("x" * 120_000)
    with pytest.raises(Failed, match="says more than Exchange does"):
        shell.ask("Get-ExchangeServer", [])


def test_what_came_before_a_refusal_is_kept(shell: PsrpShell, exchange: Exchange) -> None:
    def half() -> Iterator[Any]:
        yield "one"
        raise RefusedError("And no more.")

    exchange.said["get-exchangeserver"] = half
    with pytest.raises(Refused, match=r"And no more\.") as refused:
        shell.ask("Get-ExchangeServer", [])
    assert refused.value.objects == ("<S>one</S>",)


def test_an_answer_larger_than_was_asked_for(
    shell: PsrpShell, endpoint: ExchangeShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psrp_http, "MOST_IN_AN_ANSWER", 100_000)
    endpoint.hostile["Receive"] = b"<x>" + b" " * 200_000 + b"</x>"
    with pytest.raises(Failed, match="says more than Exchange does"):
        shell.ask("Get-ExchangeServer", [])


def test_objects_deeper_than_exchange_has(shell: PsrpShell, exchange: Exchange) -> None:
    deep: Any = "x"
    for _ in range(60):
        deep = [deep]
    exchange.said["get-exchangeserver"] = said_by(deep)
    with pytest.raises(Failed, match="says more than Exchange does"):
        shell.ask("Get-ExchangeServer", [])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<html>Outlook</html>",
        b"\xff\xfe",
        b"<a>" * 5000,
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><x>&b;</x>',
    ],
)
@pytest.mark.parametrize("action", ["Create", "Command", "Receive"])
def test_what_is_no_answer_of_exchanges(endpoint: ExchangeShell, action: str, body: bytes) -> None:
    def use() -> None:
        shell = open_shell(place_of(endpoint.url), ADMIN)
        endpoint.hostile[action] = body
        shell.ask("Get-ExchangeServer", [])

    if action == "Create":
        endpoint.hostile[action] = body
    with pytest.raises(UserProblem, match=r"unlike Exchange's PowerShell|says more than Exchange does"):
        use()


def test_escapes_in_what_exchange_says_are_spelled_out(shell: PsrpShell, exchange: Exchange) -> None:
    exchange.broken["get-exchangeserver"] = "Alas \x9b2J\u202e\r\nand more " + "x" * 5000
    with pytest.raises(Failed) as refused:
        shell.ask("Get-ExchangeServer", [])
    words = str(refused.value)
    assert "\x9b" not in words
    assert "\u202e" not in words
    assert "\\x9b2J" in words
    assert len(words) < 800
