"""A real browser opens the report with its network off: it asks for nothing, breaks no rule and draws what is there."""

import json
import shutil
import struct
import subprocess
import zlib
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mailtrust.core.model.evidence import Assessment
from mailtrust.core.report.formats import Reader
from mailtrust.core.report.html import write

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NAMES = ["incomplete", "healthy", "alone", "untidy", "hostile", "unreachable"]
pytestmark = [
    pytest.mark.may_be_left_out,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium"),
]
WIDTH, HEIGHT = 600, 900


def chromium(page: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Open the page once, with a profile of its own and a proxy that nobody serves: no request can leave."""
    assert CHROMIUM is not None
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        return subprocess.run(
            [
                CHROMIUM,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--hide-scrollbars",
                "--proxy-server=127.0.0.1:9",
                "--proxy-bypass-list=<-loopback>",
                f"--user-data-dir={profile}",
                f"--window-size={WIDTH},{HEIGHT}",
                "--enable-logging=stderr",
                *arguments,
                page.as_uri(),
            ],
            capture_output=True,
            timeout=120,
            check=True,
        )


def pixels(png: bytes) -> list[bytes]:
    """The rows of an 8-bit RGB or RGBA picture, three bytes a pixel (PNG 3rd edition 9, 12.1)."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, data, header = 8, b"", b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        header, data = (body if kind == b"IHDR" else header), (data + body if kind == b"IDAT" else data)
        at += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", header[:10])
    assert depth == 8
    size = {2: 3, 6: 4}[colour]
    raw, stride = zlib.decompress(data), width * size
    rows: list[bytes] = []
    before = bytes(stride)
    for number in range(height):
        start = number * (stride + 1)
        before = unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), before, size)
        rows.append(before)
    if size == 3:
        return rows
    opaque = [bytearray(row) for row in rows]
    for row in opaque:
        del row[3::4]
    return [bytes(row) for row in opaque]


def unfiltered(kind: int, row: bytearray, before: bytes, size: int) -> bytes:
    if kind == 0:
        return bytes(row)
    if kind == 2:
        return bytes((one + above) & 255 for one, above in zip(row, before, strict=True))
    for at, above in enumerate(before):
        left = row[at - size] if at >= size else 0
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + above) // 2
        else:
            guess = paeth(left, above, before[at - size] if at >= size else 0)
        row[at] = (row[at] + guess) & 255
    return bytes(row)


def paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda value: abs(guess - value))


@pytest.fixture
def page(incomplete: Assessment, tmp_path: Path) -> Path:
    made = tmp_path / "incomplete.html"
    made.write_bytes(write([incomplete], Reader()))
    return made


def colours(picture: Path) -> Counter[tuple[int, ...]]:
    found: Counter[tuple[int, ...]] = Counter()
    for row in pixels(picture.read_bytes()):
        found.update(zip(row[0::3], row[1::3], row[2::3], strict=True))
    return found


def asked_by(log: Path) -> set[str]:
    """The URLs that the page wanted; a file's origin is `null`, and what the browser wants for itself has none."""
    every = (event.get("params", {}) for event in json.loads(log.read_bytes())["events"])
    return {str(one["url"]) for one in every if "url" in one and one.get("initiator", "not an origin") == "null"}


def test_it_breaks_no_rule_and_asks_for_nothing(samples: dict[str, Assessment], tmp_path: Path) -> None:
    page, log = tmp_path / "all.html", tmp_path / "log.json"
    page.write_bytes(write([samples[name] for name in NAMES], Reader()))
    opened = chromium(page, f"--log-net-log={log}", "--dump-dom")
    assert b"</html>" in opened.stdout
    assert b"CONSOLE" not in opened.stderr
    assert asked_by(log) == set()


def test_a_page_that_asks_would_be_caught(healthy: Assessment, tmp_path: Path) -> None:
    page, log = tmp_path / "spoiled.html", tmp_path / "log.json"
    spoiled = write([healthy], Reader()).replace(b"<main>", b"<main><img src='http://x.example/'>")
    page.write_bytes(spoiled)
    assert b"Content Security Policy" in chromium(page, f"--log-net-log={log}", "--dump-dom").stderr
    assert asked_by(log) == set()
    page.write_bytes(spoiled.replace(b"Content-Security-Policy", b"x"))
    chromium(page, f"--log-net-log={log}", "--dump-dom")
    assert asked_by(log) == {"http://x.example/"}


def test_it_is_drawn_by_day_and_by_night(untidy: Assessment, tmp_path: Path) -> None:
    page, day, night = tmp_path / "untidy.html", tmp_path / "day.png", tmp_path / "night.png"
    page.write_bytes(write([untidy], Reader()))
    chromium(page, f"--screenshot={day}")
    chromium(page, f"--screenshot={night}", "--blink-settings=preferredColorScheme=0")
    by_day, by_night = colours(day), colours(night)
    for found, paper, bad, accepted in (
        (by_day, "ffffff", "b8232a", "176f43"),
        (by_night, "11151b", "ff8a82", "56c98f"),
    ):
        assert found.get(tuple(bytes.fromhex(paper)), 0) > WIDTH * HEIGHT // 5
        assert found.get(tuple(bytes.fromhex(bad)), 0) > 50, "the refusals are drawn"
        assert found.get(tuple(bytes.fromhex(accepted)), 0) > 100, "the acceptances are drawn"


def test_on_paper_nothing_stays_folded(page: Path, tmp_path: Path) -> None:
    folded, printed = tmp_path / "folded.pdf", tmp_path / "printed.pdf"
    chromium(page, "--no-pdf-header-footer", f"--print-to-pdf={printed}")
    # The same without the one rule that unfolds; the changed style sheet has another hash, so the policy must go.
    other = (
        page.read_bytes().replace(b"details::details-content", b"details::x").replace(b"Content-Security-Policy", b"x")
    )
    page.write_bytes(other)
    chromium(page, "--no-pdf-header-footer", f"--print-to-pdf={folded}")
    assert printed.read_bytes().startswith(b"%PDF-")
    assert pages_of(printed) > pages_of(folded)


def pages_of(document: Path) -> int:
    return document.read_bytes().count(b"/Type /Page\n")
