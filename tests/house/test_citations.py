"""Citations name living RFCs, unless the line says that it means history (invariant 10)."""

import re
from pathlib import Path

import pytest

import mailtrust

PACKAGE = Path(mailtrust.__file__).parent
# Obsoleted RFCs of our field and what replaces them (rfc-editor.org).
OBSOLETE = {
    "821": "5321", "822": "5322", "2246": "8446", "2459": "5280", "2487": "3207", "2560": "6960", "2616": "9110",
    "2818": "9110", "2821": "5321", "2822": "5322", "3280": "5280", "3501": "9051", "4346": "8446", "5246": "8446",
    "6125": "9525", "6962": "9162", "7230": "9110", "7231": "9110", "7525": "9325", "3490": "5890", "5077": "8446",
    "2251": "4511", "2830": "4513", "5750": "8550", "6844": "8659", "7159": "8259", "3315": "8415", "4366": "6066",
}  # fmt: skip
CITATION = re.compile(r"RFCs?[ -]?(\d{3,5})")


def stale_citations(text: str) -> list[str]:
    return [
        f"line {number}: RFC {rfc} is replaced by RFC {OBSOLETE[rfc]}"
        for number, line in enumerate(text.splitlines(), 1)
        if "historic" not in line
        for rfc in CITATION.findall(line)
        if rfc in OBSOLETE
    ]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_citations_name_living_rfcs(path: Path) -> None:
    assert stale_citations(path.read_text(encoding="utf-8")) == []


def test_a_stale_citation_is_seen() -> None:
    assert stale_citations("# RFC 6125 6.4\n# historic: RFC 2818 3.1\n") == ["line 1: RFC 6125 is replaced by RFC 9525"]
