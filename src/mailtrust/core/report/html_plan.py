"""A plan as one HTML page, to be read and printed by whoever is asked to approve it. It loads nothing."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from mailtrust.core.clients import BY_ID
from mailtrust.core.discovery import BY_ID as TRAVELLERS
from mailtrust.core.formats.approvals import Approval
from mailtrust.core.model.plan import (
    AskPerson,
    ChangeRecords,
    KeySource,
    OnServer,
    OnThisMachine,
    Outlook,
    Plan,
    PlanStep,
    RunCommand,
    TalkTo,
    WriteFile,
)
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.html_document import write_document
from mailtrust.core.report.html_signs import outcome_sign
from mailtrust.core.report.html_tree import Element, Node, e
from mailtrust.core.report.page import WIDEST, Page
from mailtrust.core.report.plan_text import OUTCOMES, WAYS, afterwards, headline

MOST_LINES = 2000
"""Of a file's content."""


def write_plan_page(plan: Plan, approvals: Sequence[Approval], translate: Callable[[str], str], lang: str) -> bytes:
    """The whole page. `approvals`: those of this plan."""
    page = Page(WIDEST, ascii_only=False, translate=translate, lang=lang)
    title = page.say(text("Plan for {target}", target=page.name(plan.target, 400)))
    return write_document(
        page,
        title,
        e(
            "main",
            e(
                "article",
                e(
                    "header",
                    e("h1", title),
                    e("p", page.say(headline(plan)), class_="lead"),
                    _made(page, plan, approvals),
                ),
                _steps(page, plan),
                _matrix(page, plan),
                _left(page, plan),
                _facts(page, plan),
            ),
        ),
    )


def _made(page: Page, plan: Plan, approvals: Sequence[Approval]) -> Element:
    said = [
        text("Made by {by} on {at} with mailtrust {version}.",
             by=page.name(plan.made_by, 200) or "?", at=plan.made, version=page.name(plan.version, 60)),
    ]  # fmt: skip
    said += (text("Approved by {by} on {at}. {note}", by=one.by, at=one.at, note=one.note) for one in approvals)
    if not approvals:
        said.append(text("Nobody has approved it yet."))
    said.append(text("Names are as the system gives them; they are no signatures."))
    digest = e("p", page.say(text("Digest (SHA-256):")), " ", e("code", page.name(plan.id, 64)), class_="small")
    return e("div", *(e("p", page.say(sentence), class_="small") for sentence in said), digest)


def _steps(page: Page, plan: Plan) -> Element | None:
    if not plan.steps:
        return None
    steps = (e("li", *_step(page, step), value=step.id if step.id.isdigit() else None) for step in plan.steps)
    return e("section", e("h2", page.say(text("What is done, step by step"))), e("div", e("ol", *steps), class_="cure"))


def _step(page: Page, step: PlanStep) -> Iterator[Element]:
    where = e("b", f"{page.name(step.server, 200)}: ") if step.server else None
    yield e("div", where, page.say(step.say))
    match step.do:
        case RunCommand(command=command):
            yield e("pre", e("span", "$ ", class_="prompt"), page.name(shlex.join(command), 4000))
        case TalkTo(socket=socket, commands=commands):
            yield e("pre", "\n".join(f"{socket}: {command}" for command in commands))
        case ChangeRecords() as do:
            lines = [
                f"{sign} {do.name} {do.ttl} IN {do.type} {record}"
                for sign, records in (("-", do.was), ("+", do.shall))
                for record in records
            ]
            yield e("pre", "\n".join(lines))
        case WriteFile() as do:
            yield _file(page, do)
        case AskPerson(clicks=clicks, command=command, file=file):
            if clicks:
                yield e("p", e("b", f" {page.glyphs.to} ".join(page.say(click) for click in clicks)))
            if command or file:
                yield e("pre", command or file)
    if after := afterwards(step):
        yield e("div", f" {page.glyphs.dot} ".join(map(page.say, after)), class_="dim small")


