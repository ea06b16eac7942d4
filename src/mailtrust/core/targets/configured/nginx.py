"""nginx: server blocks of http, mail and stream, wherever they are included from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join
from typing import Literal

from mailtrust.core.formats.nginx_conf import Directive, NginxConfError, read_nginx_conf, written
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Cannot, Change, ConfiguredCertificate, Files, Listening
from mailtrust.core.model.plan import RunCommand
from mailtrust.core.model.remedy import ConfigureServer
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
from mailtrust.core.targets.configured.parts.editing import Replacement, decode, edits

ID = "nginx"
DISRUPTION: Literal["reload", "restart"] = "reload"

USUAL = "/etc/nginx/nginx.conf"
KINDS = ("http", "mail", "stream")
MODERN = ("TLSv1.2", "TLSv1.3")
DEFAULT = frozenset({"default_server", "default"})
_PATH = re.compile(r"--conf-path=(\S+)")
_LISTEN = re.compile(r"(?:(?P<address>\[[^\]]*\]|[^:\[\]]*):)?(?P<port>\d{1,5})\Z")


@dataclass(slots=True, eq=False)
class _Node:
    """A directive, the file that holds it, and what stands in its block, included files put in."""

    directive: Directive
    path: str
    around: "_Node | None"
    inside: list["_Node"] = field(default_factory=list)

    @property
    def blocks(self) -> Iterator["_Node"]:
        """The blocks around it, the innermost first."""
        block = self.around
        while block is not None:
            yield block
            block = block.around

    @property
    def kind(self) -> str:
        """http, mail or stream; empty: outside of all."""
        return next((one.directive.name for one in self.blocks if one.directive.name in KINDS), "")

    @property
    def argument(self) -> str:
        """Its first argument."""
        return self.directive.arguments[0] if self.directive.arguments else ""

    def own(self, name: str) -> list["_Node"]:
        """The directives of that name that stand in this very block."""
        return [one for one in self.inside if one.directive.name == name]

    def all(self) -> Iterator["_Node"]:
        """Everything inside, at any depth."""
        for one in self.inside:
            yield one
            yield from one.all()

    def servers(self) -> list["_Node"]:
        """Every server block inside, itself included."""
        return [
            one for one in (self, *self.all()) if one.directive.name == "server" and one.directive.block is not None
        ]


def questions(server: Server, facts: ServerFacts) -> tuple[Question, ...]:
    """Where the configuration is, its files, and the files that it names."""
    if not server.configuration and _version(server) not in facts:
        return (_version(server),)
    wanted: list[Question] = [FileAt(_main(server, facts))]
    for one in _read(server, facts).all():
        if one.directive.name == "include":
            pattern = FilesLike(_path_from(server, facts, one.argument))
            wanted.append(pattern)
            match facts.get(pattern):
                case Names(paths=paths):
                    wanted.extend(map(FileAt, paths))
    found = certificates(server, facts)
    if not isinstance(found, Cannot):
        wanted.extend(FileAt(path) for one in found for path in (one.chain_file, one.key_file))
    return tuple(dict.fromkeys(one for one in wanted if one not in facts))


def certificates(server: Server, facts: ServerFacts) -> tuple[ConfiguredCertificate, ...] | Cannot:
    """Every ssl_certificate, with the servers that it counts for: its own, or all those that inherit it."""
    main = _main(server, facts)
    match facts.get(FileAt(main)):
        case NoAnswer(why=why):
            return Cannot(why)
    try:
        root = _read(server, facts, strict=True)
    except NginxConfError as error:
        return Cannot(text("The configuration cannot be read: {detail}", detail=clean(str(error), 300)))
    found = []
    for scope in _scopes(root):
        heirs = [one for one in scope.servers() if one is scope or not one.own("ssl_certificate")]
        for chain, key in _pairs(scope):
            paths = _file_of(server, facts, chain), _file_of(server, facts, key)
            if all(paths):
                found.append(_certificate(chain, paths, heirs, root))
    return tuple(found)


def point_to(
    server: Server, facts: ServerFacts, wanted: Mapping[ConfiguredCertificate, Files]
) -> tuple[Change, ...] | Cannot:
    """Other paths in ssl_certificate and ssl_certificate_key."""
    replacements = []
    root = _read(server, facts)
    for place, files in wanted.items():
        chain, key = _pair(server, facts, root, place)
        for placed, path, old in ((chain, files.chain, place.chain_file), (key, files.key, place.key_file)):
            if path != old:
                replacements.append(_arguments(placed, written(path)))
    return edits(facts, replacements)


def set_up(
    server: Server,
    facts: ServerFacts,
    goal: ConfigureServer,
    places: tuple[ConfiguredCertificate, ...],
    ports: tuple[int, ...],
) -> tuple[Change, ...] | Cannot:
    """Versions of TLS, STARTTLS of the mail proxy, and which server answers who gives no name."""
    root = _read(server, facts)
    chains = [_pair(server, facts, root, place)[0] for place in places]
    match goal.setting:
        case "tls-version":
            return edits(facts, _versions(root, chains))
        case "offer-tls" if any(chain.kind == "mail" for chain in chains):
            mail = [chain for chain in chains if chain.kind == "mail"]
            return edits(facts, (change for chain in mail for change in _starttls(chain)))
        case "send-sni-certificate":
            return edits(facts, _defaults(root, chains, ports))
        case _:
            return Cannot(text("nginx has no single line for this: follow the steps of the report."))


def test(server: Server) -> RunCommand | None:
    """`nginx -t` reads configuration, certificates and keys, and stops nothing."""
    return RunCommand((*_program(server), "-t"))


def take_up(server: Server) -> RunCommand:
    """A reload: old workers finish what they began."""
    return RunCommand(server.take_up or (*_program(server), "-s", "reload"))


def _program(server: Server) -> tuple[str, ...]:
    program = server.program or "nginx"
    return (program, "-c", server.configuration) if server.configuration else (program,)


def _version(server: Server) -> OutputOf:
    return OutputOf((server.program or "nginx", "-V"))


def _main(server: Server, facts: ServerFacts) -> str:
    if server.configuration:
        return server.configuration
    match facts.get(_version(server)):
        case Printed(output=output, errors=errors) if said := _PATH.search(errors + output):
            return said[1]
    return USUAL


def _read(server: Server, facts: ServerFacts, *, strict: bool = False) -> _Node:
    """All that is known of the configuration, as one tree; `strict` raises NginxConfError for what cannot be read."""
    main = _main(server, facts)
    root = _Node(Directive("", (), 0, 0, 0, 0, ()), main, None)

    def fill(block: _Node, path: str, above: frozenset[str]) -> None:
        content = content_of(facts, path)
        if content is None or path in above:  # nginx, too, refuses a file that includes itself
            return
        try:
            directives = read_nginx_conf(decode(content.octets))
        except NginxConfError as error:
            if strict:
                raise NginxConfError(f"{path}, {error}") from None
            return
        place(block, directives, path, above | {path})

    def place(block: _Node, directives: tuple[Directive, ...], path: str, above: frozenset[str]) -> None:
        for directive in directives:
            node = _Node(directive, path, block)
            block.inside.append(node)
            if directive.block:
                place(node, directive.block, path, above)
            elif directive.name == "include" and directive.arguments:
                match facts.get(FilesLike(_path_from(server, facts, node.argument))):
                    case Names(paths=paths):
                        for one in paths:
                            fill(block, one, above)

    fill(root, main, frozenset())
    return root


def _path_from(server: Server, facts: ServerFacts, said: str) -> str:
    """A path as nginx reads it: from the folder of its main file."""
    return join(dirname(_main(server, facts)), said)


def _scopes(root: _Node) -> list[_Node]:
    """The blocks that certificates may stand in: http, mail, stream, and each server."""
    return [one for one in root.all() if one.directive.block is not None and one.directive.name in (*KINDS, "server")]


def _pairs(scope: _Node) -> Iterator[tuple[_Node, _Node]]:
    """Certificates of a block with their keys: nginx joins them in their order."""
    return zip(scope.own("ssl_certificate"), scope.own("ssl_certificate_key"), strict=False)


def _file_of(server: Server, facts: ServerFacts, named: _Node) -> str:
    """The file that is named; empty: a variable, or something that is no file."""
    said = named.argument
    if not said or "$" in said or said.startswith(("data:", "engine:", "store:")):
        return ""
    return _path_from(server, facts, said)


def _certificate(chain: _Node, paths: tuple[str, str], heirs: list[_Node], root: _Node) -> ConfiguredCertificate:
    names = tuple(dict.fromkeys(name for heir in heirs for name in _server_names(heir)))
    listens = [(heir, place) for heir in heirs for place in _listens(heir)]
    return ConfiguredCertificate(
        product=ID,
        service=f"{chain.kind} server {' '.join(names) or '_'}",
        named_in=chain.path,
        line=chain.directive.line,
        chain_file=paths[0],
        key_file=paths[1],
        listens=tuple(dict.fromkeys(place for _, place in listens)),
        names=names,
        is_default=any(_is_default(root, heir, place) for heir, place in listens),
    )


def _server_names(server: _Node) -> tuple[str, ...]:
    said = (name for one in server.own("server_name") for name in one.directive.arguments)
    return tuple(name for name in said if name and name != "_")


def _listens(server: _Node) -> tuple[Listening, ...]:
    found = (_listening(one.argument) for one in server.own("listen"))
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _listening(word: str) -> Listening | None:
    if not word or word.startswith("unix:"):
        return None
    if match := _LISTEN.match(word):
        address = (match["address"] or "").strip("[]")
        return Listening(int(match["port"]), "" if address in ("*", "0.0.0.0", "::") else address)  # noqa: S104
    return Listening(80, word.strip("[]"))


def _is_default(root: _Node, server: _Node, place: Listening) -> bool:
    """Whether it answers there who gives no name: so it says, or it is the first, and no other says so."""
    rivals = [
        (one, said)
        for one in root.servers()
        if one.kind == server.kind
        for said in one.own("listen")
        if _listening(said.argument) == place
    ]
    declared = [one for one, said in rivals if DEFAULT.intersection(said.directive.arguments)]
    return (declared or [one for one, _ in rivals])[:1] == [server]


def _pair(server: Server, facts: ServerFacts, root: _Node, place: ConfiguredCertificate) -> tuple[_Node, _Node]:
    """The two directives that a place was found by."""
    for scope in _scopes(root):
        for chain, key in _pairs(scope):
            said = chain.path, chain.directive.line, _file_of(server, facts, chain)
            if said == (place.named_in, place.line, place.chain_file):
                return chain, key
    raise LookupError(place.service)


def _arguments(node: _Node, new: str) -> Replacement:
    return Replacement(node.path, node.directive.start, node.directive.end, new)


def _after(node: _Node, line: str) -> Replacement:
    """A directive behind this one, on a line of its own."""
    at = node.directive.end + 1  # behind its semicolon
    return Replacement(node.path, at, at, f"\n    {line}")


def _versions(root: _Node, chains: list[_Node]) -> Iterator[Replacement]:
    kinds = {chain.kind for chain in chains}
    said = [one for one in root.all() if one.directive.name == "ssl_protocols" and one.kind in kinds]
    for one in said:
        if set(one.directive.arguments) != set(MODERN):
            yield _arguments(one, " ".join(MODERN))
    for chain in chains:
        if not any(one.around in tuple(chain.blocks) for one in said):
            yield _after(chain, f"ssl_protocols {' '.join(MODERN)};")


def _starttls(chain: _Node) -> Iterator[Replacement]:
    said = [one for block in chain.blocks for one in block.own("starttls")]
    yield _arguments(said[0], "on") if said else _after(chain, "starttls on;")


def _defaults(root: _Node, chains: list[_Node], ports: tuple[int, ...]) -> Iterator[Replacement]:
    """`default_server` where the wanted servers listen, and nowhere else at the same places."""
    wanted = [server for chain in chains for server in (chain.around,) if server is not None]
    places = {place for server in wanted for place in _listens(server) if not ports or place.port in ports}
    for server in root.servers():
        for said in server.own("listen"):
            if _listening(said.argument) not in places:
                continue
            words = [word for word in said.directive.arguments if word not in DEFAULT]
            if server in wanted:
                words.append("default_server")
            if tuple(words) != said.directive.arguments:
                yield _arguments(said, " ".join(map(written, words)))
