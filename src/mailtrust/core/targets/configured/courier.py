"""Courier: a shell file of settings for each service, and files for single names and addresses beside a certificate."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import join

from mailtrust.core.formats.option_lines import Option, read_assignments
from mailtrust.core.model.configured import Cannot, Change, ConfiguredCertificate, Disruption, Files, Listening
from mailtrust.core.model.plan import RunCommand
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import FileAt, FilesLike, Names, NoAnswer, Question, ServerFacts, content_of
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.editing import Replacement, decode, edits, lines_after, without_line
from mailtrust.core.targets.configured.parts.pem_files import belonging_keys
from mailtrust.core.targets.configured.parts.places import shall_be

ID = "courier"

USUAL = "/etc/courier"
# What a service reads, its own file last; the last word counts. Where it listens unless PORT or SSLPORT says another.
SERVICES: tuple[tuple[tuple[str, ...], str, int], ...] = (
    (("imapd", "imapd-ssl"), "SSLPORT", 993),
    (("imapd-ssl", "imapd"), "PORT", 143),
    (("pop3d", "pop3d-ssl"), "SSLPORT", 995),
    (("pop3d-ssl", "pop3d"), "PORT", 110),
    (("esmtpd", "esmtpd-ssl"), "SSLPORT", 465),
    (("esmtpd",), "PORT", 25),
    (("esmtpd", "esmtpd-msa"), "PORT", 587),
)
FILES = ("imapd", "imapd-ssl", "pop3d", "pop3d-ssl", "esmtpd", "esmtpd-ssl", "esmtpd-msa")
PRIORITY = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
_PRIORITY = re.compile(r"VERS-(SSL3\.0|TLS1\.0|TLS1\.1)|NORMAL(?!.*-VERS-ALL)")
_FOR_ONE = re.compile(r"(?=.*\.)[\w*-]+(\.[\w-]+)*\Z|[0-9A-Fa-f.:]+\Z", re.ASCII)
_PORT = re.compile(r"(?:(?P<address>[\d.]+)\.)?(?:(?P<port>\d{1,5})|(?P<name>[a-z]\w*))\Z", re.ASCII)
_PORTS = {"smtp": 25, "smtps": 465, "submission": 587, "imap": 143, "imaps": 993, "pop3": 110, "pop3s": 995}
_WRITABLE = re.compile(r"[\w./@%+=,:-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Named:
    """A TLS_CERTFILE, and the TLS_PRIVATE_KEYFILE that counts with it."""

    path: str
    chain: Option
    key: Option | None


def questions(server: Server, facts: ServerFacts) -> tuple[Question, ...]:
    """The services' files, the certificates that they name, and those for single names beside them."""
    wanted: list[Question] = [FileAt(_file(server, name)) for name in FILES]
    wanted += [FilesLike(f"{named.chain.value}.*") for named in _named(server, facts)]
    for place, _ in _places(server, facts):
        wanted += [FileAt(place.chain_file), FileAt(place.key_file)]
    return tuple(dict.fromkeys(one for one in wanted if one not in facts))


def certificates(server: Server, facts: ServerFacts) -> tuple[ConfiguredCertificate, ...] | Cannot:
    """Every TLS_CERTFILE, with the services that it counts for, and the files for single names or addresses."""
    answers = [facts.get(FileAt(_file(server, name))) for name in FILES]
    refusals = [one for one in answers if isinstance(one, NoAnswer)]
    if len(refusals) == len(FILES):
        return Cannot(refusals[0].why)
    return tuple(place for place, _ in _places(server, facts))


def point_to(
    server: Server, facts: ServerFacts, wanted: Mapping[ConfiguredCertificate, Files]
) -> tuple[Change, ...] | Cannot:
    """Another path in TLS_CERTFILE, and in TLS_PRIVATE_KEYFILE where the key stands apart."""
    there = _places(server, facts)
    shall = shall_be(wanted, [place for place, _ in there])
    if isinstance(shall, Cannot):
        return shall
    replacements: list[Replacement] = []
    for (now, named), files in zip(there, shall, strict=True):
        if (files.chain, files.key) == (now.chain_file, now.key_file):
            continue
        if now.in_place:
            return Cannot(
                text("Courier finds {file} by its name: let that file hold the certificate.", file=now.chain_file)
            )
        if not (_WRITABLE.fullmatch(files.chain) and _WRITABLE.fullmatch(files.key)):
            return Cannot(text("In Courier's files this path cannot be written: {file}", file=files.chain))
        replacements += _pointed(facts, named, now, files)
    return edits(facts, replacements)


