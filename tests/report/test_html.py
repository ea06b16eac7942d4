"""The HTML report: one file, harmless whoever's words stand in it, and readable by those who see no pictures."""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.finding import Explanation, Unknown
from mailtrust.core.model.observation import Handshake
from mailtrust.core.model.remedy import Human, Run, Step, Write
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Utterance
from mailtrust.core.report.formats import Reader
from mailtrust.core.report.html import write
from mailtrust.core.report.html_tree import Element, e, to_html

NAMES = ["incomplete", "healthy", "alone", "untidy", "hostile", "unreachable"]
VOID = {"meta", "br"}
# Everything that a page of ours is made of; no element that loads, runs, embeds, submits or animates.
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "main", "footer", "nav", "article", "header", "section"),
    *("div", "span", "p", "a", "b", "q", "h1", "h2", "h3", "h4", "ul", "ol", "li", "br", "table", "caption", "thead"),
    *("tbody", "tr", "th", "td", "details", "summary", "blockquote", "pre", "code", "figure", "figcaption"),
    *("svg", "desc", "g", "rect", "circle", "path", "text", "tspan"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "id", "class", "href", "scope", "role", "aria-label"),
    *("aria-labelledby", "aria-hidden", "viewbox", "x", "y", "cx", "cy", "r", "rx", "d", "width", "height"),
    "text-anchor",
}
EVIL = (
    "<script>alert(1)</script>'\"><img src=x onerror=alert(1)> </style></title></svg><!-- ]]> &amp; {host} "
    "\x1b[2J\x00\u202e"
)


@dataclass
class Node:
    tag: str
    attributes: dict[str, str]
    children: "list[Node | str]" = field(default_factory=list)

    def walk(self) -> "Iterator[Node]":
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, tag: str) -> "Iterator[Node]":
        for child in self.children:
            if isinstance(child, Node):
                if child.tag == tag:
                    yield child
                yield from child.all(tag)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


class Tree(HTMLParser):
    """Reads a page as a tree and insists on what HTML leaves open: every element is ended where it should be."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs)
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    def close(self) -> None:
        super().close()
        assert self._open == [self.root]


def parse(document: str) -> Node:
    tree = Tree()
    tree.feed(document)
    tree.close()
    return next(tree.root.all("html"))


def show(*assessments: Assessment, **reader: object) -> Node:
    document = write(assessments, Reader(**reader)).decode("utf-8")  # type: ignore[arg-type]
    assert document.startswith("<!doctype html>\n")
    assert not {one for one in document if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")} - {"\n"}
    page = parse(document)
    harmless(page)
    return page


def harmless(page: Node) -> None:
    """Nothing is loaded, run or sent, whatever the browser."""
    listed = [node.attributes["id"] for node in page.walk() if "id" in node.attributes]
    ids = set(listed)
    assert len(ids) == len(listed)
    for node in page.walk():
        assert node.tag in ELEMENTS, node.tag
        assert node.attributes.keys() <= ATTRIBUTES, node.attributes
        if "href" in node.attributes:
            assert node.attributes["href"].removeprefix("#") in ids
            assert node.attributes["href"].startswith("#")
    (style,) = page.all("style")
    assert not re.search(r"url\(|@import|@font-face|expression|<", style.text)
    (policy,) = [one for one in page.all("meta") if "http-equiv" in one.attributes]
    digest = b64encode(sha256(style.text.encode()).digest()).decode()
    assert policy.attributes["content"].split("; ") == [
        "default-src 'none'", f"style-src 'sha256-{digest}'", "base-uri 'none'", "form-action 'none'",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_whole_and_harmless(samples: dict[str, Assessment], name: str) -> None:
    page = show(samples[name])
    assert page.attributes["lang"] == "en"
    assert len(list(page.all("h1"))) == 1
    assert len(list(page.all("main"))) == 1


def spoiled(sample: Assessment, evil: str) -> Assessment:
    """The same assessment with a stranger's words wherever one can be named."""
    evidence = sample.evidence
    values = {"what": evil}
    endpoints = {
        seen.id: replace(seen, endpoint=replace(seen.endpoint, host=evil, address=evil))
        for seen in evidence.case.observations
    }
    for key, seen in endpoints.items():
        if isinstance(seen.result, Handshake):
            chain = tuple(named(one, evil) if isinstance(one, Certificate) else one for one in seen.presented_chain)
            endpoints[key] = replace(seen, result=replace(seen.result, presented_chain=chain, tls_version=evil))
        else:
            endpoints[key] = replace(seen, result=replace(seen.result, detail=evil))
    verdicts = tuple(
        replace(
            verdict,
            observation=endpoints[verdict.observation].id,
            reasons=tuple(replace(reason, code=evil) for reason in verdict.reasons),
            words=(Utterance(evil, evil, evil),),
        )
        for verdict in evidence.verdicts
    )
    results = tuple(
        replace(
            finding,
            rule=evil,
            observations=tuple(endpoints[one].id for one in finding.observations),
            title=text("{what}", **values),
            explanation=Explanation(*(text("{what}", **values) for _ in range(3))),
        )
        for finding in sample.findings
    )
    steps = (
        Step(text("{what}", **values), Write(evil, f"{evil}\n{evil}"), text("{what}", **values), needs=evil),
        Step(text("{what}", **values), Run(f"{evil}\n{evil}"), None),
        Step(text("{what}", **values), Human((text("{what}", **values),)), None),
    )
    remedies = tuple(
        replace(remedy, title=text("{what}", **values), steps=steps, decision=text("{what}", **values),
                cures=tuple(one.id for one in results))
        for remedy in sample.remedies
    )  # fmt: skip
    case = replace(
        evidence.case,
        target=evil,
        observations=tuple(endpoints.values()),
        lookups=(Lookup(evil, evil, (evil,), evil or "failed"),),
        hypothetical=tuple(named(one, evil) for one in evidence.certificates.values()),
        deployed=(evil,),
    )
    stores = {name: replace(store, provenance=evil) for name, store in evidence.stores.items()}
    judged = replace(evidence, case=case, verdicts=verdicts, stores=stores)
    return Assessment(judged, (*results, Unknown(evil, text("{what}", **values))), remedies)


