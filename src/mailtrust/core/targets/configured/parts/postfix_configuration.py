"""Postfix's configuration as its smtpd services see it: main.cf, and what master.cf sets for a service alone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import basename, dirname, join

from mailtrust.core.formats.postfix_cf import (
    PostfixCfError,
    Service,
    Value,
    changed,
    expanded,
    read_main,
    read_master,
)
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Cannot, Listening
from mailtrust.core.model.server_facts import FileAt, NoAnswer, OutputOf, Printed, Question, ServerFacts, content_of
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.editing import Replacement, decode

USUAL = "/etc/postfix"
SERVICES = FileAt("/etc/services")
PORTS = {"smtp": 25, "smtps": 465, "submissions": 465, "ssmtp": 465, "submission": 587}
"""Where /etc/services does not tell them."""

_ENTRY = re.compile(r"^([\w.+-]+)[ \t]+(\d{1,5})/tcp\b([^#\n]*)", re.MULTILINE | re.ASCII)
_PLACE = re.compile(r"(?:\[?(?P<address>[^\]]*)\]?:)?(?P<port>[\w.+-]+)")


def folder_of(server: Server) -> str:
    """Where main.cf and master.cf are."""
    said = server.configuration.rstrip("/") or USUAL
    return dirname(said) if said.endswith(".cf") else said


def program(server: Server, name: str) -> tuple[str, ...]:
    """One of Postfix's commands, for this configuration."""
    path = join(dirname(server.program), name) if server.program else name
    return (path, "-c", folder_of(server)) if server.configuration else (path,)


@dataclass(frozen=True, eq=False)
class Configuration:
    """What is set, and where."""

    server: Server
    facts: ServerFacts = field(repr=False)
    main: Mapping[str, Value]
    services: tuple[Service, ...]
    """Those that are smtpd."""
    screened: tuple[Service, ...]
    """Where postscreen listens, which hands its clients on to smtpd."""
    unknown: dict[Question, None] = field(default_factory=dict)
    """What else has to be asked, to tell what a value stands for."""

    @property
    def main_path(self) -> str:
        """main.cf."""
        return join(folder_of(self.server), "main.cf")

    @property
    def master_path(self) -> str:
        """master.cf."""
        return join(folder_of(self.server), "master.cf")

    def source(self, path: str) -> str:
        """The text of a file."""
        content = content_of(self.facts, path)
        return decode(content.octets) if content is not None else ""

    def value(self, service: Service | None, name: str) -> Value | None:
        """Where a parameter is set for a service; None: nowhere."""
        own = service.settings.get(name) if service is not None else None
        return own or self.main.get(name)

    def said(self, service: Service | None, name: str) -> str | None:
        """What a parameter is set to; empty: to nothing; None: it cannot be told."""
        value = self.value(service, name)
        return self.expanded(service, value.whole) if value is not None else ""

    def expanded(self, service: Service | None, value: str) -> str | None:
        """A value with the parameters that it names replaced; None: it cannot be told."""

        def known(name: str) -> str | None:
            if (there := self.value(service, name)) is not None:
                return there.whole
            if name == "config_directory":
                return folder_of(self.server)
            asked = OutputOf((*program(self.server, "postconf"), "-xh", name))
            answer = self.facts.get(asked)
            self.unknown[asked] = None
            return answer.output.strip() if isinstance(answer, Printed) and answer.status == 0 else None

        return expanded(value, known)

    def listens(self, service: Service) -> tuple[Listening, ...]:
        """The ports whose clients a service speaks to."""
        shown = self.screened if service.type == "pass" else (service,)
        return tuple(place for one in shown if (place := self._listening(one)))

    def at(self, ports: tuple[int, ...]) -> tuple[Service, ...]:
        """The services of these ports; all, where none listens there under that number."""
        found = tuple(one for one in self.services if any(place.port in ports for place in self.listens(one)))
        return found or self.services

    def put(self, service: Service | None, wanted: Mapping[str, str], near: Value | None) -> Iterator[Replacement]:
        """Set parameters, for one service or in main.cf: where they stand, or else behind `near`."""
        path = self.main_path if service is None else self.master_path
        own = self.main if service is None else service.settings
        new = {}
        for name, value in wanted.items():
            if self.said(service, name) == value:
                continue
            if name in own:
                gap = " " if service is None and not own[name].whole else ""
                yield Replacement(path, own[name].at, own[name].end, gap + value)
            else:
                new[name] = value
        if new and service is not None:
            at = near.after if near is not None else service.end
            yield Replacement(path, at, at, "".join(f" -o {name}={value}" for name, value in new.items()))
        elif new:
            source = self.source(path)
            at = near.after if near is not None else len(source)
            lines = "".join(f"{name} = {value}\n" for name, value in new.items())
            ended = at == 0 or source[at - 1] == "\n"
            yield Replacement(path, at, at, lines if ended else "\n" + lines.rstrip("\n"))

    def written(self, path: str, value: Value, items: tuple[str, ...]) -> Iterator[Replacement]:
        """A value with these words."""
        separator = "," if path == self.master_path else ", "
        if items == value.items or " ".join(items) == value.whole:
            return
        for start, end, new in changed(self.source(path), value, items, separator):
            yield Replacement(path, start, end, new)

    def _listening(self, service: Service) -> Listening | None:
        match = _PLACE.fullmatch(self.expanded(None, service.name) or "")
        if match is None:
            return None
        name, address = match["port"], match["address"] or ""
        port = int(name) if name.isdecimal() and len(name) <= 5 else self._port(name)
        return Listening(port, "" if address in ("*", "0.0.0.0", "::") else address) if port else None  # noqa: S104

    def _port(self, name: str) -> int | None:
        for entry in _ENTRY.finditer(self.source(SERVICES.path)):
            if name in (entry[1], *entry[3].split()):
                return int(entry[2])
        return PORTS.get(name)


def read_configuration(server: Server, facts: ServerFacts) -> Configuration | Cannot:
    """The configuration, or why it cannot be read."""
    folder = folder_of(server)
    for name in ("main.cf", "master.cf"):
        match facts.get(FileAt(join(folder, name))):
            case NoAnswer(why=why):
                return Cannot(why)
    try:
        name = "main.cf"
        main = read_main(_source(facts, join(folder, name)))
        name = "master.cf"
        services = read_master(_source(facts, join(folder, name)))
    except PostfixCfError as error:
        return Cannot(
            text("The configuration cannot be read: {detail}", detail=clean(f"{join(folder, name)}, {error}", 300))
        )
    return Configuration(
        server,
        facts,
        main,
        tuple(one for one in services if one.type in ("inet", "pass") and basename(one.command) == "smtpd"),
        tuple(one for one in services if one.type == "inet" and basename(one.command) == "postscreen"),
    )


def _source(facts: ServerFacts, path: str) -> str:
    content = content_of(facts, path)
    return decode(content.octets) if content is not None else ""
