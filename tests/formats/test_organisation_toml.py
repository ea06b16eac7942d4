"""`mailtrust.toml`: what it may say, and what is said to whoever mistypes it."""

import contextlib
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailtrust.core.formats.organisation_toml import Known, OrganisationError, read_organisation
from mailtrust.core.formats.organisation_wire import AcceptWire, OrganisationWire, ServerWire
from mailtrust.core.model.acceptance import Accepted
from mailtrust.core.model.organisation import Organisation
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Place, Server, Threshold
from mailtrust.core.model.text import text


def read_proxy(given: str) -> None:
    if not given.startswith("http://"):
        raise UserProblem(text("Expected a proxy such as http://proxy.example.com:3128."))


KNOWN = Known(
    clients=("gmail-android", "outlook-windows", "openssl"),
    rules=lambda: ("chain-incomplete", "chain-root-included", "expired"),
    products=("nginx", "postfix", "dovecot", "kemp"),
    ways=("firefox", "gpo"),
    read_proxy=read_proxy,
)


def read(document: str | bytes) -> Organisation:
    return read_organisation(document if isinstance(document, bytes) else document.encode(), "mailtrust.toml", KNOWN)


def refused(document: str | bytes) -> list[str]:
    """What is said of each mistake, without the file's name."""
    with pytest.raises(OrganisationError) as caught:
        read(document)
    first, *said = str(caught.value).splitlines()
    assert first == "mailtrust.toml cannot be used."
    return [line.removeprefix("mailtrust.toml:") for line in said]


def test_how_a_servers_files_are_come_by() -> None:
    organisation = read("""
[[server]]
name = "web"
product = "nginx"
endpoints = ["https://mail.example.com"]
reach = "ssh://admin@web.example.com:2222"
sudo = true
configuration = "/opt/nginx/nginx.conf"
program = "/opt/nginx/sbin/nginx"
take_up = ["systemctl", "reload", "nginx"]
""")
    (server,) = organisation.servers
    assert (server.reach, server.sudo) == ("ssh://admin@web.example.com:2222", True)
    assert (server.configuration, server.program) == ("/opt/nginx/nginx.conf", "/opt/nginx/sbin/nginx")
    assert server.take_up == ("systemctl", "reload", "nginx")


def test_how_a_load_master_is_come_by() -> None:
    (server,) = read(f"""
[[server]]
name = "balancer"
product = "kemp"
reach = "kemp://admin@lm.example.com:8443"
password_file = "lm.password"
fingerprint = "SHA256:{":".join(["AB"] * 32)}"
client_certificate = "admin.pem"
""").servers
    assert (server.reach, server.password_file) == ("kemp://admin@lm.example.com:8443", "lm.password")
    assert (server.fingerprint, server.client_certificate) == (f"sha256:{'ab' * 32}", "admin.pem")
    assert "Expected kemp://HOST" in refused('[[server]]\nname = "lm"\nreach = "kemp://a:0"\n')[0]
    assert "Expected sha256:" in refused('[[server]]\nname = "lm"\nfingerprint = "ab"\n')[0]


@pytest.mark.parametrize("reach", ["here", "ssh://", "ssh://a b@c", "ssh://-oProxyCommand=x", "root@host", "LOCAL"])
def test_a_way_that_there_is_not(reach: str) -> None:
    (said,) = refused(f'[[server]]\nname = "web"\nreach = "{reach}"\n')
    assert "Expected local, ssh://USER@HOST" in said


def test_a_machine_is_opened_in_one_way_for_all_its_servers() -> None:
    web = '[[server]]\nname = "web"\nreach = "ssh://admin@mail.example.com"\n'
    mail = web.replace('"web"', '"mail"')
    assert [server.sudo for server in read(f"{web}sudo = true\n{mail}sudo = true\n").servers] == [True, True]
    read(f'{web}sudo = true\n[[server]]\nname = "elsewhere"\nreach = "local"\n[[server]]\nname = "met"\n')
    (said,) = refused(f"{web}{mail}sudo = true\n")
    assert said.startswith("7: server[2].sudo: Expected the same as in line 1: “web” is reached there too"), said
    (said,) = refused(f"{web}sudo = true\n{mail}")
    assert said.startswith("5: server[2].sudo: Expected the same as in line 1"), said
    (said,) = refused(f'{web}{mail}password_file = "other"\n'.replace("ssh://", "kemp://"))
    assert said.startswith("7: server[2].password_file: "), said


