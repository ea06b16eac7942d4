"""Cyrus IMAP: imapd.conf, with a line for all services or one for each, and cyrus.conf for what listens where."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import dirname, join

from mailtrust.core.formats.option_lines import Option, read_imapd_conf
from mailtrust.core.model.configured import Cannot, Change, ConfiguredCertificate, Disruption, Files, Listening
from mailtrust.core.model.plan import RunCommand
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import FileAt, NoAnswer, Question, ServerFacts, content_of
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.editing import Replacement, decode, edits, line_before
from mailtrust.core.targets.configured.parts.pem_files import belonging_keys
from mailtrust.core.targets.configured.parts.places import shall_be

ID = "cyrus"

USUAL = "/etc/imapd.conf"
LINT = "/usr/lib/cyrus/bin/cyr_info"
MODERN = ("tls1_2", "tls1_3")
MOST_FILES = 100
CERTIFICATE = ("tls_server_cert", "tls_cert_file")
"""The second is the name that it had before version 2.5."""
KEY = ("tls_server_key", "tls_key_file")
PROGRAMS = frozenset({"imapd", "pop3d", "lmtpd", "timsieved", "nntpd", "httpd", "mupdate"})
PORTS = {"imap": 143, "imaps": 993, "pop3": 110, "pop3s": 995, "sieve": 4190, "lmtp": 24, "nntp": 119, "nntps": 563,
         "http": 80, "https": 443, "mupdate": 3905}  # fmt: skip
_SERVICES = re.compile(r"^[ \t]*SERVICES[ \t]*\{(?P<inside>[^}]*)\}", re.MULTILINE)
_SERVICE = re.compile(r"^[ \t]*(?P<name>\w+)[ \t]+(?P<said>\S[^\n]*)$", re.MULTILINE | re.ASCII)
_SAID = re.compile(r'(\w+)="([^"]*)"', re.ASCII)
_LISTEN = re.compile(r"(?:(?P<host>\[[^\]]*\]|[^:/]*):)?(?P<port>(?P<number>\d{1,5})|[a-z][\w-]*)\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Named:
    """An option, and the file that holds it."""

    path: str
    option: Option

    @property
    def values(self) -> list[str]:
        """Two files may stand there, for RSA and ECDSA."""
        return [one.strip() for one in self.option.value.split(",")]


@dataclass(slots=True, eq=False)
class _Pair:
    """A line that names certificates, the one that names their keys, and the services that they count for."""

    chain: _Named
    key: _Named | None
    """None: each key stands in the certificate's file."""
    services: dict[str, Listening]

    @property
    def key_files(self) -> list[str]:
        """One for each certificate."""
        said = self.key.values if self.key else []
        return [said[number] if number < len(said) else file for number, file in enumerate(self.chain.values)]


def questions(server: Server, facts: ServerFacts) -> tuple[Question, ...]:
    """imapd.conf with what it includes, cyrus.conf, and the files that are named."""
    wanted: list[Question] = [FileAt(_main(server)), FileAt(_services_file(server))]
    wanted += [FileAt(path) for path in _files(server, facts)]
    for place, _, _ in _places(server, facts):
        wanted += [FileAt(place.chain_file), FileAt(place.key_file)]
    return tuple(dict.fromkeys(one for one in wanted if one not in facts))


def certificates(server: Server, facts: ServerFacts) -> tuple[ConfiguredCertificate, ...] | Cannot:
    """Every tls_server_cert, with the services that it counts for."""
    for path in _files(server, facts):
        match facts.get(FileAt(path)):
            case NoAnswer(why=why):
                return Cannot(why)
    return tuple(place for place, _, _ in _places(server, facts))


def point_to(
    server: Server, facts: ServerFacts, wanted: Mapping[ConfiguredCertificate, Files]
) -> tuple[Change, ...] | Cannot:
    """Other paths in tls_server_cert and tls_server_key."""
    there = _places(server, facts)
    named = shall_be(wanted, [place for place, _, _ in there])
    if isinstance(named, Cannot):
        return named
    shall = {pair: (pair.chain.values, pair.key_files) for _, pair, _ in there}
    for (_, pair, number), files in zip(there, named, strict=True):
        shall[pair][0][number], shall[pair][1][number] = files.chain, files.key
    for files in wanted.values():
        if any(mark in files.chain + files.key for mark in ",\\\n"):
            return Cannot(text("In imapd.conf this path cannot be written: {file}", file=files.chain))
    changes = (change for pair, (chains, keys) in shall.items() for change in _pointed(facts, pair, chains, keys))
    return edits(facts, changes)


def set_up(
    server: Server,
    facts: ServerFacts,
    goal: ConfigureServer,
    places: tuple[ConfiguredCertificate, ...],
    _: tuple[int, ...],
) -> tuple[Change, ...] | Cannot:
    """Versions of TLS."""
    match goal.setting:
        case "tls-version" if places:
            return edits(facts, _versions(server, facts, places[0]))
        case "matching-key":
            keys = belonging_keys(facts, places, [place for place, _, _ in _places(server, facts)])
            return keys if isinstance(keys, Cannot) else point_to(server, facts, keys)
        case "send-sni-certificate":
            return Cannot(text("Cyrus shows one certificate to everybody: let it bear all names that clients use."))
        case _:
            return Cannot(text("Cyrus has no single line for this: follow the steps of the report."))


