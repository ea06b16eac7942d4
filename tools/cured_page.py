"""Write into README.md which fault is cured on which product: python tools/cured_page.py JUNIT.xml of tests/circle."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

from mailtrust.lab.scenarios import SCENARIOS

PAGE = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- cured: begin -->\n", "<!-- cured: end -->\n"
PRODUCTS = ("nginx", "apache", "haproxy", "postfix", "dovecot", "exim", "slapd")
CELL = re.compile(r"test_the_circle\[(?P<scenario>.+)-(?P<product>[a-z]+)-(?P<reach>local|ssh)\]")
HEAD = """\
Every scenario of `mailtrust lab`, served by the real program from Debian: broken, then `mailtrust plan`,
`apply`, `prove`, a second `apply` that does nothing more, `apply --undo`, and broken again, octet by octet. A
client is connected all the time and must still be served afterwards, except by slapd, which knows no reload.
Each cell is tried on this machine and through a real sshd. `make circle` makes this table anew.

✓ cured and undone; - the program cannot be broken like that; a number: why it is not cured by a server, below

| Scenario | {products} |
|---|{lines}|
"""
NEVER = ("the product", "the fault is not")


def table(results: Path) -> str:
    """The table, from the results of a run."""
    cells: dict[tuple[str, str], str] = {}
    reasons: dict[str, int] = {}
    for case in ElementTree.parse(results).iter("testcase"):  # noqa: S314 - our own file
        if found := CELL.fullmatch(case.get("name", "")):
            key = found["scenario"], found["product"]
            cells[key] = _cell(case, reasons, cells.get(key, ""))
    rows = [
        f"| `{one.id}` {one.title} | " + " | ".join(cells.get((one.id, product), "?") for product in PRODUCTS) + " |"
        for one in SCENARIOS
        if any(cells.get((one.id, product), "-") != "-" for product in PRODUCTS)
    ]
    notes = "".join(f"{number}. {reason}\n" for reason, number in reasons.items())
    head = HEAD.format(products=" | ".join(PRODUCTS), lines="|".join("---" for _ in PRODUCTS))
    return head + "\n".join(rows) + "\n\n" + notes


def _cell(case: ElementTree.Element, reasons: dict[str, int], known: str) -> str:
    skipped = case.find("skipped")
    if case.find("failure") is not None or case.find("error") is not None:
        return "✗"
    if skipped is None:
        return known if known == "✗" else "✓"
    why = skipped.get("message", "")
    if why.startswith(NEVER):
        return "-"
    first = re.sub(r"[0-9a-f]{16}", "…", why.split("; ")[0])
    return str(reasons.setdefault(first, len(reasons) + 1))


def written_into(document: str, results: Path) -> str:
    """The document with another table between its marks."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table(results)}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written_into(PAGE.read_text("utf-8"), Path(sys.argv[1])), "utf-8")