def test_sudo_is_true_or_false() -> None:
    (said,) = refused('[[server]]\nname = "web"\nsudo = "yes"\n')
    assert "true or false, without quotes" in said


def test_everything_that_can_be_said() -> None:
    assert read("""
domains = ["example.com", "Example.ORG.", "example.com"]
clients = ["gmail-android", "OpenSSL"]
warn = "30d"
critical = "5%"
proxy = "http://proxy.example.com:3128"
roots = ["certificates/our-root.pem"]
deployed = ["gpo"]
store = "kept/store.db"
key_file = "kept/store.key"

[[server]]
name = "mail.example.com"
product = "Postfix"

[[server]]
name = "webmail"
product = "nginx"
endpoints = ["https://mail.example.com/owa", "[2001:db8::1]:993", "192.0.2.1"]

[[accept]]
rule = "chain-root-included"
endpoint = "mail.example.com"
reason = "the balancer cannot leave it out"
until = 2027-06-30
""") == Organisation(
        file="mailtrust.toml",
        domains=("example.com", "example.org"),
        servers=(
            Server("mail.example.com", (Place("mail.example.com", "mail.example.com", None),), "postfix"),
            Server(
                "webmail",
                (
                    Place("https://mail.example.com/owa", "mail.example.com", 443),
                    Place("[2001:db8::1]:993", "2001:db8::1", 993),
                    Place("192.0.2.1", "192.0.2.1", None),
                ),
                "nginx",
            ),
        ),
        clients=("gmail-android", "openssl"),
        warn=Threshold(days=30),
        critical=Threshold(percent=5),
        proxy="http://proxy.example.com:3128",
        roots=("certificates/our-root.pem",),
        deployed=("gpo",),
        accepted=(
            Accepted(
                "chain-root-included", "mail.example.com", "the balancer cannot leave it out", date(2027, 6, 30), 21
            ),
        ),
        store="kept/store.db",
        key_file="kept/store.key",
    )


def test_an_empty_file_says_nothing() -> None:
    assert read("# nothing yet\n") == Organisation(file="mailtrust.toml")


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        ("*", "*"),
        ("Mail.Example.com", "mail.example.com"),
        ("mail.example.com:25", "mail.example.com:25"),
        ("[2001:db8::1]:25", "[2001:db8::1]:25"),
        ("imaps://mail.example.com", "imaps://mail.example.com:993"),
        ("submissions://mail.example.com", "smtps://mail.example.com:465"),
        ("imap://mail.example.com:143@192.0.2.1#rsa", "imap://mail.example.com:143@192.0.2.1#rsa"),
    ],
)
def test_endpoints_are_written_as_reports_write_them(written: str, pattern: str) -> None:
    accept = f'[[accept]]\nrule = "expired"\nendpoint = "{written}"\nreason = "x"\nuntil = 2027-01-01'
    assert read(accept).accepted[0].endpoint == pattern


ACCEPT = '[[accept]]\nrule = "expired"\nendpoint = "*"\nreason = "x"\nuntil = 2027-01-01\n'

MISTAKES = (Path(__file__).parent / "organisation_mistakes.txt").read_text("utf-8").split("----\n")
"""A file each, and after `>>> ` what is said of it."""


@pytest.mark.parametrize("case", MISTAKES)
def test_what_is_said_of_a_mistake(case: str) -> None:
    document, *said = case.rstrip("\n").split("\n>>> ")
    assert refused(document) == said


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"a = 1\n# \xe9\n", "2: Expected UTF-8, got another encoding. Save the file as UTF-8, without UTF-16."),
        ("a = 1".encode("utf-16"), "1: Expected UTF-8, got another encoding. Save the file as UTF-8, without UTF-16."),
        (b"#" * (2**20 + 1), "1: Expected at most 1 MiB, got more."),
        ("\n" + "a . " * 90 + "b = 1", "2: Expected a key or a name, got 20 parts and more."),
        ("['a'" + ".'a'" * 90 + "]", "1: Expected a key or a name, got 20 parts and more."),
        (f"x = {'[' * 9000}{']' * 9000}", "1: Expected the keys of mailtrust.toml, got a text nested too deeply."),
    ],
)
def test_what_is_said_of_what_cannot_be_read(document: str | bytes, said: str) -> None:
    assert refused(document) == [said]


