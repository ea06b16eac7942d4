"""Apache's configuration as it counts: included files in their places, conditions answered, variables put in."""

import re
from dataclasses import dataclass, field
from posixpath import basename, join

from mailtrust.core.formats.apache_conf import (
    MOST_DEPTH,
    MOST_DIRECTIVES,
    ApacheConfError,
    Directive,
    read_apache_conf,
    words_of,
)
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.server_facts import (
    FileAt,
    FilesLike,
    Names,
    NoAnswer,
    Question,
    ServerFacts,
    content_of,
)
from mailtrust.core.targets.configured.parts.editing import decode

MOST_INCLUDED = 20_000
"""Files, each as often as it is included."""
MOST_EXPANDED = 4096
"""Characters of a variable, and of a line with variables."""
# What mod_ssl reads stands beside these, never in them.
_APART = frozenset({"directory", "directorymatch", "files", "filesmatch", "location", "locationmatch", "proxy",
                    "proxymatch", "if", "elseif", "else", "limit", "limitexcept", "requireall", "requireany",
                    "requirenone", "macro"})  # fmt: skip
_MANAGED = frozenset({"mdomain", "mdomainset", "manageddomain"})
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_VERSION = re.compile(r"(?P<no>!?)(?P<how><=|>=|==|=|<|>)?\Z")


@frozen
class Build:
    """How the program was built, and with what it is started."""

    root: str
    """ServerRoot, unless the configuration says another."""
    version: tuple[int, ...]
    modules: frozenset[str]
    """Those in the program itself: `mod_version.c`."""
    variables: dict[str, str]
    """The environment, as far as it is known."""
    defined: frozenset[str]
    """By -D on the command line."""


@dataclass(slots=True, eq=False)
class Node:
    """A directive that counts, and the file that holds it."""

    directive: Directive
    path: str
    words: tuple[str, ...]
    """Variables put in."""
    scope: "Scope"
    where: tuple[int, ...]
    """The sections of its file around it, by their places: what has the same ones stands side by side."""

    @property
    def place(self) -> tuple[str, int]:
        """The place of the text: a file that is included twice gives two nodes of one place."""
        return self.path, self.directive.at


@dataclass(slots=True, eq=False)
class Scope:
    """The main server, or a virtual host: the directives that stand in it, whatever conditions are around them."""

    host: Node | None
    """The section; None: the main server."""
    nodes: list[Node] = field(default_factory=list)

    def own(self, name: str) -> list[Node]:
        """The directives of that name, in their order."""
        return [one for one in self.nodes if one.directive.name == name]


