"""nginx's whole configuration as one tree: the included files stand where they are included."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import dirname, join

from mailtrust.core.formats.nginx_conf import MOST_DEPTH, MOST_DIRECTIVES, Directive, NginxConfError, read_nginx_conf
from mailtrust.core.model.server_facts import FileAt, FilesLike, Names, NoAnswer, ServerFacts, content_of
from mailtrust.core.targets.configured.parts.editing import decode

KINDS = ("http", "mail", "stream")
MOST_INCLUDED = 20_000
"""Files, each as often as it is included."""


@dataclass(slots=True, eq=False)
class Node:
    """A directive, the file that holds it, and what stands in its block."""

    directive: Directive
    path: str
    around: "Node | None"
    inside: list["Node"] = field(default_factory=list)

    @property
    def where(self) -> tuple[str, int]:
        """The place of the text: a file that is included twice gives two nodes of one place."""
        return self.path, self.directive.at

    @property
    def blocks(self) -> Iterator["Node"]:
        """Itself and the blocks around it, the innermost first."""
        block: Node | None = self
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

    def own(self, name: str) -> list["Node"]:
        """The directives of that name that stand in this very block."""
        return [one for one in self.inside if one.directive.name == name]

    def inherited(self, name: str) -> list["Node"]:
        """The directives of that name that count in this block: its own, or those of the nearest block with any."""
        return next((found for block in self.blocks if (found := block.own(name))), [])

    def all(self) -> Iterator["Node"]:
        """Everything inside, at any depth."""
        for one in self.inside:
            yield one
            yield from one.all()

    def servers(self) -> list["Node"]:
        """Every server block inside."""
        return [one for one in self.all() if one.directive.name == "server" and one.directive.block is not None]


def included_from(main: str, said: str) -> str:
    """A path as nginx reads it: from the folder of its main file."""
    return join(dirname(main), said)


def read_tree(main: str, facts: ServerFacts) -> Node:
    """All that is known of the configuration. Raises NginxConfError for what cannot be read."""
    return _Reader(main, facts).root


class _Reader:
    def __init__(self, main: str, facts: ServerFacts) -> None:
        self._main = main
        self._facts = facts
        self._read: dict[str, tuple[Directive, ...]] = {}
        self._files = self._directives = 0
        self.root = Node(Directive("", (), 0, 0, (), ()), main, None)
        self._fill(self.root, main, (), 0)

    def _fill(self, block: Node, path: str, above: tuple[str, ...], depth: int) -> None:
        match self._facts.get(FileAt(path)):
            case NoAnswer(why=why):
                raise NginxConfError(f"{path}: {why}")
        content = content_of(self._facts, path)
        if content is None:
            return
        if path in above:
            raise NginxConfError(f"{path} includes itself")
        self._files += 1
        if self._files > MOST_INCLUDED:
            raise NginxConfError(f"more than {MOST_INCLUDED} included files")
        if path not in self._read:
            try:
                self._read[path] = read_nginx_conf(decode(content.octets))
            except NginxConfError as error:
                raise NginxConfError(f"{path}, {error}") from None
        self._place(block, self._read[path], (*above, path), depth)

    def _place(self, block: Node, directives: tuple[Directive, ...], files: tuple[str, ...], depth: int) -> None:
        if depth > MOST_DEPTH:
            raise NginxConfError(f"more than {MOST_DEPTH} blocks and files in one another")
        for directive in directives:
            self._directives += 1
            if self._directives > MOST_DIRECTIVES:
                raise NginxConfError(f"more than {MOST_DIRECTIVES} directives")
            node = Node(directive, files[-1], block)
            block.inside.append(node)
            if directive.block:
                self._place(node, directive.block, files, depth + 1)
            elif directive.name == "include":
                match self._facts.get(FilesLike(included_from(self._main, node.argument))):
                    case Names(paths=paths):
                        for one in paths:
                            self._fill(block, one, files, depth + 1)
                    case NoAnswer(why=why):
                        raise NginxConfError(f"{node.argument}: {why}")
