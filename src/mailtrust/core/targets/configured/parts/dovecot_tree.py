"""Dovecot's configuration as one tree, included files put in; and the ports that its services listen on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import dirname, join

from mailtrust.core.formats.dovecot_conf import DovecotConfError, Entry, read_dovecot_conf
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Cannot, Listening
from mailtrust.core.model.server_facts import FileAt, FilesLike, Names, NoAnswer, Question, ServerFacts, content_of
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.editing import decode

USUAL = "/etc/dovecot/dovecot.conf"
FILTERS = ("local", "remote", "local_name", "protocol")
INCLUDES = ("!include", "!include_try")
CONTENTS = ("ssl_cert", "ssl_key", "ssl_alt_cert", "ssl_alt_key")
"""Settings of 2.3 that stand for what is in a file: without `<` the path itself would be the certificate."""
MOST_FILES = 2000
"""Including a file twice is no mistake; doing so again and again would never end."""

# What listens by itself (doveconf -d), by service and listener.
DEFAULT_PORTS = {
    ("imap-login", "imap"): "143",
    ("imap-login", "imaps"): "993",
    ("pop3-login", "pop3"): "110",
    ("pop3-login", "pop3s"): "995",
    ("managesieve-login", "sieve"): "4190",
    ("submission-login", "submission"): "587",
    ("submission-login", "submissions"): "465",
}
PROTOCOLS = {
    "imap-login": "imap",
    "pop3-login": "pop3",
    "managesieve-login": "sieve",
    "submission-login": "submission",
    "lmtp": "lmtp",
}


@dataclass(slots=True, eq=False)
class Node:
    """An entry, the file that holds it, and what stands in its section."""

    entry: Entry
    path: str
    around: "Node | None"
    inside: list["Node"] = field(default_factory=list)

    @property
    def filters(self) -> tuple["Node", ...]:
        """The sections around it and itself, the outermost first, the root not among them."""
        return () if self.around is None else (*self.around.filters, self)

    def last(self, name: str) -> "Node | None":
        """The setting of that name that counts in this very section."""
        return next((one for one in reversed(self.inside) if one.entry.name == name and one.entry.block is None), None)

    def inherited(self, name: str) -> "Node | None":
        """The setting that counts here: its own, or that of a section around it."""
        return self.last(name) or (self.around.inherited(name) if self.around is not None else None)

    def all(self) -> Iterator["Node"]:
        """Everything inside, at any depth."""
        for one in self.inside:
            yield one
            yield from one.all()

    def scopes(self) -> Iterator["Node"]:
        """Itself, and the sections inside that narrow down for whom settings count."""
        yield self
        for one in self.inside:
            if one.entry.name in FILTERS and one.entry.block is not None:
                yield from one.scopes()

    def file(self) -> str:
        """The file that a setting names, from the folder of its own file; empty: it names none."""
        said = self.entry.value
        if not said or said.startswith("$") or (self.entry.name in CONTENTS) != self.entry.is_file:
            return ""
        return join(dirname(self.path), said)


@dataclass(frozen=True, eq=False)
class Listener:
    """A port, and the sections that say something of it."""

    protocol: str
    name: str
    places: tuple[Listening, ...]
    sections: tuple[Node, ...]


def main_file(server: Server) -> str:
    """The configuration's first file."""
    return server.configuration or USUAL


def read_tree(server: Server, facts: ServerFacts) -> tuple[Node, tuple[Question, ...]] | Cannot:
    """The whole of it, with the files and patterns that it is made of; or why it cannot be read."""
    main = main_file(server)
    wanted: dict[Question, None] = {FileAt(main): None}
    root = Node(Entry("", "", False, 0, 0, 0, 0, 0, ()), main, None)
    read = 0

    def fill(section: Node, path: str, above: frozenset[str]) -> None:
        nonlocal read
        wanted[FileAt(path)] = None
        content = content_of(facts, path)
        if content is None:
            return
        read += 1
        if path in above or read > MOST_FILES:
            raise DovecotConfError(f"{path} includes itself")
        try:
            entries = read_dovecot_conf(decode(content.octets))
        except DovecotConfError as error:
            raise DovecotConfError(f"{path}, {error}") from None
        place(section, entries, path, above | {path})

    def place(section: Node, entries: tuple[Entry, ...], path: str, above: frozenset[str]) -> None:
        for entry in entries:
            node = Node(entry, path, section)
            if entry.block is not None:
                section.inside.append(node)
                place(node, entry.block, path, above)
            elif entry.name in INCLUDES:
                pattern = FilesLike(join(dirname(path), entry.value))
                wanted[pattern] = None
                match facts.get(pattern):
                    case Names(paths=paths):
                        for one in paths:
                            fill(section, one, above)
            else:
                section.inside.append(node)

    match facts.get(FileAt(main)):
        case NoAnswer(why=why):
            return Cannot(why)
    try:
        fill(root, main, frozenset())
    except DovecotConfError as error:
        return Cannot(text("The configuration cannot be read: {detail}", detail=clean(str(error), 300)))
    return root, tuple(wanted)


def listeners(root: Node) -> tuple[Listener, ...]:
    """Every port that is listened on, by what is set and by what Dovecot does by itself."""
    speaks = _protocols(root)
    sections: dict[tuple[str, str], list[Node]] = {known: [] for known in DEFAULT_PORTS}
    for service in root.inside:
        if service.entry.name == "service":
            for one in service.inside:
                if one.entry.name == "inet_listener":
                    sections.setdefault((service.entry.value, one.entry.value), []).append(one)
    found = []
    for (service_name, name), nodes in sections.items():
        protocol = PROTOCOLS.get(service_name)
        port = _said(nodes, "port") or DEFAULT_PORTS.get((service_name, name), "")
        if protocol is None or (speaks is not None and protocol not in speaks) or not port.isdecimal():
            continue
        if 0 < int(port[:6]) <= 65_535:
            said = (_said(nodes, "address") or _said(nodes, "listen") or "*").replace(",", " ").split()
            places = (Listening(int(port), "" if one in ("*", "::", "[::]") else one.strip("[]")) for one in said)
            found.append(Listener(protocol, name, tuple(places), tuple(nodes)))
    return tuple(found)


def _said(nodes: list[Node], name: str) -> str:
    said = next((one for node in reversed(nodes) if (one := node.last(name)) is not None), None)
    return said.entry.value if said is not None else ""


def _protocols(root: Node) -> frozenset[str] | None:
    """What is spoken; None: whatever is installed."""
    said: list[str] | None = None
    for one in root.inside:
        if one.entry.name != "protocols":
            continue
        if one.entry.block is not None:  # 2.4: a list of what is on
            said = [*(said or ()), *(each.entry.name for each in one.inside if each.entry.value != "no")]
        else:
            before = " ".join(said or ())
            said = one.entry.value.replace("$protocols", before).replace("$SET:protocols", before).split()
    return frozenset(said) if said is not None else None