class ApacheTree:
    """All that is known of the configuration. Raises ApacheConfError for what cannot be read."""

    def __init__(self, main: str, build: Build, facts: ServerFacts) -> None:
        self.main = Scope(None)
        self.hosts: list[Scope] = []
        """In the order in which they are read."""
        self.asked: list[Question] = []
        """What has to be known for all this."""
        self.hidden: set[str] = set()
        """`macro`, `md`: what names certificates in ways that are not followed here."""
        self.root = build.root
        self._facts = facts
        self._version = build.version
        self._variables = dict(build.variables)
        self._defined = set(build.defined)
        self._modules = {name for one in build.modules for name in _names_of(one)}
        self._parsed: dict[str, tuple[Directive, ...]] = {}
        self._files = self._directives = 0
        self._file(main, self.main, 0)

    def path_of(self, said: str) -> str:
        """A path as Apache reads it."""
        return join(self.root, said)

    def _ask(self, question: Question) -> object:
        self.asked.append(question)
        return self._facts.get(question)

    def _file(self, path: str, scope: Scope, depth: int) -> None:
        self._files += 1
        if depth > MOST_DEPTH or self._files > MOST_INCLUDED:
            raise ApacheConfError(f"more than {MOST_INCLUDED} files are included, or {MOST_DEPTH} in one another")
        if isinstance(refusal := self._ask(FileAt(path)), NoAnswer):
            match self._ask(FilesLike(f"{path.rstrip('/')}/*")):
                case Names(paths=paths) if paths:  # a folder is included with all that is in it
                    for one in paths:
                        self._file(one, scope, depth + 1)
                case None:
                    pass
                case _:
                    raise ApacheConfError(f"{path}: {refusal.why}")
            return
        content = content_of(self._facts, path)
        if content is None:
            return
        if path not in self._parsed:
            try:
                self._parsed[path] = read_apache_conf(decode(content.octets))
            except ApacheConfError as error:
                raise ApacheConfError(f"{path}, {error}") from None
        self._level(self._parsed[path], path, scope, (), depth)

    def _level(
        self, directives: tuple[Directive, ...], path: str, scope: Scope, where: tuple[int, ...], depth: int
    ) -> None:
        if depth > MOST_DEPTH:
            raise ApacheConfError(f"more than {MOST_DEPTH} sections and files in one another")
        for one in directives:
            self._directives += 1
            if self._directives > MOST_DIRECTIVES:
                raise ApacheConfError(f"more than {MOST_DIRECTIVES} directives")
            words = words_of(self._expanded(one.said))
            if one.block is None:
                self._directive(Node(one, path, words, scope, where), depth)
            elif one.name == "virtualhost":
                host = Scope(Node(one, path, words, scope, where))
                self.hosts.append(host)
                self._level(one.block, path, host, (*where, one.at), depth + 1)
            elif one.name in _MANAGED:
                self.hidden.add("md")
            elif one.name not in _APART and self._holds(one.name, words):
                self._level(one.block, path, scope, (*where, one.at), depth + 1)

    def _directive(self, node: Node, depth: int) -> None:
        match node.directive.name, node.words:
            case (("include" | "includeoptional"), (said, *_)):
                self._include(self.path_of(said), node.scope, depth)
            case "define", (name, *value):
                self._defined.add(name)
                if value:
                    self._variables[name] = value[0][:MOST_EXPANDED]
            case "undefine", (name, *_):
                self._defined.discard(name)
                self._variables.pop(name, None)
            case "loadmodule", (name, file, *_):
                self._modules |= {name, *_names_of(f"mod_{name.removesuffix('_module')}.c")}
                self._modules |= set(_names_of(basename(file).removesuffix(".so") + ".c"))
            case "serverroot", (said, *_):
                self.root = said
            case "use", _:
                self.hidden.add("macro")
            case name, _ if name in _MANAGED:
                self.hidden.add("md")
        node.scope.nodes.append(node)

    def _include(self, path: str, scope: Scope, depth: int) -> None:
        if not re.search(r"[*?\[]", path):
            self._file(path, scope, depth + 1)
            return
        match self._ask(FilesLike(path)):
            case Names(paths=paths):
                for one in paths:
                    self._file(one, scope, depth + 1)
            case NoAnswer(why=why):
                raise ApacheConfError(f"{path}: {why}")

    def _expanded(self, said: str) -> str:
        if "${" not in said:
            return said
        if len(said) > MOST_EXPANDED:
            raise ApacheConfError(f"a line with variables of more than {MOST_EXPANDED} characters")
        return _VARIABLE.sub(lambda match: self._variables.get(match[1], match[0])[:MOST_EXPANDED], said)

    def _holds(self, section: str, words: tuple[str, ...]) -> bool:
        """Whether what stands in a section counts."""
        said = words[0] if words else ""
        no, name = said.startswith("!"), said.removeprefix("!")
        match section:
            case "ifmodule":
                return (name in self._modules) is not no
            case "ifdefine":
                return (name in self._defined) is not no
            case "iffile":
                found = self._ask(FilesLike(self.path_of(name)))
                return (isinstance(found, Names) and bool(found.paths)) is not no
            case "ifversion":
                return self._is_version(words)
        return True

    def _is_version(self, words: tuple[str, ...]) -> bool:
        match = _VERSION.match(words[0]) if len(words) > 1 else _VERSION.match("")
        wanted = re.fullmatch(r"\d{1,4}(\.\d{1,4}){0,2}", words[-1], re.ASCII) if words else None
        if match is None or wanted is None:
            raise ApacheConfError(f"<IfVersion {' '.join(words)}> is not understood here")
        numbers = tuple(map(int, wanted[0].split(".")))
        one, two = (*self._version, 0, 0)[:3], (*numbers, 0, 0)[:3]
        how = match["how"] or "="
        holds = (one < two and "<" in how) or (one > two and ">" in how) or (one == two and "=" in how)
        return holds is not bool(match["no"])


def _names_of(source: str) -> tuple[str, str]:
    """A module by its source file and by its short name: `mod_ssl.c`, `ssl_module`."""
    return source, f"{source.removesuffix('.c').removeprefix('mod_')}_module"
