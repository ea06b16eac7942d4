"""Configurations of servers: read, refused in a sentence, or changed so that what was wanted stands there."""

from collections.abc import Callable, Mapping
from functools import cache

from tests.fuzz.documents import harmless
from tests.fuzz.mutation.words import mutate_text
from tests.fuzz.target import Target

from mailtrust.core.model.configured import Act, Cannot, Change, Edit, Files
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import (
    Answer,
    Content,
    FileAt,
    FilesLike,
    Names,
    NoAnswer,
    OutputOf,
    Printed,
    Question,
    ServerFacts,
)
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured import ConfiguredProduct, dovecot, exim, postfix, slapd

WANTED = Files("/tls/wanted.pem", "/tls/wanted.key")
MOST_ROUNDS = 30
SETTINGS = ("tls-version", "offer-tls", "send-sni-certificate", "matching-key", "mend-stapling")
PARTING = b"\n%%\n"
"""Between the files of one input."""

POSTFIX = (
    b"# main\nsmtpd_tls_chain_files =\n  /a.key, /a.pem,\n  # more\n  $other\nother = /b.key /b.pem\n"
    b"tls_server_sni_maps = hash:${config_directory}/sni\nsmtpd_tls_security_level = none\n" + PARTING
    + b"smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd\n[::1]:587 inet n - y - - smtpd\n"
    b"  -o smtpd_tls_cert_file=/c.pem -o smtpd_tls_chain_files=\n  -o { smtpd_tls_protocols = TLSv1 }\n" + PARTING
    + b"mail.example.com /d.key, /d.pem\n.example.org /e.pem\n"
)  # fmt: skip
DOVECOT = (
    b"protocols = imap pop3\n!include_try conf.d/*.conf\nssl = no\nssl_cert = </a.pem # x\nssl_key=< /a.key\n"
    b'local_name "a.example b.example" {\n  ssl_cert = </b.pem\n  ssl_min_protocol = TLSv1\n}\n' + PARTING
    + b"protocol !imap {\n  ssl_server_cert_file = /c.pem\n  ssl_server_key_file = \\\n /c.key\n}\n"
    b"service imap-login {\n  inet_listener imaps {\n    port = 1993\n    address = ::1\n    ssl = no\n  }\n}\n"
    + PARTING
)  # fmt: skip
EXIM = (
    b"A = /tls\nB == A/a.pem\n.ifdef A\n.include /etc/exim/more\n.else\ntls_certificate = /x\n.endif\n"
    b"daemon_smtp_ports = 25 : 465\nlocal_interfaces = <; 0.0.0.0 ; [::1]:26\n" + PARTING
    + b'tls_certificate = B : "A/b.pem"\nhide tls_privatekey = /a.key \\\n  : /b.key\n'
    b"tls_advertise_hosts =\nbegin acl\n"
    + PARTING
)  # fmt: skip
SLAPD = (
    b'include /etc/ldap/more\n# c\nTLSCertificateFile\n  "/a b.pem"\nTLSCipherSuite NORMAL\ndatabase mdb\n' + PARTING
    + b"tlscertificatekeyfile /a.key\nTLSProtocolMin 3.1" + PARTING
)  # fmt: skip


def _postfix(parts: list[bytes]) -> dict[str, bytes]:
    folder = "/etc/postfix"
    return {f"{folder}/main.cf": parts[0], f"{folder}/master.cf": parts[1], f"{folder}/sni": parts[2]}


def _dovecot(parts: list[bytes]) -> dict[str, bytes]:
    return {"/etc/dovecot/dovecot.conf": parts[0], "/etc/dovecot/conf.d/10.conf": parts[1]}


def _exim(parts: list[bytes]) -> dict[str, bytes]:
    return {"/etc/exim/exim.conf": parts[0], "/etc/exim/more": parts[1]}


def _slapd(parts: list[bytes]) -> dict[str, bytes]:
    return {"/etc/ldap/slapd.conf": parts[0], "/etc/ldap/more": parts[1]}


def _answer(question: Question, files: Mapping[str, bytes]) -> Answer:
    match question:
        case FileAt(path=path) if path in files:
            return Content(files[path], 0o644, "0:0", path)
        case FilesLike(pattern=pattern):
            return Names(tuple(path for path in sorted(files) if path.startswith(pattern.partition("*")[0])))
        case OutputOf(command=command) if command[-1] in ("-bV", "mail_version"):
            return Printed(0, "3.7.11\nGnuTLS\n")
        case _:
            return NoAnswer(text("There is no such thing."))


def _facts(product: ConfiguredProduct, server: Server, files: Mapping[str, bytes]) -> ServerFacts:
    facts: dict[Question, Answer] = {}
    for _ in range(MOST_ROUNDS):
        asked = product.questions(server, facts)
        assert not facts.keys() & set(asked)
        if not asked:
            return facts
        facts.update((one, _answer(one, files)) for one in asked)
    raise AssertionError("it asks without an end")


def _changed(files: Mapping[str, bytes], changes: tuple[Change, ...] | Cannot) -> dict[str, bytes]:
    after = dict(files)
    for one in (changes,) if isinstance(changes, Cannot) else changes:
        match one:
            case Edit(path=path, content=content, say=say):
                assert after[path] != content
                after[path] = content
            case Cannot(why=say) | Act(say=say):
                pass
        harmless(str(say))
    return after


def _trying(
    product: ConfiguredProduct, files_of: Callable[[list[bytes]], dict[str, bytes]], configuration: str = ""
) -> Callable[[bytes], bytes]:
    server = Server("mail", (), product=product.ID, reach="local", configuration=configuration)

    def try_it(octets: bytes) -> bytes:
        files = files_of([*octets.split(PARTING), b"", b""])
        facts = _facts(product, server, files)
        places = product.certificates(server, facts)
        if isinstance(places, Cannot):
            harmless(str(places.why))
            return str(places.why).encode("utf-8", "backslashreplace")
        for setting in SETTINGS:
            goal = ConfigureServer(setting)  # type: ignore[arg-type]
            _changed(files, product.set_up(server, facts, goal, places, (25, 993)))
        changes = product.point_to(server, facts, dict.fromkeys(places, WANTED))
        after = _changed(files, changes)
        if not isinstance(changes, Cannot):
            now = product.certificates(server, _facts(product, server, after))
            assert isinstance(now, tuple)
            assert {(one.chain_file, one.key_file) for one in now} <= {(WANTED.chain, WANTED.key)}
            assert bool(now) == bool(places)
        return b"\n".join(after.values())

    return try_it


def _configuration(
    product: ConfiguredProduct, seed: bytes, files_of: Callable[[list[bytes]], dict[str, bytes]], main: str = ""
) -> Target:
    seeds = cache(lambda: (seed, seed.replace(PARTING, b"\n")))
    return Target(
        f"{product.ID}-configuration", seeds, mutate_text, _trying(product, files_of, main), inputs=20_000, bounded=60
    )


POSTFIX_CONFIGURATION = _configuration(postfix, POSTFIX, _postfix)
DOVECOT_CONFIGURATION = _configuration(dovecot, DOVECOT, _dovecot)
EXIM_CONFIGURATION = _configuration(exim, EXIM, _exim, "/etc/exim/exim.conf")
SLAPD_CONFIGURATION = _configuration(slapd, SLAPD, _slapd, "/etc/ldap/slapd.conf")
