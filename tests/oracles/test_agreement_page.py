"""docs/agreement.md says what the recordings and the profiles say today."""

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_is_current() -> None:
    page = runpy.run_path(str(ROOT / "tools" / "agreement_page.py"))["page"]()
    written = (ROOT / "docs" / "agreement.md").read_text(encoding="utf-8")
    assert written == page, "renew it: python tools/agreement_page.py"


def test_its_links_lead_somewhere() -> None:
    written = (ROOT / "docs" / "agreement.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", (ROOT / "docs" / "unconfirmed.md").read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    linked = set(re.findall(r"unconfirmed\.md#([a-z0-9-]+)", written))
    assert linked
    assert linked <= anchors