def _file(page: Page, do: WriteFile) -> Element:
    try:
        lines = do.content.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        lines = [page.say(text("{count} octets that are no text", count=len(do.content)))]
    more = len(lines) - MOST_LINES
    keys = tuple(_key(page, key) for key in do.keys)
    return e(
        "details",
        e("summary", e("code", page.name(do.path, 400))),
        e("pre", "\n".join(lines[:MOST_LINES])),
        e("p", page.say(text("... and {count} more lines; --format json has them all", count=more)), class_="small")
        if more > 0
        else None,
        e(
            "p",
            page.say(text("Private keys are put in from {places}; the plan holds none.", places=keys)),
            class_="small",
        )
        if keys
        else None,
        open="",
    )


def _key(page: Page, key: KeySource) -> Text:
    match key:
        case OnServer(path=path):
            return text("{path} of the server", path=page.name(path, 400))
        case OnThisMachine(path=path):
            return text("{path} of the machine that applies it", path=page.name(path, 400))
        case _:
            return text("mailtrust's store")


def _matrix(page: Page, plan: Plan) -> Element | None:
    """Every client at every port, now and then; what changes stands first."""
    if not plan.before:
        return None
    after = {(one.endpoint, one.client): one for one in plan.after}
    alike: dict[tuple[Outlook, Outlook], list[str]] = {}
    for one in plan.before:
        then = after.get((one.endpoint, one.client), one)
        alike.setdefault((replace(one, endpoint=""), replace(then, endpoint="")), []).append(one.endpoint)
    ordered = sorted(alike.items(), key=lambda row: row[0][0].outcome == row[0][1].outcome)
    walked = plan.looked_by == "discover"
    title = text("Who finds its server, now and then") if walked else text("Who accepts it, now and then")
    heads = (text("Client"), text("Where"), text("Now"), text("Then"))
    rows = (
        e(
            "tr",
            e("th", _client(page, now, walked=walked), scope="row"),
            e("td", *(e("div", e("code", page.name(where, 200)), class_="small") for where in places)),
            *(_cell(page, outlook, walked=walked) for outlook in (now, then)),
        )
        for (now, then), places in ordered
    )
    return e(
        "section",
        e("h2", page.say(title)),
        e("table", e("thead", e("tr", *(e("th", page.say(head), scope="col") for head in heads))), e("tbody", *rows)),
    )


def _client(page: Page, one: Outlook, *, walked: bool) -> str:
    profile = TRAVELLERS.get(one.client) if walked else BY_ID.get(one.client)
    return page.say(Text(profile.title)) if profile is not None else page.name(one.client)


def _cell(page: Page, one: Outlook, *, walked: bool) -> Element:
    sign = e(
        "svg", outcome_sign(Outcome(one.outcome), 12.0, 12.0), viewBox="0 0 24 24", class_="mark", aria_hidden="true"
    )
    words = page.say((WAYS if walked else OUTCOMES)[one.outcome])
    codes: list[Node] = (
        [e("div", e("code", page.name(", ".join(one.codes), 400)), class_="dim small")] if one.codes else []
    )
    return e("td", sign, " ", words, *codes)


def _left(page: Page, plan: Plan) -> Element | None:
    if not plan.left:
        return None
    items = (e("li", e("code", page.name(one.finding, 200)), " ", page.say(one.why)) for one in plan.left)
    return e("section", e("h2", page.say(text("What it does not cure"))), e("ul", *items))


def _facts(page: Page, plan: Plan) -> Element | None:
    if not plan.facts:
        return None
    asked = tuple(dict.fromkeys((one.server, one.asked) for one in plan.facts))
    items = (e("li", f"{page.name(server, 200)}: ", e("code", page.name(what, 400))) for server, what in asked)
    said = text(
        "The plan was made from these files and answers. If one of them is another when it is applied, nothing is "
        "changed."
    )
    return e(
        "section",
        e("h2", page.say(text("What this rests on"))),
        e("p", page.say(said), class_="small"),
        e("ul", *items, class_="small"),
    )
