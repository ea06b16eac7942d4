"""The sheet that a person works through with a device: steps, cases, predictions, and room for what was seen."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from textwrap import wrap

from mailtrust.core.clients import client_by_id
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.html_tree import Element, Node, e, to_html
from mailtrust.lab.kit.case import Case, Presented, Stand
from mailtrust.lab.kit.cases import CASES, cases_for
from mailtrust.lab.kit.prediction import Nowhere, Prediction, predict
from mailtrust.lab.kit.steps import FORGET, STEPS
from mailtrust.lab.pki import Pki
from mailtrust.version import __version__

Translate = Callable[[str], str]
WIDTH = 100

DOES = {
    (Outcome.ACCEPTED, False): text("connects and says nothing"),
    (Outcome.WARNED, True): text("asks, and its user can go on"),
    (Outcome.REFUSED, True): text("refuses, with a way on behind another button"),
    (Outcome.REFUSED, False): text("refuses, and there is no way on"),
}
NOBODY_KNOWS = text("nobody knows")
SEEN = text("Seen: [ ] quiet  [ ] asked  [ ] refused, with a way on  [ ] refused")
STYLE = (
    "body{font:1rem/1.45 system-ui,sans-serif;max-width:50rem;margin:1rem auto;padding:0 1rem}"
    "section{break-inside:avoid;border-top:1px solid;margin-top:1rem}"
    ".blank{border-bottom:1px dotted;min-height:1.6rem}pre{overflow:auto;background:#eee;color:#000}"
)


PLACEHOLDERS: Mapping[str, str | int] = {
    "address": "ADDRESS", "page": "http://ADDRESS/", "domain": "example.test", "line": "ADDRESS mail.example.test",
    "imap": 993, "smtp": 465, "https": 443, "mx": 25,
}  # fmt: skip
"""For the steps of a kit that is not up yet."""


@frozen
class Entry:
    """One case, for one client."""

    case: Case
    host: str | None
    asks: tuple[Text, ...]
    predictions: tuple[Prediction, ...]


@frozen
class Part:
    """One client's part of the sheet."""

    client: ClientProfile
    steps: tuple[Text, ...]
    entries: tuple[Entry, ...]


def sheet(
    clients: Sequence[str], values: Mapping[str, str | int], stand: Stand, at: datetime, pki: Pki | None = None
) -> tuple[Part, ...]:
    """The sheet for these clients, or for every one of which something is asked; `values` fill the steps."""
    asked = dict.fromkeys(client for case in CASES for one in case.questions for client in one.clients)
    for client in clients:
        if client_by_id(client).id.partition("@")[0] not in {one.partition("@")[0] for one in asked}:
            known = tuple(asked)
            raise UserProblem(
                text("Nothing is open about {client}; there is about {known}.", client=client, known=known)
            )
    made = pki or Pki(at, "Lab Trust", Nowhere())
    needed = CASES if not clients else cases_for(tuple(clients))
    shown = {case.id: case.make(made, stand) for case in needed if case.host(stand) is not None}
    return tuple(_part(client, values, stand, at, made, shown) for client in clients or asked)


def _part(  # noqa: PLR0917 (what a prediction needs)
    client: str, values: Mapping[str, str | int], stand: Stand, at: datetime, pki: Pki, shown: Mapping[str, Presented]
) -> Part:
    base = client.partition("@")[0]
    entries = []
    for case in CASES:
        asks = tuple(one.asks for one in case.questions if base in {asked.partition("@")[0] for asked in one.clients})
        if asks:
            known = shown.get(case.id)
            predictions = () if known is None else predict(case, known, client, pki=pki, stand=stand, at=at)
            entries.append(Entry(case, case.host(stand), asks, predictions))
    steps = tuple(Text(step.template, tuple(values.items())) for step in STEPS.get(base, ()))
    return Part(client_by_id(client), steps, tuple(entries))


def foresees(prediction: Prediction, translate: Translate) -> str:
    """One line: over which protocol, what the client does, why, and on what that rests."""
    verdict = prediction.verdict
    does = DOES.get((verdict.outcome, verdict.overridable), NOBODY_KNOWS)
    return text(
        "{protocol}: {client} {does} ({codes}; {basis})",
        protocol=prediction.protocol.value,
        client=prediction.client.title,
        does=does,
        codes=tuple(sorted(verdict.error_codes)) or text("no fault"),
        basis=verdict.basis.value,
    ).render(translate)


def as_text(parts: Sequence[Part], translate: Translate) -> str:
    """The sheet for a terminal or a mail."""
    return "".join(f"{line}\n" for long in _lines(parts, translate) for line in _wrapped(long))


def _wrapped(line: str) -> list[str]:
    indent = len(line) - len(line.lstrip())
    return wrap(line, WIDTH, subsequent_indent=" " * (indent + 2), break_long_words=False) or [""]


