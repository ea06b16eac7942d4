"""The README of a kit: what is in it, what to do, how to see whether it has worked, in the reader's language."""

from collections.abc import Callable, Iterator, Sequence

from rich.text import Text as Styled

from mailtrust.core.clients import CLIENTS
from mailtrust.core.model.remedy import Human, Run, Step, Write
from mailtrust.core.model.rollout import Kit, KitFile, Wish
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import NOTHING_CHANGED
from mailtrust.core.report.reach import unreached
from mailtrust.core.report.wrapping import wrap
from mailtrust.core.rollout.parts.certificate_files import what_it_is
from mailtrust.core.x509.thumbprint import thumbprint

WIDTH = 92


def readme(way: str, title: Text, wish: Wish, kit: Kit, checks: Sequence[Step], *, remove: bool) -> str:
    """The page as plain text."""
    tell = wish.translate
    top = (
        text("{name}: away from {where}", name=wish.name, where=title)
        if remove
        else text("{name}: for {where}", name=wish.name, where=title)
    ).render(tell)
    lines = [top, "=" * len(top), ""]
    for one in wish.anchors.certificates:
        lines += _wrapped(what_it_is(one, wish.anchors), tell)
        lines.append(f"  SHA-1    {thumbprint(one)}")
        lines.append(f"  SHA-256  {one.fingerprint}")
        lines += _wrapped(text("valid until {date}", date=one.not_after.date()), tell, "  ")
    for heading, part in (
        (text("Mind"), _remarks(kit.remarks, tell)),
        (text("Whom it reaches"), () if remove else _reached(way, tell)),
        (text("Files"), _files(kit, tell)),
        (text("To do"), _steps(kit.steps, tell)),
        (text("To see whether it has worked"), _steps(checks, tell)),
    ):
        if body := list(part):
            lines += _headed(heading, tell)
            lines += body
    return "\n".join(lines) + "\n"


def places(kit: Kit) -> tuple[tuple[str, Text], ...]:
    """Each file with what it is for; of a folder whose files serve one purpose the folder alone, as `backup/`."""
    purposes: dict[str, set[Text]] = {}
    for file in kit.files:
        purposes.setdefault(_folder(file), set()).add(file.say)
    shown = ((_folder(file) if len(purposes[_folder(file)]) == 1 else "", file) for file in kit.files)
    return tuple(dict.fromkeys((folder or file.path, file.say) for folder, file in shown))


def _folder(file: KitFile) -> str:
    """The folder of the kit that it stands in, at whatever depth; empty for none."""
    top, slash, _ = file.path.partition("/")
    return top + slash if slash else ""


def _headed(heading: Text, tell: Callable[[str], str]) -> list[str]:
    shown = heading.render(tell)
    return ["", shown, "-" * len(shown), ""]


def _remarks(remarks: Sequence[Text], tell: Callable[[str], str]) -> Iterator[str]:
    for remark in remarks:
        yield from _wrapped(remark, tell, "- ")


def _reached(way: str, tell: Callable[[str], str]) -> Iterator[str]:
    reached = tuple(Text(client.title) for client in CLIENTS if client.reached((way,)))
    if reached:
        yield from _wrapped(text("{clients}.", clients=reached), tell)
        yield ""
    for some in unreached(CLIENTS, (way,)):
        titles = tuple(Text(client.title) for client in some.clients)
        yield from _wrapped(text("Not {clients}: {why}", clients=titles, why=some.why), tell, "- ")


def _files(kit: Kit, tell: Callable[[str], str]) -> Iterator[str]:
    for place, role in places(kit):
        yield from _wrapped(text("{file}: {role}", file=place, role=role), tell, "- ")


def _steps(steps: Sequence[Step], tell: Callable[[str], str]) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        start = f"{number}. "
        yield from _wrapped(step.say, tell, start)
        indent = " " * len(start)
        match step.do:
            case Run(command=command):
                yield from ("", *(f"{indent}    {line}" for line in command.splitlines()), "")
            case Human(path=clicks):
                if clicks:
                    yield from ("", *(f"{indent}    > {click.render(tell)}" for click in clicks), "")
            case Write(path=path):
                yield f"{indent}{path}"
        if step.undo != NOTHING_CHANGED:
            if step.needs:
                yield from _wrapped(text("needs {right}", right=step.needs), tell, indent)
            undo = text("undo: {undo}", undo=step.undo) if step.undo else text("cannot be undone")
            yield from _wrapped(undo, tell, indent)
        yield ""


def _wrapped(sentence: Text, tell: Callable[[str], str], start: str = "") -> list[str]:
    lines = wrap(Styled(sentence.render(tell)), WIDTH - len(start))
    return [(start if not number else " " * len(start)) + line.plain for number, line in enumerate(lines)]