def named(certificate: Certificate, evil: str) -> Certificate:
    """The certificate as if a stranger had chosen its names."""
    name = replace(certificate.subject, text=evil, common_names=(evil,), organisation=evil)
    issuer = replace(certificate.issuer, text=evil, common_names=(evil,), organisation=evil)
    names = tuple(replace(one, value=evil) for one in certificate.subject_alt_names or ())
    return replace(certificate, subject=name, issuer=issuer, subject_alt_names=names or None)


def test_markup_stays_text(incomplete: Assessment) -> None:
    page = show(spoiled(incomplete, EVIL))
    assert not list(page.all("script"))
    assert not list(page.all("img"))
    shown = page.text
    assert "<script>alert(1)</script>" in shown
    assert "onerror=alert(1)" in shown
    assert "\\x1b[2J\\x00\\u202e" in shown
    # Twice escaped would be safe as well, and unreadable.
    assert "&lt;" not in shown
    assert "&amp; {host}" in shown


def test_no_words_escape(alone: Assessment, incomplete: Assessment) -> None:
    plain = census(show(spoiled(alone, "x")))

    @given(
        st.one_of(
            st.text(st.characters(), max_size=60),
            st.text(st.sampled_from("<>\"'&;=/!-]{}()\\ \x00\x07\x1b\x9b\u2028\u202e\ud800abc"), max_size=60),
        )
    )
    @settings(max_examples=40)
    def holds(evil: str) -> None:
        assert census(show(spoiled(alone, evil))) == plain

    holds()
    for evil in ("'", '"', "<", "&", "]]>", "--><!--", "</svg></table></details>", "\x1b\x07", "\ud800"):
        assert census(show(spoiled(incomplete, evil))) == census(show(spoiled(incomplete, "x")))


def census(page: Node) -> dict[str, int]:
    """How many there are of what does not depend on how long a text is."""
    return {tag: len(list(page.all(tag))) for tag in ("section", "svg", "table", "li", "a", "details", "q")}


