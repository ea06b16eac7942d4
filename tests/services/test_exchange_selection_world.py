"""The twelve exported organisations: whatever was mended presents a usable certificate everywhere, and says why."""

import pytest
from tests.services.world.making import NOW, Exported
from tests.services.world.twelve import TWELVE

from mailtrust.core.report.page import Page
from mailtrust.core.report.services_selection_text import show_selections
from mailtrust.core.services.exchange.selecting.select import select
from mailtrust.core.services.exchange.selecting.selection import NotOffered, Selection, is_served

WORLD: tuple[Exported, ...] = tuple(make() for make in TWELVE)
IDS = [one.id for one in WORLD]


def places(found: tuple[Selection, ...], *, served: bool) -> set[str]:
    return {f"{one.server} {one.kind} {one.name}" for one in found if is_served(one) is served}


@pytest.mark.parametrize("it", WORLD, ids=IDS)
def test_what_is_mended_presents_a_usable_certificate(it: Exported) -> None:
    found = select(it.mended, NOW)
    assert found
    assert not places(found, served=False)
    assert all(is_served(one) or isinstance(one.outcome, NotOffered) for one in found)


@pytest.mark.parametrize(
    ("id_", "wanting"),
    [
        ("of-2007", {"MAIL07 imap IMAP", "MAIL07 pop POP"}),
        ("many-of-2016", {"MB2 send To Partner", "MB3 receive MB3\\Client Frontend MB3", "MB3 imap IMAP"}),
        ("one-of-2016", set()),
    ],
)
def test_what_is_broken(id_: str, wanting: set[str]) -> None:
    it = next(one for one in WORLD if one.id == id_)
    assert places(select(it.broken, NOW), served=False) == wanting


@pytest.mark.parametrize("it", WORLD, ids=IDS)
@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("width", [40, 80, 120])
def test_it_is_shown_on_any_screen(it: Exported, ascii_only: bool, width: int) -> None:
    page = Page(width, ascii_only=ascii_only, translate=str, lang="en")
    found = select(it.broken, NOW)
    show_selections(page, found, select(it.mended, NOW), (), (), every_search=True)
    shown = page.print(colour=False)
    assert all(len(line) <= width for line in shown.splitlines())
    assert shown.isascii() or not ascii_only
    assert "Afterwards" in shown
