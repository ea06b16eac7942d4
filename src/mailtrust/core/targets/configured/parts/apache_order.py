"""Which of Apache's virtual hosts is read first: that one answers who gives no name.

There is no word for it, so the host has to stand first: in its file, or its file among those of its folder. Each way
is tried in thought, and taken only when nothing changes but what is wanted.
"""

from collections.abc import Callable, Iterator, Sequence
from posixpath import basename, dirname, join

from mailtrust.core.formats.apache_conf import ApacheConfError
from mailtrust.core.model.configured import Act, Cannot, Change, Edit
from mailtrust.core.model.server_facts import Content, FileAt, FilesLike, Names, ServerFacts, content_of
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.apache_served import Served, Socket
from mailtrust.core.targets.configured.parts.apache_tree import Scope
from mailtrust.core.targets.configured.parts.editing import Replacement, edits, source_of

Reread = Callable[[ServerFacts], Served]


def come_first(
    facts: ServerFacts, whole: Served, hosts: Sequence[Scope], ports: tuple[int, ...], reread: Reread
) -> tuple[Change, ...] | Cannot:
    """What must change so that one of these hosts answers first wherever they stand, at these ports (none: all)."""
    wanted: dict[Socket, Scope] = {}
    for host in hosts:
        for socket in whole.sockets_of(host):
            if host.host is not None and (not ports or socket[1] in (0, *ports)):
                wanted.setdefault(socket, host)
    if all(whole.default[socket] is host for socket, host in wanted.items()):
        return ()
    shall = {**_told(facts, whole), **{socket: _text(facts, host) for socket, host in wanted.items()}}
    for changes, after in _ways(facts, whole, wanted):
        try:
            became = reread(after)
        except ApacheConfError:
            continue
        if _told(after, became) == shall:
            return changes
    return Cannot(
        text(
            "Apache shows the certificate of the virtual host that it reads first to clients without a name, and no "
            "small change would put only the right one first: order them by hand (apachectl -S shows the order)."
        )
    )


def _told(facts: ServerFacts, whole: Served) -> dict[Socket, str]:
    return {socket: _text(facts, host) for socket, host in whole.default.items()}


def _text(facts: ServerFacts, scope: Scope) -> str:
    """By what a host is known again, wherever it stands."""
    node = scope.host
    return source_of(facts, node.path)[node.directive.at : node.directive.end].strip() if node else ""


def _ways(
    facts: ServerFacts, whole: Served, wanted: dict[Socket, Scope]
) -> Iterator[tuple[tuple[Change, ...], ServerFacts]]:
    for host in dict.fromkeys(wanted.values()):
        firsts = [whole.default[socket] for socket, one in wanted.items() if one is host]
        yield from _moved(facts, host, firsts)
        others = dict.fromkeys(one.host.path for one in firsts if one.host)
        if host.host is not None:
            yield from _renamed(facts, host.host.path, tuple(others), before=True)
            for other in others:
                yield from _renamed(facts, other, (host.host.path,), before=False)


def _moved(
    facts: ServerFacts, host: Scope, firsts: Sequence[Scope]
) -> Iterator[tuple[tuple[Change, ...], ServerFacts]]:
    """Before the one that comes first today, in the same file and the same section."""
    node = host.host
    beside = [
        one.host for one in firsts if one.host and node and (one.host.path, one.host.where) == (node.path, node.where)
    ]
    if node is None or not beside or len(beside) < len(firsts):
        return
    source = source_of(facts, node.path)
    start, end = source.rfind("\n", 0, node.directive.at) + 1, node.directive.end
    at = source.rfind("\n", 0, min(one.directive.at for one in beside)) + 1
    block = source[start:end] if source[start:end].endswith("\n") else source[start:end] + "\n"
    if at < start:
        changes = edits(facts, (Replacement(node.path, at, at, block), Replacement(node.path, start, end, "")))
        yield changes, _after(facts, changes)


def _after(facts: ServerFacts, changes: Sequence[Edit]) -> ServerFacts:
    known = dict(facts)
    for change in changes:
        old = content_of(facts, change.path)
        if old is not None:
            known[FileAt(change.path)] = Content(change.content, old.mode, old.owner, old.path)
    return known


def _renamed(
    facts: ServerFacts, path: str, others: tuple[str, ...], *, before: bool
) -> Iterator[tuple[tuple[Change, ...], ServerFacts]]:
    """Before or behind the others, where one pattern stands for all of them: the files of sites-enabled."""
    for question, answer in facts.items():
        if not (isinstance(question, FilesLike) and isinstance(answer, Names) and {path, *others} <= set(answer.paths)):
            continue
        for prefix in ("000-", "00-", "0-") if before else ("z-", "zz-"):
            new = join(dirname(path), prefix + basename(path))
            right = all(new < one for one in others) if before else all(new > one for one in others)
            ending = question.pattern.rpartition("*")[2]
            content = facts.get(FileAt(path))
            if new in answer.paths or not right or not question.pattern.endswith("*" + ending) or content is None:
                continue
            names = tuple(sorted(new if one == path else one for one in answer.paths))
            move = ("mv", "-n", "--")
            say = text("{file} becomes {new}, so that Apache reads it in the right order.", file=path, new=new)
            act = Act((*move, path, new), "", (*move, new, path), "", say)
            yield (act,), {**facts, question: Names(names), FileAt(new): content}
            break