@given(st.recursive(st.text(max_size=20), lambda inner: st.lists(inner, max_size=4), max_leaves=12), st.text())
def test_the_tree_is_read_as_it_was_made(content: str | list[object], value: str) -> None:
    def made(node: object) -> Element:
        children = [made(one) if isinstance(one, list) else str(one) for one in node if isinstance(node, list)]  # type: ignore[attr-defined]
        return e("div", *children, class_=value)

    def shape(node: Node) -> list[object]:
        assert node.attributes == {"class": clean(value, 20_000)}
        return [shape(child) for child in node.children if isinstance(child, Node)]

    def expected(node: list[object]) -> list[object]:
        return [expected(child) for child in node if isinstance(child, list)]

    whole = [content]
    (root,) = (one for one in parse(to_html(e("html", made(whole)))).children if isinstance(one, Node))
    assert shape(root) == expected(whole)


def test_a_style_sheet_holds_no_markup() -> None:
    assert to_html(e("style", "a > b { color: red }")) == "<style>a > b { color: red }</style>"
    with pytest.raises(ValueError, match="no markup"):
        to_html(e("style", "</style><script>"))


def test_the_managers_words_come_first_and_the_steps_are_folded(incomplete: Assessment) -> None:
    first, second = (one for one in show(incomplete).all("section") if "finding" in one.attributes.get("class", ""))
    said = [
        first.text.index(str(words))
        for words in (
            incomplete.findings[0].title,
            incomplete.findings[0].explanation.manager,
            incomplete.findings[0].explanation.user,
            incomplete.findings[0].explanation.admin,
        )
    ]
    assert said == sorted(said)
    (folded,) = first.all("details")
    assert str(incomplete.findings[0].explanation.admin) in folded.text
    assert "doveadm reload" in folded.text
    assert "open" not in folded.attributes
    assert first.text.count("doveadm reload") == 1
    assert "-----BEGIN CERTIFICATE-----\nMIIB\n" in folded.text
    assert "ERROR" in first.text
    assert "WARNING" in second.text


def test_a_cure_is_told_once_and_referred_to_afterwards(incomplete: Assessment) -> None:
    page = show(incomplete)
    (link,) = page.all("a")
    (target,) = [one for one in page.all("div") if f"#{one.attributes.get('id')}" == link.attributes["href"]]
    assert "Renew the certificate" in target.text
    assert "Renew the certificate" not in link.text


@pytest.mark.parametrize("name", ["incomplete", "healthy", "alone", "untidy"])
def test_every_picture_has_words_and_a_table(samples: dict[str, Assessment], name: str) -> None:
    page = show(samples[name])
    pictures = [one for one in page.all("svg") if one.attributes.get("role") == "img"]
    decoration = [one for one in page.all("svg") if one.attributes.get("aria-hidden") == "true"]
    assert len(pictures) >= 2
    assert len(pictures) + len(decoration) == len(list(page.all("svg")))
    for picture in pictures:
        (title,), (described,) = picture.all("title"), picture.all("desc")
        assert picture.attributes["aria-labelledby"] == f"{title.attributes['id']} {described.attributes['id']}"
        assert title.text
        assert described.text
    tables = list(page.all("table"))
    assert len(tables) >= 2
    for table in tables:
        assert next(table.all("caption")).text
        assert {one.attributes["scope"] for one in table.all("th")} == {"col", "row"}


def test_the_gap_is_drawn_and_told(incomplete: Assessment) -> None:
    page = show(incomplete)
    first = next(one for one in page.all("svg") if "chain" in one.attributes.get("aria-labelledby", ""))
    kinds = [one.attributes["class"] for one in first.all("rect")]
    assert kinds == ["card sent", "card gone", "card end"]
    assert [one.attributes["class"] for one in first.all("path") if one.attributes["class"].startswith("way")] == [
        "way broken",
        "way broken",
    ]
    assert "Example Issuing CA 3: MISSING" in next(first.all("desc")).text
    whole = next(one for one in page.all("svg") if "chain-1-2" in one.attributes.get("aria-labelledby", ""))
    assert {one.attributes["class"] for one in whole.all("path") if "way" in one.attributes["class"]} == {"way"}