def test_all_mistakes_are_told_at_once_and_in_their_order() -> None:
    assert [int(line.partition(":")[0]) for line in refused(f"{ACCEPT}x = 1\n[[server]]\ny = 2\n[z]\n")] == [6, 7, 8, 9]


def test_of_very_many_mistakes_the_first_are_told() -> None:
    said = refused("".join(f"k{number} = 1\n" for number in range(60)))
    assert len(said) == 51
    assert said[-1] == "... and 10 more."


def test_notepads_byte_order_mark_is_no_mistake() -> None:
    assert read('\ufeffwarn = "5d"\r\n').warn == Threshold(days=5)


FRAGMENTS = st.sampled_from(
    [
        *("domains = [", "]", "'example.com'", ",", "\n", "[[server]]\n", "name = 'mail'\n", "product = 'nginx'\n"),
        *("endpoints", " = ", "[[accept]]\n", "rule = 'expired'\n", "until = 2027-01-01\n", "endpoint = '*'\n"),
        *("reason = ''\n", "{", "}", '"""', "'", "warn = '5%'\n", "clients = ['openssl']\n", "#", "\r", "5", "inf"),
        *("1979-05-27T07:32:00Z", "roots = {a = 1}\n", "[server.x]\n", "accept.x = 1\n", "[a.b]\n", "\x1b", "é"),
        "proxy = 'http://\\u0000'\n",
    ]
)


@given(st.text() | st.lists(FRAGMENTS, max_size=20).map("".join) | st.binary())
@example("x = " + "1" * 5000)
@example("[[accept]]\r\n")
@example("a.b.c = 1\na.b.d = {}\n")
def test_any_text_is_an_organisation_or_mistakes_with_lines(document: str | bytes) -> None:
    data = document.encode("utf-8", "surrogatepass") if isinstance(document, str) else document
    with contextlib.suppress(OrganisationError):
        organisation = read(data)
        # Nothing that was written is lost on the way.
        written = tomllib.loads(data.decode("utf-8-sig"))
        assert len(written.get("server", ())) == len(organisation.servers)
        assert len(written.get("accept", ())) == len(organisation.accepted)
        assert bool(written.get("domains")) == bool(organisation.domains)
        return
    with pytest.raises(OrganisationError) as caught:
        read(data)
    mistakes = caught.value.mistakes
    assert mistakes
    for mistake in mistakes:
        assert 1 <= mistake.line <= data.count(b"\n") + 1
        assert str(mistake.said).startswith(f"mailtrust.toml:{mistake.line}: ")
        assert str(mistake.said).isprintable()


@pytest.mark.parametrize("table", [OrganisationWire, ServerWire, AcceptWire])
def test_no_table_takes_a_key_of_the_whole_file(table: type) -> None:
    """Otherwise a misplaced key could not be told from a good one."""
    if table is not OrganisationWire:
        assert not set(OrganisationWire.__struct_fields__) & set(table.__struct_fields__)


def test_what_is_renewed() -> None:
    organisation = read("""
[[server]]
name = "web"
endpoints = ["https://mail.example.com"]
reach = "local"
[[renew]]
name = "mail"
names = ["mail.example.com", "192.0.2.1", "*.example.com"]
by = "LetsEncrypt"
servers = ["web"]
dns_update = "192.0.2.53"
tsig_file = "update.key"
key = "ec-p256"
at = "33%"
[[renew]]
name = "inside"
names = ["mail.example.internal"]
by = "ca"
keep_key = true
[apply]
approvals = 1
""")
    mail, inside = organisation.renewed
    assert mail.names == ("mail.example.com", "192.0.2.1", "*.example.com")
    assert (mail.servers, mail.key, mail.at, mail.keep_key) == (("web",), "ec-p256", Threshold(percent=33), False)
    assert mail.directory == "https://acme-v02.api.letsencrypt.org/directory"
    assert (inside.is_acme, inside.keep_key, inside.days) == (False, True, 397)
    assert organisation.approvals == 1
