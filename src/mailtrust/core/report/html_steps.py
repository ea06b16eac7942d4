"""A step of a cure on a page: what to do, the command or file, and how it is taken back."""

from collections.abc import Iterator

from mailtrust.core.model.remedy import Human, Run, Step, Write
from mailtrust.core.model.text import text
from mailtrust.core.report.cures import PROMPTS, afterwards
from mailtrust.core.report.html_tree import Element, Node, e
from mailtrust.core.report.page import Page

MOST_LINES = 400
"""Of a file's content."""


def step_html(page: Page, step: Step) -> Iterator[Element]:
    """What stands in the step's list item."""
    yield e("div", page.say(step.say))
    match step.do:
        case Run(command=command, shell=shell):
            prompt = e("span", f"{PROMPTS[shell]} ", class_="prompt")
            lines: list[Node] = []
            for line in command.splitlines():
                lines += [prompt, f"{line}\n"]
            yield e("pre", *lines)
        case Write(path=path, content=content):
            yield e("figure", e("figcaption", e("code", page.name(path, 400)), ":"), *_file(page, content))
        case Human(path=clicks):
            if clicks:
                yield e("p", e("b", f" {page.glyphs.to} ".join(page.say(click) for click in clicks)))
    if after := afterwards(page, step):
        yield e("div", after, class_="dim small")


def _file(page: Page, content: str) -> Iterator[Element]:
    lines = content.splitlines()
    yield e("pre", "\n".join(lines[:MOST_LINES]))
    if len(lines) > MOST_LINES:
        rest = text("... and {count} more lines; --format json has them all", count=len(lines) - MOST_LINES)
        yield e("p", page.say(rest), class_="dim small")
