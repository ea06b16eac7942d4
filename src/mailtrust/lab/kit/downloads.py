"""What the kit's page gives: the root in the forms that devices take, the sheet, the journal, and a button a case."""

from datetime import datetime
from typing import Protocol

from mailtrust.core.formats.apple_profile import write_profile
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.text import text
from mailtrust.core.report.html_tree import Element, Node, e, to_html
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.kit.case import Case, Stand
from mailtrust.lab.kit.cases import CASES
from mailtrust.lab.kit.sheet import STYLE, as_html, sheet
from mailtrust.lab.kit.site import Pages, Reply
from mailtrust.lab.pki import Pki

HTML = "text/html; charset=utf-8"


class Kit(Protocol):
    """What the page knows of a kit that is up."""

    pki: Pki
    stand: Stand
    case: Case
    journal: list[str]
    now: datetime

    @property
    def values(self) -> dict[str, str | int]:
        """What the steps of the sheet need to know."""
        ...


def pages(kit: Kit) -> Pages:
    """Every page by its path; each is made when it is asked for."""

    def root() -> Certificate:
        return kit.pki.root.certificate

    return {
        "/": lambda _: Reply(HTML, _front(kit)),
        # What Android, Windows and Firefox take for a CA to install.
        "/root.crt": lambda _: Reply("application/x-x509-ca-cert", root().der),
        "/root.pem": lambda _: Reply("application/x-pem-file", to_pem(root()).encode("ascii")),
        "/root.mobileconfig": lambda _: Reply(
            "application/x-apple-aspen-config", write_profile("mailtrust.lab", "mailtrust lab", [root()])
        ),
        "/sheet": lambda _: Reply(HTML, as_html(sheet((), kit.values, kit.stand, kit.now, kit.pki), _english, "en")),
        "/journal.txt": lambda _: Reply(body="".join(f"{line}\n" for line in kit.journal).encode()),
    }


def _front(kit: Kit) -> bytes:
    rows: list[Node] = []
    for case in CASES:
        host = case.host(kit.stand)
        if host is not None:
            label = text("Present this").render(_english)
            mark = "▶ " if case is kit.case else ""
            form = e("form", e("button", label), method="post", action=f"/present/{case.id}")
            rows.append(e("li", f"{mark}{case.title} [{case.id}] ", e("code", host), form))
    roots = [e("a", name, href=f"/{name}") for name in ("root.crt", "root.pem", "root.mobileconfig")]
    links = [e("a", text("the sheet").render(_english), href="/sheet"), e("a", "journal.txt", href="/journal.txt")]
    body = e(
        "body",
        e("h1", text("mailtrust: the case kit").render(_english)),
        e("p", text("The root of this kit, for devices that are tested:").render(_english), *_spaced(roots)),
        e("p", *_spaced(links)),
        e("pre", "\n".join(reversed(kit.journal[-12:]))),
        e("ol", *rows),
    )
    head = e(
        "head",
        e("meta", charset="utf-8"),
        e("meta", name="viewport", content="width=device-width"),
        e("title", "mailtrust"),
        e("style", STYLE),
    )
    return ("<!DOCTYPE html>\n" + to_html(e("html", head, body, lang="en"))).encode()


def _spaced(nodes: list[Node] | list[Element]) -> list[Node]:
    return [part for node in nodes for part in (" ", node)]


def _english(sentence: str) -> str:
    return sentence
