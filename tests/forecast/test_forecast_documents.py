"""The forecast for programs: JSON by its schema, one SVG picture, and a calendar that another parser reads."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import icalendar
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.forecast.forecast import Forecast
from mailtrust.core.model.settings import Threshold
from mailtrust.core.report.forecast_ics import escape, fold, to_ics
from mailtrust.core.report.forecast_json import to_json
from mailtrust.core.report.forecast_svg import to_svg

if TYPE_CHECKING:
    from tests.forecast.conftest import Sky

SCHEMA = Path(__file__).parents[2] / "docs" / "schemas" / "forecast-1.json"
NAMES = ["staged", "saved", "traps", "own", "two", "hostile", "calm", "nothing"]
SVG = "{http://www.w3.org/2000/svg}"
WARN = Threshold(percent=20)


def same(template: str) -> str:
    return template


def written(made: Forecast) -> dict[str, object]:
    found: dict[str, object] = json.loads(to_json(made, same, "en"))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_json_keeps_to_its_schema(samples: dict[str, Forecast], name: str) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_bytes()))
    assert not [error.message for error in validator.iter_errors(written(samples[name]))]


@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_the_same_again(samples: dict[str, Forecast], name: str) -> None:
    made = samples[name]
    assert to_json(made, same, "en") == to_json(made, same, "en")
    assert to_svg(made, same, "en") == to_svg(made, same, "en")
    assert to_ics(made, same, warn=WARN) == to_ics(made, same, warn=WARN)


def test_json_names_every_certificate_it_speaks_of(samples: dict[str, Forecast]) -> None:
    for made in samples.values():
        told = to_json(made, same, "en").decode()
        spoken = set(re.findall(r'"([0-9a-f]{64})"', told))
        known = set(json.loads(told)["certificates"]) | {store.digest for store in made.evidence.stores.values()}
        assert spoken <= known


def test_json_tells_seconds_where_people_read_days(samples: dict[str, Forecast]) -> None:
    told = written(samples["staged"])
    change = told["changes"][0]  # type: ignore[index]
    assert change["turn"] == "breaks"
    assert {one["at"] for one in change["affected"]} == {"2027-02-10T12:00:00Z", "2027-02-10T12:00:01Z"}
    assert {tuple(one["new_codes"]) for one in change["affected"]} == {("expired",)}
    assert told["renewals"][0]["renew_by"] == "2027-02-09"  # type: ignore[index]
    assert told["limits"]["enforced"][0]["below"] == "public-roots"  # type: ignore[index]


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_is_one_file_that_loads_nothing(samples: dict[str, Forecast], name: str) -> None:
    drawn = to_svg(samples[name], same, "en")
    root = ET.fromstring(drawn)
    assert root.tag == f"{SVG}svg"
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {
            "svg", "title", "desc", "style", "defs", "pattern", "rect", "path", "text"
        }  # fmt: skip
        for attribute, value in element.attrib.items():
            assert "href" not in attribute
            assert not attribute.lower().startswith("on")
            assert "//" not in value
    outside = re.findall(r"url\(([^)]*)\)|@import|<script|<image|<!ENTITY", drawn.decode())
    assert set(outside) <= {"#ask", "#no"}


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_can_be_read_without_seeing_it(samples: dict[str, Forecast], name: str) -> None:
    root = ET.fromstring(to_svg(samples[name], same, "fr"))
    assert root.get("role") == "img"
    ids = {element.get("id") for element in root.iter()}
    assert set((root.get("aria-labelledby") or "").split()) <= ids
    title, told = root.findtext(f"{SVG}title") or "", root.findtext(f"{SVG}desc") or ""
    assert title
    if name != "nothing":
        assert "Clients, if nothing is done:" in told
        shown = " ".join(element.text or "" for element in root.iter(f"{SVG}text"))
        assert "lasts until" in shown


def test_outcomes_differ_in_more_than_colour(samples: dict[str, Forecast]) -> None:
    drawn = to_svg(samples["staged"], same, "en").decode()
    for name in ("ask", "no"):
        pattern = drawn.partition(f'<pattern id="{name}"')[2].partition("</pattern>")[0]
        assert "<path" in pattern
    assert {"life", "ok", "ask", "no"} <= set(re.findall(r'class="(\w+)"', drawn))


def test_nothing_is_drawn_outside_of_the_picture(samples: dict[str, Forecast]) -> None:
    for made in samples.values():
        root = ET.fromstring(to_svg(made, same, "en"))
        width, height = float(root.get("width") or 0), float(root.get("height") or 0)
        for element in (*root.iter(f"{SVG}rect"), *root.iter(f"{SVG}text")):
            if element.get("x") is None:
                continue
            x, y = float(element.get("x") or 0), float(element.get("y") or 0)
            assert 0 <= x + float(element.get("width") or 0) <= width
            assert 0 <= y <= height


def events(data: bytes) -> list[icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(data)
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"]
    return list(calendar.walk("VEVENT"))


@pytest.mark.parametrize("name", NAMES)
def test_another_parser_reads_the_calendar(samples: dict[str, Forecast], name: str) -> None:
    data = to_ics(samples[name], same, warn=WARN)
    assert data.endswith(b"END:VCALENDAR\r\n")
    for line in data.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        line.decode("utf-8")
    found = events(data)
    uids = [str(event["UID"]) for event in found]
    assert len(set(uids)) == len(uids)
    for event in found:
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "DESCRIPTION"} <= set(event)
        assert not list(event.errors)
        for alarm in event.walk("VALARM"):
            assert str(alarm["ACTION"]) == "DISPLAY"
            assert alarm.decoded("TRIGGER") < timedelta()
            assert alarm["DESCRIPTION"]


def test_the_calendar_has_the_days_that_matter(samples: dict[str, Forecast]) -> None:
    found = {str(event["SUMMARY"]): event for event in events(to_ics(samples["staged"], same, warn=Threshold(days=30)))}
    breaks = found["mail.example.com breaks: the certificate mail.example.com ends"]
    assert breaks.decoded("DTSTART") == datetime(2027, 2, 10, 12, 0, tzinfo=UTC)
    assert [alarm.decoded("TRIGGER") for alarm in breaks.walk("VALARM")] == [timedelta(days=-30), timedelta(days=-1)]
    assert found["Last day to renew mail.example.com"].decoded("DTSTART") == date(2027, 2, 9)
    assert found["Renew mail.example.com"].decoded("DTSTART") == date(2027, 1, 11)
    later = found["mail.example.com breaks: the intermediate Example Issuing CA ends"]
    assert "It happens even if the certificate has been renewed in time." in str(later["DESCRIPTION"])


def test_a_calendar_that_is_read_again_is_not_doubled(sky: Sky) -> None:
    root = sky.root("Root")
    middle = sky.ca(root, "Issuing", sky.now + 400 * timedelta(days=1))
    seen, stores = sky.seen(sky.leaf(middle), middle.certificate), sky.stores(root)
    first = to_ics(sky.forecast(seen, stores=stores), same, warn=WARN)
    later = to_ics(sky.forecast(seen, stores=stores, now=sky.now + timedelta(days=3)), same, warn=WARN)
    assert first != later
    by_uid = [{str(one["UID"]): str(one["SUMMARY"]) for one in events(data)} for data in (first, later)]
    assert by_uid[0] == by_uid[1]
    elsewhere = to_ics(sky.forecast(seen, stores=stores, target="other.example"), same, warn=WARN)
    assert by_uid[0].keys().isdisjoint(str(one["UID"]) for one in events(elsewhere))


def test_a_strangers_name_stays_a_name(samples: dict[str, Forecast]) -> None:
    found = events(to_ics(samples["hostile"], same, warn=WARN))
    assert any("<b>&\"';,\\n" in str(event["SUMMARY"]) for event in found)
    assert not [event for event in found if "\x1b" in str(event["SUMMARY"])]


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=300))
def test_what_is_escaped_and_folded_is_read_back(value: str) -> None:
    line = fold(f"SUMMARY:{escape(value)}")
    for piece in line.split("\r\n"):
        assert len(piece.encode("utf-8")) <= 75
    # NEL, LS and PS end a line for Python, not for RFC 5545; icalendar splits there.
    if not re.search("[\x85\u2028\u2029]", value):
        event = icalendar.Event.from_ical(
            f"BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20270101T000000Z\r\n{line}\r\nEND:VEVENT\r\n"
        )
        assert str(event["SUMMARY"]) == value


@pytest.mark.parametrize(("given_text", "told"), [("a\nb", "a\\nb"), ("a\r\nb", "a\\nb"), ("a;b,c\\", "a\\;b\\,c\\\\")])
def test_what_rfc_5545_asks_to_be_escaped(given_text: str, told: str) -> None:
    assert escape(given_text) == told