def disruption(_server: Server, _facts: ServerFacts) -> Disruption:
    """Whoever is connected is served to the end."""
    return "reload"


def test(server: Server) -> RunCommand | None:
    """What it prints are options that Cyrus does not know; it fails where the file cannot be read."""
    return RunCommand((server.program or LINT, "conf-lint", "-C", _main(server)))


def take_up(server: Server) -> RunCommand:
    """Its master lets every process end after its session. Debian's unit knows no reload."""
    return RunCommand(server.take_up or ("systemctl", "kill", "--kill-who=main", "--signal=HUP", "cyrus-imapd"))


def _main(server: Server) -> str:
    return server.configuration or USUAL


def _services_file(server: Server) -> str:
    return join(dirname(_main(server)), "cyrus.conf")


def _files(server: Server, facts: ServerFacts) -> list[str]:
    """imapd.conf, and what it includes: each file once."""
    files = [_main(server)]
    for path in files:
        included = [one.value for one in _options(facts, path) if one.name == "@include"]
        files += [one for one in dict.fromkeys(included) if one not in files][: MOST_FILES - len(files)]
    return files


def _options(facts: ServerFacts, path: str) -> tuple[Option, ...]:
    content = content_of(facts, path)
    return read_imapd_conf(decode(content.octets)) if content is not None else ()


def _all(server: Server, facts: ServerFacts) -> dict[str, _Named]:
    """Options by their names; Cyrus refuses to start where one is there twice."""
    return {one.name: _Named(path, one) for path in _files(server, facts) for one in _options(facts, path)}


def _services(server: Server, facts: ServerFacts) -> Iterator[tuple[str, Listening]]:
    """The services of cyrus.conf that may speak TLS: their names stand before options that are for them alone."""
    content = content_of(facts, _services_file(server))
    written = re.sub(r"#[^\n]*", "", decode(content.octets)) if content is not None else ""
    for block in _SERVICES.finditer(written):
        for match in _SERVICE.finditer(block["inside"]):
            said = dict(_SAID.findall(match["said"]))
            program = said.get("cmd", "").split()
            where = _LISTEN.match(said.get("listen", ""))
            if program and program[0].rpartition("/")[2] in PROGRAMS and where:
                port = PORTS.get(where["port"]) or int(where["number"] or 0)
                host = (where["host"] or "").strip("[]")
                if 0 < port < 2**16:
                    yield match["name"], Listening(port, {"localhost": "127.0.0.1"}.get(host, host))


def _of(options: Mapping[str, _Named], service: str, names: tuple[str, ...]) -> _Named | None:
    """What counts for a service: its own line, or the one for all."""
    every = (f"{prefix}{name}" for prefix in (f"{service}_", "") for name in names)
    return next((options[name] for name in every if name in options), None)


def _places(server: Server, facts: ServerFacts) -> list[tuple[ConfiguredCertificate, _Pair, int]]:
    options = _all(server, facts)
    pairs: dict[str, _Pair] = {}
    for service, listening in _services(server, facts):
        chain = _of(options, service, CERTIFICATE)
        if chain is not None and chain.option.value != "disabled":
            pair = pairs.setdefault(chain.option.name, _Pair(chain, _of(options, service, KEY), {}))
            pair.services[service] = listening
    return [
        (_place(pair, number, file), pair, number)
        for pair in pairs.values()
        for number, file in enumerate(pair.chain.values)
    ]


def _place(pair: _Pair, number: int, file: str) -> ConfiguredCertificate:
    return ConfiguredCertificate(
        product=ID,
        service=", ".join(pair.services),
        named_in=pair.chain.path,
        line=pair.chain.option.line,
        chain_file=file,
        key_file=pair.key_files[number],
        listens=tuple(dict.fromkeys(pair.services.values())),
    )


def _pointed(facts: ServerFacts, pair: _Pair, chains: list[str], keys: list[str]) -> Iterator[Replacement]:
    chain, key = pair.chain, pair.key
    if chains != chain.values:
        yield Replacement(chain.path, chain.option.start, chain.option.end, ",".join(chains))
    prefix = next(chain.option.name.removesuffix(one) for one in CERTIFICATE if chain.option.name.endswith(one))
    own = key is not None and key.option.name in (f"{prefix}{one}" for one in KEY)
    if key is not None and own and keys != pair.key_files:
        yield Replacement(key.path, key.option.start, key.option.end, ",".join(keys))
    elif not own and keys != (pair.key_files if key else chains):
        # There is no line for the keys, or it is others', too.
        line = f"{prefix}tls_server_key: {','.join(keys)}"
        yield line_before(facts, chain.path, chain.option.at, line)


def _versions(server: Server, facts: ServerFacts, place: ConfiguredCertificate) -> Iterator[Replacement]:
    options = _all(server, facts)
    for one in (one for name, one in options.items() if f"_{name}".endswith("_tls_versions")):
        if not set(one.option.value.split()) <= set(MODERN):
            yield Replacement(one.path, one.option.start, one.option.end, " ".join(MODERN))
    named = next((one for one in options.values() if (one.path, one.option.line) == (place.named_in, place.line)), None)
    if "tls_versions" not in options and named is not None:
        yield line_before(facts, named.path, named.option.at, f"tls_versions: {' '.join(MODERN)}")
