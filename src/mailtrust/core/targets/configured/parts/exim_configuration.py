"""Exim's configuration: one file, or Debian's, of which `update-exim4.conf` makes one; and where Exim listens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailtrust.core.formats.exim_conf import EximConf, EximConfError, Setting, read_exim_conf
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Cannot, Listening
from mailtrust.core.model.server_facts import (
    FileAt,
    FilesLike,
    Names,
    NoAnswer,
    OutputOf,
    Printed,
    Question,
    ServerFacts,
    content_of,
)
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.editing import decode

DEBIAN = "/etc/exim4"
DEFAULTS = FileAt("/etc/default/exim4")
"""Where Debian's service gets its options from, `-oX` with its ports among them."""
PORTS = {"smtp": 25, "smtps": 465, "ssmtp": 465, "submissions": 465, "submission": 587}

_NAMED = re.compile(r"^Configuration file is (\S+)", re.MULTILINE)
_PART = re.compile(r"[A-Za-z0-9_-]+")
_SPLIT = re.compile(r"^[ \t]*dc_use_split_config=['\"]?true", re.MULTILINE | re.IGNORECASE)
_PLACES = re.compile(r"^[ \t]*SMTPLISTENEROPTIONS=.*?-oX[ \t]*(['\"]?)([^'\"\n]*)", re.MULTILINE)
_PLACE = re.compile(r"\[(?P<literal>[^\]]*)\](?::(?P<port>\d+))?|(?P<dotted>\d+\.\d+\.\d+\.\d+)(?:\.(?P<behind>\d+))?")


@dataclass(frozen=True, eq=False)
class Configuration:
    """What is set, and how it came about."""

    exim: EximConf
    is_generated: bool
    """Whether Debian's `update-exim4.conf` makes the file that Exim reads."""
    local: str
    """The file of macros that an administrator keeps beside Debian's own; empty: there is none."""
    facts: ServerFacts = field(repr=False)
    questions: tuple[Question, ...] = ()

    def value(self, name: str) -> str:
        """What an option is set to; empty: to nothing, or not at all."""
        said = self.exim.options.get(name)
        return said.value if said is not None else ""

    def target(self, setting: Setting) -> Setting:
        """Where to write another value: the macro that it is, if it is one."""
        return self.exim.origin(setting)

    def listens(self) -> tuple[Listening, ...]:
        """The ports of the daemon."""
        content = content_of(self.facts, DEFAULTS.path) if self.is_generated else None
        told = _PLACES.search(decode(content.octets)) if content is not None else None
        ports = [_port(one) for one in _list(self.value("daemon_smtp_ports") or "smtp")]
        interfaces = _list(self.value("local_interfaces"))
        if told is not None:  # the command's own list wins over both (specification, 13)
            said = _list(told[2].replace('"', " ").strip())
            interfaces = [one for one in said if not one.isalnum()] or interfaces
            ports = [_port(one) for one in said if one.isalnum()] or ports
        found = [place for one in interfaces or ["0.0.0.0"] for place in _places(one, ports)]  # noqa: S104
        return tuple(dict.fromkeys(found))


def program(server: Server) -> str:
    """What Exim is called."""
    return server.program or ("exim4" if is_debians(server) else "exim")


def is_debians(server: Server) -> bool:
    """Whether its configuration is looked for where Debian has it."""
    return not server.configuration or server.configuration.rstrip("/") == DEBIAN


def build(server: Server) -> OutputOf:
    """Which file it reads, and what it is built with."""
    named = (program(server),) if is_debians(server) else (program(server), "-C", server.configuration)
    return OutputOf((*named, "-bV"))


def read_configuration(server: Server, facts: ServerFacts) -> Configuration | Cannot:
    """The configuration as far as it is known; or why it cannot be read."""
    asked: dict[Question, None] = {build(server): None}
    files = [server.configuration]
    is_generated, local = False, ""
    if is_debians(server):
        own, settings = FileAt(f"{DEBIAN}/exim4.conf"), FileAt(f"{DEBIAN}/update-exim4.conf.conf")
        asked |= {own: None, settings: None}
        is_generated = content_of(facts, own.path) is None and content_of(facts, settings.path) is not None
        if is_generated:
            asked[DEFAULTS] = None
            files = list(_debians(facts, settings, asked))
            known = [path for path in files if path.endswith("localmacros") and content_of(facts, path) is not None]
            local = known[-1] if known else ""
        else:
            said = facts.get(build(server))
            named = _NAMED.search(said.output) if isinstance(said, Printed) else None
            files = [own.path if content_of(facts, own.path) is not None else named[1] if named else own.path]
    for path in files:
        asked[FileAt(path)] = None
        answer = facts.get(FileAt(path))
        if isinstance(answer, NoAnswer) and not path.endswith("localmacros"):
            return Cannot(answer.why)
    sources = ((path, decode(content.octets)) for path in files if (content := content_of(facts, path)) is not None)

    def included(path: str) -> str | None:
        content = content_of(facts, path)
        return decode(content.octets) if content is not None else None

    try:
        exim = read_exim_conf(sources, included)
    except EximConfError as error:
        return Cannot(text("The configuration cannot be read: {detail}", detail=clean(str(error), 300)))
    asked |= {FileAt(path): None for path in exim.files}
    return Configuration(exim, is_generated, local, facts, tuple(asked))


def _debians(facts: ServerFacts, settings: FileAt, asked: dict[Question, None]) -> Iterator[str]:
    """The files of which `update-exim4.conf` makes the main section, in its order."""
    content = content_of(facts, settings.path)
    if content is None or not _SPLIT.search(decode(content.octets)):
        yield f"{DEBIAN}/exim4.conf.localmacros"
        yield f"{DEBIAN}/exim4.conf.template"
        return
    pattern = FilesLike(f"{DEBIAN}/conf.d/main/*")
    asked[pattern] = None
    match facts.get(pattern):
        case Names(paths=paths):
            for path in paths:
                if _PART.fullmatch(path.rpartition("/")[2]):
                    yield f"{path}.rul" if f"{path}.rul" in paths else path


def _list(said: str) -> list[str]:
    """An Exim list: parted by colons, or by what is named behind a `<` (specification, 6.21)."""
    separator = ":"
    if said.startswith("<") and len(said) > 1:
        separator, said = said[1], said[2:]
    elif "::" in said:  # a colon of an address, doubled
        said = said.replace("::", "\0")
    return [one.strip().replace("\0", ":") for one in said.split(separator) if one.strip()]


def _port(said: str) -> int:
    return int(said[:6]) if said.isdecimal() else PORTS.get(said, 0)


def _places(said: str, ports: list[int]) -> Iterator[Listening]:
    match = _PLACE.fullmatch(said)
    address = (match["literal"] or match["dotted"] or "") if match is not None else said
    own = (match["port"] or match["behind"]) if match is not None else None
    for port in [_port(own)] if own else ports:
        if 0 < port <= 65_535:
            yield Listening(port, "" if address in ("0.0.0.0", "::0", "::") else address)  # noqa: S104