def _lines(parts: Sequence[Part], translate: Translate) -> Iterator[str]:
    def said(sentence: Text) -> str:
        return sentence.render(translate)

    yield said(_title())
    for part in parts:
        yield from ("", f"== {part.client.title} ({part.client.id}) ==", said(_product()))
        yield from (f"{number}. {said(step)}" for number, step in enumerate(part.steps, 1))
        for entry in part.entries:
            yield from ("", f"[{entry.case.id}] {said(entry.case.title)}")
            yield from (f"  {said(line)}" for line in _facts(entry))
            yield from (f"  {said(text('Question:'))} {said(asked)}" for asked in entry.asks)
            for prediction in entry.predictions:
                yield f"  {said(text('Predicted:'))} {foresees(prediction, translate)}"
                yield from (
                    f"      “{words.text}” ({words.lang}; {words.source})" for words in prediction.verdict.words
                )
            yield from (f"  {said(SEEN)}", f"  {said(_words())} ____", f"  {said(_journal())} ____")
    yield from ("", said(FORGET), said(_send_back()))


def as_html(parts: Sequence[Part], translate: Translate, lang: str) -> bytes:
    """The sheet as one page to print or to fill in."""

    def said(sentence: Text) -> str:
        return sentence.render(translate)

    body: list[Node] = [e("h1", said(_title()))]
    for part in parts:
        body += [e("h2", f"{part.client.title} ({part.client.id})"), _blank(said(_product()))]
        body.append(e("ol", *(e("li", said(step)) for step in part.steps)))
        for entry in part.entries:
            body.append(_html_entry(entry, translate))
    body += [e("p", said(FORGET)), e("p", said(_send_back()))]
    head = e(
        "head",
        e("meta", charset="utf-8"),
        e("meta", name="viewport", content="width=device-width"),
        e("title", said(_title())),
        e("style", STYLE),
    )
    return ("<!DOCTYPE html>\n" + to_html(e("html", head, e("body", *body), lang=lang))).encode()


def as_json(parts: Sequence[Part]) -> bytes:
    """The sheet as data, one object a client and case; `seen`, `words` and `journal` are for whoever fills it in."""
    rows = [
        {
            "client": part.client.id,
            "case": entry.case.id,
            "title": str(entry.case.title),
            "host": entry.host,
            "root": entry.case.root,
            "questions": [str(asked) for asked in entry.asks],
            "predicted": [
                {
                    "protocol": one.protocol.value,
                    "outcome": one.verdict.outcome.value,
                    "overridable": one.verdict.overridable,
                    "codes": sorted(one.verdict.error_codes),
                    "words": [
                        {"text": said.text, "lang": said.lang, "source": said.source} for said in one.verdict.words
                    ],
                    "basis": one.verdict.basis.value,
                }
                for one in entry.predictions
            ],
            "seen": None,
            "words": None,
            "journal": None,
        }
        for part in parts
        for entry in part.entries
    ]
    kit = {"schema": "mailtrust/kit/1", "version": __version__, "product": None, "cases": rows}
    return (json.dumps(kit, ensure_ascii=False, indent=1) + "\n").encode()


def _html_entry(entry: Entry, translate: Translate) -> Element:
    def said(sentence: Text) -> str:
        return sentence.render(translate)

    foreseen = []
    for prediction in entry.predictions:
        words = [e("li", f"“{one.text}” ({one.lang}; {one.source})") for one in prediction.verdict.words]
        foreseen.append(e("li", foresees(prediction, translate), e("ul", *words) if words else None))
    return e(
        "section",
        e("h3", f"{said(entry.case.title)} [{entry.case.id}]"),
        *(e("p", said(line)) for line in _facts(entry)),
        *(e("p", e("strong", said(asked))) for asked in entry.asks),
        e("p", said(text("Predicted:"))),
        e("ul", *foreseen),
        e("p", said(SEEN)),
        _blank(said(_words())),
        _blank(said(_journal())),
    )


def _blank(label: str) -> Element:
    return e("p", label, " ", e("span", " ", class_="blank", contenteditable="true"), class_="blank")


def _facts(entry: Entry) -> Iterator[Text]:
    if entry.host is None:
        yield text("Not served: bring the kit up with an address of that kind too (--listen twice).")
    else:
        yield text("Server: {host}", host=entry.host)
    if entry.case.root == "absent":
        yield text("The kit's root makes no difference here.")
    if entry.case.do is not None:
        yield entry.case.do


def _title() -> Text:
    return text("What nobody could confirm: the case kit of mailtrust {version}", version=__version__)


def _product() -> Text:
    return text("Product, exact version, system, language:")


def _words() -> Text:
    return text("Its words, letter by letter:")


def _journal() -> Text:
    return text("The kit's journal (alert, handshake, commands):")


def _send_back() -> Text:
    return text(
        "Send it back: this sheet, screenshots and journal.txt of the kit's page, as an issue of the project. A sheet "
        "with one case helps as well."
    )