def set_up(
    server: Server,
    facts: ServerFacts,
    goal: ConfigureServer,
    places: tuple[ConfiguredCertificate, ...],
    _ports: tuple[int, ...],
) -> tuple[Change, ...] | Cannot:
    """Versions of TLS: by TLS_PRIORITY where Courier is built with GnuTLS, as Debian's is, else by TLS_PROTOCOL."""
    if goal.setting == "matching-key":
        keys = belonging_keys(facts, places, [place for place, _ in _places(server, facts)])
        return keys if isinstance(keys, Cannot) else point_to(server, facts, keys)
    if goal.setting != "tls-version":
        return Cannot(text("Courier has no single line for this: follow the steps of the report."))
    replacements: list[Replacement] = []
    said = False
    for path in dict.fromkeys(place.named_in for place in places):
        for one in _options(facts, path):
            old = one.name == "TLS_PRIORITY" and _PRIORITY.search(one.value)
            if one.name == "TLS_PRIORITY":
                said = True
            if old:
                replacements.append(Replacement(path, one.start, one.end, f'"{PRIORITY}"'))
            if one.name == "TLS_PROTOCOL" and one.value:
                said = True
                if "TLSv1.2" not in one.value and "TLSv1.3" not in one.value:
                    replacements.append(Replacement(path, one.start, one.end, "TLSv1.2"))
    if not said:
        return Cannot(
            text(
                "Neither TLS_PRIORITY nor TLS_PROTOCOL is set: which of the two counts, depends on how Courier was "
                "built. Follow the steps of the report."
            )
        )
    return edits(facts, replacements)


def disruption(_server: Server, _facts: ServerFacts) -> Disruption:
    """Whoever is connected is cut off."""
    return "restart"


def test(_: Server) -> RunCommand | None:
    """Courier has none."""
    return None


def take_up(server: Server) -> RunCommand:
    """A restart of whatever of it runs: connections are cut."""
    return RunCommand(server.take_up or ("systemctl", "try-restart", "courier-imap*", "courier-pop*", "courier-mta*"))


def _file(server: Server, name: str) -> str:
    return join(server.configuration or USUAL, name)


def _options(facts: ServerFacts, path: str) -> tuple[Option, ...]:
    content = content_of(facts, path)
    return read_assignments(decode(content.octets)) if content is not None else ()


def _last(facts: ServerFacts, path: str, name: str) -> Option | None:
    """The last assignment counts; one that a shell has to work out is none."""
    found = next((one for one in reversed(_options(facts, path)) if one.name == name), None)
    return None if found is None or re.search(r"[$`\\]", found.value) else found


def _named(server: Server, facts: ServerFacts) -> list[_Named]:
    found = []
    for name in FILES:
        path = _file(server, name)
        chain, key = _last(facts, path, "TLS_CERTFILE"), _last(facts, path, "TLS_PRIVATE_KEYFILE")
        if chain is not None and chain.value.startswith("/"):
            found.append(_Named(path, chain, key if key and key.value else None))
    return found


def _listens(server: Server, facts: ServerFacts, named: _Named) -> Iterator[Listening]:
    """Where those services listen for which this file has the last word."""
    with_one = {one.path for one in _named(server, facts)}
    for files, option, usual in SERVICES:
        paths = [_file(server, name) for name in files]
        last = [path for path in paths if path in with_one][-1:]
        if last != [named.path] or content_of(facts, paths[-1]) is None:
            continue
        said = next((one for path in reversed(paths) if (one := _last(facts, path, option)) and one.value), None)
        for word in said.value.split(",") if said else [str(usual)]:
            match = _PORT.match(word.strip())
            port = int(match["port"] or _PORTS.get(match["name"], 0)) if match else 0
            if match and port:
                yield Listening(port, match["address"] or "")


def _places(server: Server, facts: ServerFacts) -> list[tuple[ConfiguredCertificate, _Named]]:
    places = []
    for named in _named(server, facts):
        listens = tuple(dict.fromkeys(_listens(server, facts, named)))
        service, file = named.path.rpartition("/")[2], named.chain.value
        place = ConfiguredCertificate(
            product=ID,
            service=service,
            named_in=named.path,
            line=named.chain.line,
            chain_file=file,
            key_file=named.key.value if named.key else file,
            listens=listens,
        )
        places.append((place, named))
        beside = facts.get(FilesLike(f"{file}.*"))
        for path in beside.paths if isinstance(beside, Names) else ():
            single = path.removeprefix(f"{file}.")
            if _FOR_ONE.match(single):
                places.append((_for_one(place, path, single), named))
    return places


def _for_one(place: ConfiguredCertificate, path: str, single: str) -> ConfiguredCertificate:
    """A file for one server name, or for one address of the server: its name ends in that (couriertls(1))."""
    address = bool(re.fullmatch(r"[\d.]+|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+", single))
    return ConfiguredCertificate(
        product=ID,
        service=f"{place.service} {single}",
        named_in=place.named_in,
        line=place.line,
        chain_file=path,
        key_file=path if place.key_file == place.chain_file else place.key_file,
        listens=tuple(Listening(one.port, single) for one in place.listens) if address else place.listens,
        names=() if address else (single,),
        is_default=address,
        in_place=True,
    )


def _pointed(facts: ServerFacts, named: _Named, now: ConfiguredCertificate, files: Files) -> Iterator[Replacement]:
    chain, key = named.chain, named.key
    if files.chain != now.chain_file:
        yield Replacement(named.path, chain.start, chain.end, files.chain)
    if key is not None and files.key == files.chain:
        yield without_line(facts, named.path, key.at, key.end)
    elif key is not None and files.key != now.key_file:
        yield Replacement(named.path, key.start, key.end, files.key)
    elif key is None and files.key != files.chain:
        yield lines_after(facts, named.path, chain.at, chain.end, f"TLS_PRIVATE_KEYFILE={files.key}")
