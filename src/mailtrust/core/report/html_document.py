"""The frame of every page: it loads nothing, and forbids itself every source but the one style sheet in it."""

from base64 import b64encode
from hashlib import sha256

from mailtrust.core.model.text import text
from mailtrust.core.report.html_style import STYLE
from mailtrust.core.report.html_tree import Node, e, to_html
from mailtrust.core.report.page import Page
from mailtrust.version import __version__


def write_document(page: Page, title: str, *body: Node | None) -> bytes:
    """The whole file, in the language of the page."""
    made = text("Made by mailtrust {version}. This page holds all it shows and loads nothing.", version=__version__)
    document = e(
        "html",
        e(
            "head",
            e("meta", charset="utf-8"),
            e("meta", http_equiv="Content-Security-Policy", content=_policy()),
            e("meta", name="viewport", content="width=device-width, initial-scale=1"),
            e("meta", name="referrer", content="no-referrer"),
            e("meta", name="color-scheme", content="light dark"),
            e("title", title),
            e("style", STYLE),
        ),
        e("body", *body, e("footer", e("p", page.say(made)))),
        lang=page.lang,
    )
    return f"<!doctype html>\n{to_html(document)}\n".encode()


def _policy() -> str:
    """By its hash (CSP Level 3, 6.7.2)."""
    style = b64encode(sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'"
