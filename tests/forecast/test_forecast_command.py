"""`mailtrust forecast` from the command line, and what it looks for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import icalendar
import pytest

from mailtrust.cli.main import main
from mailtrust.core.clients import client_by_id
from mailtrust.core.forecast.forecast import HORIZON
from mailtrust.core.formats.case_file import encode
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.case_file import Lookup
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Endpoint, Offer
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.pool import PoolEntry, Source
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.x509.pem import to_pem
from mailtrust.edge.lookup.dns import FakeResolver, Found
from mailtrust.flows.check import CheckRequest, Edge
from mailtrust.flows.forecast import LATEST, foretell, foretell_case

if TYPE_CHECKING:
    from tests.forecast.conftest import Sky

DAY = timedelta(days=1)


@pytest.fixture
def case(sky: Sky, tmp_path: Path) -> Path:
    """Recorded facts: a leaf of 90 days that ends in 80, below a root that the user gives."""
    root = sky.root("Example Root")
    middle = sky.ca(root, "Example Issuing CA")
    leaf = sky.leaf(middle)
    path = tmp_path / "case.json"
    path.write_bytes(encode(sky.case(sky.seen(leaf, middle.certificate), local_roots=(root.certificate,))))
    return path


def test_a_case_is_foretold_as_text(case: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["forecast", "--from", str(case), "--lang", "en"]) == 0
    shown = capsysbinary.readouterr().out.decode()
    assert shown.startswith("mail.example.com: from 2027-02-10 on 15 of 16 clients turn it down or warn")
    assert "Example Root" in shown


@pytest.mark.parametrize(("warn", "status"), [("79d", 0), ("80d", 1), ("88%", 0), ("89%", 1)])
def test_the_exit_status_tells_how_soon(
    case: Path, warn: str, status: int, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["forecast", "--from", str(case), "--warn", warn]) == status
    assert capsysbinary.readouterr().out


def test_what_is_broken_already_is_no_good_news(case: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["forecast", "--from", str(case), "--at", "2027-06-01", "--warn", "1d", "--lang", "en"]) == 1
    assert b"today already" in capsysbinary.readouterr().out


def test_without_an_answer_there_is_nothing_to_foretell(
    sky: Sky, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "case.json"
    path.write_bytes(encode(sky.case(sky.refused())))
    assert main(["forecast", "--from", str(path), "--lang", "en"]) == 3
    assert b"nothing can be foretold" in capsysbinary.readouterr().out


@pytest.mark.parametrize("form", ["json", "svg", "ics"])
def test_each_form_comes_out_whole(
    case: Path, form: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    asked = ["forecast", "--from", str(case), "--format", form]
    assert main(asked) == 0
    written = capsysbinary.readouterr().out
    output = tmp_path / f"forecast.{form}"
    assert main([*asked, "-o", str(output)]) == 0
    assert output.read_bytes() == written
    assert capsysbinary.readouterr().out == b""
    if form == "json":
        assert json.loads(written)["schema"] == "mailtrust/forecast/1"
    elif form == "ics":
        assert icalendar.Calendar.from_ical(written).walk("VEVENT")
    else:
        assert written.startswith(b"<svg ")


def test_how_far_is_up_to_the_user(case: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    asked = ["forecast", "--from", str(case), "--format", "json"]
    assert main(asked) == 0
    assert json.loads(capsysbinary.readouterr().out)["until"] == "2029-11-22T12:00:00Z"
    assert main([*asked, "--until", "2026-12-24"]) == 0
    told = json.loads(capsysbinary.readouterr().out)
    assert (told["until"], told["changes"]) == ("2026-12-24T00:00:00Z", [])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--until", "2026-11-22"], "give a later day after --until"),
        (["--until", "soon"], "Expected a date or moment"),
        (["mail.example.com"], "give no TARGET beside it"),
        (["--no-aia"], "--no-aia"),
        (["--format", "pdf"], "--format"),
    ],
)
def test_mistakes_are_said(case: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", "--from", str(case), "--lang", "en", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_target_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", "--lang", "en"]) == 2
    assert "Expected a TARGET" in capsys.readouterr().err


def test_what_if_another_chain_was_presented(
    sky: Sky, case: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    root = sky.root("Example Root")
    longer = sky.leaf(root, sky.now + 150 * DAY)
    chain = tmp_path / "new.pem"
    chain.write_text(to_pem(longer))
    assert main(["forecast", "--from", str(case), "--with", str(chain), "--format", "json"]) == 0
    told = json.loads(capsysbinary.readouterr().out)
    assert [one["certificate"] for one in told["renewals"]] == [longer.fingerprint]
    assert told["assumed"]["hypothetical"] == [longer.fingerprint]


def test_the_flow_refuses_a_forecast_of_the_past(sky: Sky) -> None:
    request = CheckRequest.of("mail.example.com")
    case = sky.case(sky.refused())
    with pytest.raises(UserProblem, match="begins on"):
        foretell_case(case, request, sky.stores(), sky.now)
    made = foretell_case(case, request, sky.stores())
    assert made.until == sky.now + HORIZON
    last = foretell_case(case, replace(request, at=LATEST - DAY), sky.stores())
    assert last.until == LATEST


async def test_issuers_are_looked_for_although_nobody_needs_them_today(sky: Sky) -> None:
    old, new = sky.root("Old Root"), sky.root("New Root")
    middle = sky.ca(old, "Issuing", sky.now + 50 * DAY)
    other = sky.cross(new, middle, sky.now + 900 * DAY)
    leaf = sky.leaf(middle, sky.now + 40 * DAY)
    asked: list[str] = []

    async def probe(
        wishes: Sequence[tuple[Endpoint, Offer]], *, per_host: int | None, on_progress: object
    ) -> tuple[Observation, ...]:
        shown = sky.seen(leaf, middle.certificate)
        return tuple(replace(shown, endpoint=endpoint) for endpoint, offer in wishes if offer is Offer.DEFAULT)

    async def issuers(wanting: Sequence[Certificate]) -> tuple[Sequence[PoolEntry], Sequence[Lookup]]:
        asked.extend(one.fingerprint for one in wanting)
        return [PoolEntry(other, frozenset({Source.AIA}))], []

    def load(names: object) -> Mapping[str, AnchorStore]:
        return sky.stores(old, new)

    def now() -> datetime:
        return sky.now

    resolver = FakeResolver(hosts={"mail.example.com": Found(("192.0.2.1",))})
    edge = Edge(resolver, probe, (issuers,), load, now)
    request = replace(
        CheckRequest.of("imaps://mail.example.com"), clients=tuple(map(client_by_id, ("outlook-windows", "openssl")))
    )
    made = await foretell(request, edge)
    assert asked == [middle.certificate.fingerprint]
    end = middle.certificate.not_after
    assert {course.client.id: course.at(end - DAY).outcome for course in made.standing()} == {
        "outlook-windows": Outcome.WARNED,  # the leaf is over
        "openssl": Outcome.REFUSED,
    }
    renewed = {course.client.id: course.at(end + DAY).outcome for course in made.courses if course.track == "renewed"}
    assert renewed == {"outlook-windows": Outcome.ACCEPTED, "openssl": Outcome.REFUSED}
