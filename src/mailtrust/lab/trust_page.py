"""What visitors of the trust desk read, each in his language: yes or no, and what was seen of his programs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mailtrust.core.model.text import Text, text
from mailtrust.core.report.html_tree import Element, Node, e, to_html
from mailtrust.lab.journal import Opinion

HTML = "text/html; charset=utf-8"

OPINIONS: Mapping[Opinion, Text] = {
    "trusts": text("trusts it"),
    "refuses": text("does not trust it"),
    "unclear": text("cannot be told"),
}

TRUSTED = text("Your program trusts this certificate.")
NOT_TRUSTED = text("Your program does not trust this certificate, or does not reach this port.")
AFTER_WARNING = text("If it warned you before this page and you went on, it does not trust it: it made an exception.")

STYLE = """
body { font: 1.1rem/1.5 sans-serif; margin: 2rem auto; max-width: 42rem; padding: 0 1rem; }
table { border-collapse: collapse; } td, th { border: 1px solid #888; padding: .3rem .6rem; text-align: left; }
.trusts { background: #d7f5d7; color: #063; } .refuses { background: #fbd9d9; color: #800; }
.answer { border: 2px solid #888; box-sizing: border-box; display: block; max-width: 100%; padding: .5rem; }
.answer { font-weight: bold; }
@media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } }
"""
REFRESH_SECONDS = 10
IDEOGRAPHS = "\u2e80"
"""From here on letters are as wide as high."""

Translate = Callable[[str], str]


class Visit(Protocol):
    """What a program did at a port the last time."""

    @property
    def opinion(self) -> Opinion:
        """Whether it trusts."""
        ...

    @property
    def happened(self) -> Text:
        """How that was told."""
        ...

    @property
    def at(self) -> datetime:
        """When."""
        ...


def language_for(accepted: str, known: Mapping[str, Translate]) -> str:
    """The first language of Accept-Language (RFC 9110 12.5.4) that we know; else the first we know."""
    wanted = (part.partition(";")[0].strip()[:2].lower() for part in accepted.split(","))
    return next((one for one in wanted if one in known), next(iter(known)))


def front(
    root: str, secure: str, ports: Sequence[tuple[str, int, Visit | None]], language: str, translate: Translate
) -> bytes:
    """The page over plain HTTP: a picture by HTTPS that is the answer, and what was seen from the reader's address."""

    def said(sentence: Text) -> str:
        return sentence.render(translate)

    rows = [_row(scheme, port, visit, said) for scheme, port, visit in ports]
    return _page(
        language,
        said(text("Do your programs trust {root}?", root=root)),
        e(
            "p",
            # Where the picture is refused, its text stands in its place: no script is needed.
            e("img", class_="answer", src=f"{secure}/seal-{language}.svg", alt=said(NOT_TRUSTED)),
        ),
        e(
            "p",
            said(text("This browser, with its warnings if it has any:")),
            " ",
            e("a", f"{secure}/", href=f"{secure}/"),
        ),
        e(
            "p",
            said(
                text(
                    "A mail program: make an account with any name and password on the ports below. The mailbox is "
                    "empty, and what is sent is thrown away."
                )
            ),
        ),
        e("table", e("tr", *(e("th", said(head)) for head in _HEADS)), *rows),
        e("p", said(text("Seen from your address; this page looks again by itself."))),
        refresh=REFRESH_SECONDS,
    )


_HEADS = (text("Service"), text("Port"), text("Your program"), text("When (UTC)"))


def _row(scheme: str, port: int, visit: Visit | None, said: Callable[[Text], str]) -> Element:
    if visit is None:
        return e("tr", e("td", scheme), e("td", str(port)), e("td", said(text("was not seen yet"))), e("td"))
    return e(
        "tr",
        e("td", scheme),
        e("td", str(port)),
        e("td", said(OPINIONS[visit.opinion]), title=said(visit.happened)),
        e("td", f"{visit.at:%H:%M:%S}"),
        class_=visit.opinion,
    )


def trusted(root: str, translators: Mapping[str, Translate]) -> bytes:
    """The page over HTTPS, in every language: who reads it came through."""
    parts = [
        e("section", e("h1", TRUSTED.render(tell)), e("p", AFTER_WARNING.render(tell)), lang=language)
        for language, tell in translators.items()
    ]
    return _page(next(iter(translators)), root, *parts)


def seals(translators: Mapping[str, Translate]) -> dict[str, bytes]:
    """The pictures that are the answer, by path."""
    return {f"/seal-{language}.svg": _seal(TRUSTED.render(tell)) for language, tell in translators.items()}


def _seal(words: str) -> bytes:
    width = 40 + sum(26 if letter >= IDEOGRAPHS else 13 for letter in words)
    return to_html(
        e(
            "svg",
            e("rect", width="100%", height="100%", fill="#d7f5d7"),
            e("text", words, x="20", y="38", fill="#063", font_family="sans-serif", font_size="24"),
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {width} 60",
            width=width,
        )
    ).encode()


def _page(language: str, title: str, *body: Node, refresh: int = 0) -> bytes:
    head = e(
        "head",
        e("meta", charset="utf-8"),
        e("meta", name="viewport", content="width=device-width"),
        e("meta", http_equiv="refresh", content=str(refresh)) if refresh else None,
        e("title", title),
        e("style", STYLE),
    )
    heading = () if not refresh else (e("h1", title),)
    return ("<!DOCTYPE html>\n" + to_html(e("html", head, e("body", *heading, *body), lang=language))).encode()
