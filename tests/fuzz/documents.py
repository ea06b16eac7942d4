"""Every document that can be written about an assessment, each read by a reader of its kind: nothing does harm."""

import json
import re
import unicodedata
from functools import cache
from hashlib import sha256
from pathlib import Path
from xml.etree.ElementTree import Element

import icalendar
import jsonschema
from prometheus_client.parser import text_string_to_metric_families
from tests.report import test_html, test_junit, test_nagios

from mailtrust.core.forecast.forecast import Forecast
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Threshold
from mailtrust.core.report import forecast_ics, forecast_json, forecast_svg, forecast_text
from mailtrust.core.report.formats import FORMATS, Reader

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
DECEIVING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""What turns lines round (Unicode UAX 9)."""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
THOROUGH = 16
"""Of so many documents one is held against its whole schema, which takes far longer than writing it."""


def documents(assessment: Assessment) -> bytes:
    """Write the assessment in every format, look into each, and give them all."""
    written = {form.id: form.write([assessment], Reader()) for form in FORMATS}
    thorough = sha256(written["json"]).digest()[0] % THOROUGH == 0
    for form, document in written.items():
        (unmoved if form == "json" else harmless)(document.decode("utf-8"))
    report = json.loads(written["json"])
    if thorough:
        fits("report-1.json", report)
    test_html.harmless(test_html.parse(written["html"].decode("utf-8")))
    test_nagios.read(written["nagios"])
    junit = test_junit.parse(written["junit"])
    if thorough:
        test_junit.SCHEMA.validate(junit)
    list(text_string_to_metric_families(written["prometheus"].decode("utf-8")))
    if thorough:
        coloured = FORMATS[0].write([assessment], Reader(colour=True, width=60, ascii_only=True)).decode("utf-8")
        harmless(COLOUR.sub("", coloured))
    return b"\0".join(written.values())


def forecasts(made: Forecast) -> bytes:
    """The same for a forecast."""
    told = forecast_json.to_json(made, str, "en")
    drawn = forecast_svg.to_svg(made, str, "en")
    dates = forecast_ics.to_ics(made, str, warn=Threshold(percent=20))
    lines = forecast_text.render(made, width=100, colour=False, translate=str)
    unmoved(told.decode("utf-8"))
    harmless(drawn.decode("utf-8"))
    harmless(lines)
    harmless(dates.decode("utf-8").replace("\r\n", "\n"))
    if sha256(told).digest()[0] % THOROUGH == 0:
        fits("forecast-1.json", json.loads(told))
    picture = test_junit.parse(drawn)
    assert all(inert(element) for element in picture.iter()), "a picture that does something"
    calendar = icalendar.Calendar.from_ical(dates)
    for part in calendar.walk():
        assert part.name in ("VCALENDAR", "VEVENT", "VALARM")
        assert not part.keys() & {"ATTACH", "URL", "ATTENDEE", "ORGANIZER"}
    return b"\0".join((told, drawn, dates, lines.encode()))


def refusal(refused: UserProblem) -> bytes:
    """A sentence for people that can be shown as it is."""
    sentence = str(refused)
    harmless(sentence)
    assert "\n" not in sentence
    assert len(sentence) < 3000
    return sentence.encode()


def harmless(shown: str) -> None:
    """Every character of a document for people can be seen, or is a space of whatever width."""
    unseen = {one for one in set(shown) - {"\n"} if not one.isprintable() and unicodedata.category(one) != "Zs"}
    assert not unseen, sorted(map(ascii, unseen))


def unmoved(shown: str) -> None:
    """JSON says exactly what a stranger said, and still moves no cursor and turns no line round."""
    found = {
        one
        for one in set(shown) - {"\n"}
        if unicodedata.category(one) in ("Cc", "Zl", "Zp") or unicodedata.bidirectional(one) in DECEIVING
    }
    assert not found, sorted(map(ascii, found))


def fits(schema: str, value: object) -> None:
    wrong = next(_validator(schema).iter_errors(value), None)
    assert wrong is None, f"{schema}: {wrong.message[:300]} at {wrong.json_path}"


def inert(element: Element) -> bool:
    kind = element.tag.rpartition("}")[2].partition(" ")[0]
    return kind not in ("script", "foreignObject", "image", "use", "a", "zq") and not any(
        name.lower().startswith(("on", "href", "xlink")) for name in element.attrib
    )


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((SCHEMAS / schema).read_bytes()))
