"""docs/certreq.md says what the reader's tables say today."""

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_is_current() -> None:
    page = runpy.run_path(str(ROOT / "tools" / "certreq_page.py"))["page"]()
    written = (ROOT / "docs" / "certreq.md").read_text(encoding="utf-8")
    assert written == page, "renew it: python tools/certreq_page.py"
