"""What answers in a LoadMaster's place: read in both versions, and what a plan would make of it."""

from collections.abc import Sequence

from tests.fuzz.documents import harmless
from tests.fuzz.mutation.words import mutate_text
from tests.fuzz.target import Target

from mailtrust.core.formats import kemp_v1, kemp_v2
from mailtrust.core.formats.kemp_name import CERTIFICATES, INTERMEDIATES, name_in, path_of
from mailtrust.core.formats.kemp_services import MOST_NAME, read_services, write_services
from mailtrust.core.model.configured import Act, Cannot, Files
from mailtrust.core.model.load_master import Accepted, NotTheInterface, Refused
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
)
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured import kemp

SERVER = Server("lm", (), "kemp", "kemp://admin@lm.test")
WANTED = Files(path_of(CERTIFICATES, "wanted"), path_of(CERTIFICATES, "wanted"))
SERVICE = (
    "<VS><Index>1</Index><VSAddress>10.0.0.1</VSAddress><VSPort>443</VSPort><ExtraPorts>8443</ExtraPorts><NickName>a b"
    "</NickName><SSLAcceleration>Y</SSLAcceleration><CertFile>mail web.test</CertFile><TlsType>24</TlsType></VS>"
)
XML = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<Response stat="{}" code="{}">{}</Response>'
DATA = "<Success><Data>{}</Data></Success>"
CERTS = "<cert><name>mail</name><type>RSA</type><modulus>AB</modulus></cert><cert><name>a b/c</name></cert>"
SEEDS = (
    XML.format(200, "ok", DATA.format(SERVICE + SERVICE.replace("443", "993").replace("Y<", "N<"))),
    XML.format(200, "ok", DATA.format(CERTS + SERVICE)),
    XML.format(200, "ok", DATA.format("<certificate>-----BEGIN CERTIFICATE-----\nMII=</certificate>")),
    XML.format(422, "fail", "<Error>\nUnknown VS\n</Error>"),
    (
        '{"code": 200, "VS": [{"Index": 1, "VSAddress": "10.0.0.1", "VSPort": "443", "SSLAcceleration": true, '
        '"CertFile": "mail web.test", "TlsType": "0", "Protocol": "tcp"}], "cert": [{"name": "mail"}, '
        '{"name": "web.test"}], "status": "ok"}'
    ),
    '{"code": 200, "VSAddress": "::1", "VSPort": 25, "CertFile": ["mail", "web.test"], "cert": {"name": "mail"}}',
    '{"code": 422, "message": "Certificate in use", "status": "fail"}',
)


def _seeds() -> Sequence[bytes]:
    return tuple(one.encode("latin-1") for one in SEEDS)


def _try_it(octets: bytes) -> bytes:
    told = []
    for read in (kemp_v1.read_reply, kemp_v2.read_reply):
        for status in (200, 401, 404, 500):
            reply = read(octets, status)
            told.append(repr(reply))
            match reply:
                case Refused(code=code, words=words):
                    assert code >= 400
                    harmless(words)
                case NotTheInterface(why=why):
                    harmless(str(why))
                case Accepted():
                    told.append(_planned(reply))
    return "\n".join(told).encode("utf-8", "replace")


def _planned(reply: Accepted) -> str:
    """What the product makes of it, when these are the services, and these names the certificates and the pool."""
    for name in reply.names:
        harmless(name)
        assert len(name) <= MOST_NAME + 1
        assert name_in(path_of(CERTIFICATES, name)) == name
    assert read_services(write_services(reply.services)) == reply.services
    facts: dict[Question, Answer] = {}
    for _ in range(5):
        asked = kemp.questions(SERVER, facts)
        assert not facts.keys() & set(asked)
        facts.update((one, _answer(one, reply)) for one in asked)
    assert not kemp.questions(SERVER, facts)
    places = kemp.certificates(SERVER, facts)
    if isinstance(places, Cannot):
        return str(places.why)
    made = [
        kemp.point_to(SERVER, facts, dict.fromkeys(places[:1], WANTED)),
        kemp.set_up(SERVER, facts, ConfigureServer("tls-version"), places, ()),
    ]
    for changes in made:
        for one in () if isinstance(changes, Cannot) else changes:
            assert isinstance(one, Act)
            harmless(str(one.say))
            assert all(word.isprintable() for word in (*one.command, *one.back_command))
    return repr(made)


def _answer(question: Question, reply: Accepted) -> Answer:
    match question:
        case OutputOf():
            return Printed(0, write_services(reply.services))
        case FilesLike(pattern=pattern):
            folder = CERTIFICATES if pattern.startswith(CERTIFICATES) else INTERMEDIATES
            return Names(tuple(sorted(path_of(folder, one) for one in reply.names)))
        case FileAt(path=path):
            return Content(reply.certificate.encode("utf-8", "replace"), 0o444, "0:0", path)
        case _:
            return NoAnswer(text("There is no such thing."))


LOAD_MASTER = Target("load-master", _seeds, mutate_text, _try_it, inputs=20_000, bounded=150)