def test_nothing_is_said_by_colour_alone(incomplete: Assessment) -> None:
    page = show(incomplete)
    matrix = next(one for one in page.all("svg") if "matrix" in one.attributes.get("aria-labelledby", ""))
    words = [one.text for one in matrix.all("text")]
    for word, count in (("refuses", 3), ("refuses*", 1), ("refuses~", 1), ("accepts", 7), ("unknown", 1)):
        assert words.count(word) == count, word
    shapes = {
        "refuses": ("rect", "M"), "accepts": ("circle", "M"), "unknown": ("circle", "M"),
    }  # fmt: skip
    for group in matrix.all("g"):
        if [child for child in group.children if isinstance(child, Node) and child.tag == "text"]:
            word = next(group.all("text")).text.rstrip("*~")
            assert next(iter(group.all(shapes[word][0])), None) is not None
    assert "* its user can go on" in page.text
    assert "~ less certain" in page.text


def test_what_is_drawn_stays_in_its_picture(samples: dict[str, Assessment]) -> None:
    for name in NAMES:
        for picture in show(samples[name]).all("svg"):
            _, _, width, height = (float(one) for one in picture.attributes["viewbox"].split())
            for box in picture.all("rect"):
                at = {key: float(box.attributes[key]) for key in ("x", "y", "width", "height")}
                assert at["x"] >= 0
                assert at["x"] + at["width"] <= width
                assert at["y"] + at["height"] <= height
            for line in picture.all("text"):
                assert 0 < float(line.attributes["y"]) <= height
                assert 0 <= float(line.attributes["x"]) <= width


def test_it_speaks_the_readers_language(incomplete: Assessment) -> None:
    page = show(incomplete, lang="fr", translate=lambda sentence: f"fr:{sentence}")
    assert page.attributes["lang"] == "fr"
    assert [one.text[:3] for one in page.all("h2")] == ["fr:"] * 5
    spoken = {one.attributes["lang"]: one.text for one in page.all("q")}
    assert spoken["fr"] == "Certificat non valide."
    assert "en" in spoken, "words that exist in English alone are marked as English"


def test_several_targets_stand_on_one_page(incomplete: Assessment, untidy: Assessment, healthy: Assessment) -> None:
    page = show(incomplete, untidy, healthy)
    (nav,) = page.all("nav")
    assert [one.text for one in nav.all("a")] == ["mail.example.com", "example.com", "mail.example.com"]
    assert len(list(page.all("h1"))) == len(list(page.all("article"))) == 3


def test_what_it_rests_on_is_said(incomplete: Assessment) -> None:
    said = show(incomplete).text
    for words in (
        "mozilla is older than 180 days",
        "The CRL could not be fetched.",
        "SERVFAIL",
        "Judged for 2026-11-22",
    ):
        assert words in said


def test_what_was_assumed_stands_above(incomplete: Assessment) -> None:
    roots = tuple(incomplete.evidence.case.observations[5].presented_chain[1:])
    case = replace(incomplete.evidence.case, local_roots=roots)  # type: ignore[arg-type]
    page = show(replace(incomplete, evidence=replace(incomplete.evidence, case=case)))
    (head,) = page.all("header")
    assert "Assumed: Example Issuing CA 3 is trusted on every client (--roots)." in head.text


def test_many_columns_are_drawn_in_several_pictures(incomplete: Assessment) -> None:
    codes = [f"code-{number}" for number in range(6)]
    evidence = incomplete.evidence
    by_port = {seen.id: codes[number] for number, seen in enumerate(evidence.case.observations[:6])}
    verdicts = tuple(
        replace(one, reasons=tuple(replace(reason, code=by_port[one.observation]) for reason in one.reasons))
        for one in evidence.verdicts
    )
    page = show(replace(incomplete, evidence=replace(evidence, verdicts=verdicts)))
    pictures = [one for one in page.all("svg") if "matrix" in one.attributes.get("aria-labelledby", "")]
    assert len(pictures) == 2
    table = next(one for one in page.all("table") if next(one.all("caption")).text == "Who accepts it")
    assert len(list(next(table.all("thead")).all("th"))) == 7
