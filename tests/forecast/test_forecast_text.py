"""The forecast on a terminal: the first sentence, the days, the picture and its twin in words."""

# ruff: noqa: RUF001 - signs that look alike are meant here
from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from mailtrust.core.forecast.courses import Track
from mailtrust.core.forecast.forecast import Forecast
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.forecast_axis import Axis
from mailtrust.core.report.forecast_rows import certificate_rows, client_rows, picture_ends
from mailtrust.core.report.forecast_text import render
from mailtrust.core.report.forecast_words import headline

if TYPE_CHECKING:
    from tests.forecast.conftest import Sky

SGR = re.compile("\x1b\\[[0-9;]*m")
NAMES = ["staged", "saved", "traps", "own", "two", "hostile", "calm", "nothing"]
WIDTHS = [40, 66, 80, 120]


def show(made: Forecast, width: int = 80, **more: object) -> str:
    given = {"colour": False, "translate": lambda template: template} | more
    return render(made, width=width, **given)  # type: ignore[arg-type]


def flat(shown: str) -> str:
    return " ".join(shown.split())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_it_fits_and_obeys_nobody(samples: dict[str, Forecast], name: str, width: int, ascii_only: bool) -> None:
    plain = show(samples[name], width, ascii_only=ascii_only)
    assert plain.endswith("\n")
    assert "\n\n\n" not in plain
    for line in plain.splitlines():
        assert cell_len(line) <= width
        assert line == line.rstrip()
    assert not {one for one in plain if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")} - {"\n"}
    coloured = show(samples[name], width, ascii_only=ascii_only, colour=True)
    assert SGR.sub("", coloured) == plain
    assert SGR.search(coloured)


@pytest.mark.parametrize("name", NAMES)
def test_the_ascii_twin_is_ascii(samples: dict[str, Forecast], name: str) -> None:
    assert show(samples[name], ascii_only=True).isascii()


@pytest.mark.parametrize("name", NAMES)
def test_every_language_fits(samples: dict[str, Forecast], name: str) -> None:
    def chinese(template: str) -> str:
        return "证书到期之后，客户端拒绝连接：" + " ".join(re.findall(r"\{\w+\}", template))

    for width in WIDTHS:
        for line in show(samples[name], width, translate=chinese).splitlines():
            assert cell_len(line) <= width


def test_the_first_sentence_says_it_all(samples: dict[str, Forecast]) -> None:
    said = {name: str(headline(made)) for name, made in samples.items() if name != "hostile"}
    assert said == {
        "staged": "mail.example.com: from 2027-02-10 on 15 of 16 clients turn it down or warn: the certificate "
        "mail.example.com ends.",
        "saved": "mail.example.com: from 2027-01-11 on 2 of 16 clients turn it down or warn: the intermediate "
        "New Root, issued by Go Old Root, ends.",
        "traps": "mail.example.com: from 2027-01-21 on 3 of 16 clients turn it down or warn: Mozilla disallows the "
        "root New Root.",
        "own": "mail.example.com: 15 of 16 clients turn it down or warn today already; mailtrust check says why.",
        "two": "mail.example.com: from 2027-09-18 on 15 of 16 clients turn it down or warn: the certificate "
        "mail.example.com ends; 15 do so today already.",
        "calm": "mail.example.com: nothing breaks before 2026-12-22, as far as it is known today.",
        "nothing": "mail.example.com: no port showed a certificate, so nothing can be foretold.",
    }


def test_who_breaks_on_which_day_and_why(samples: dict[str, Forecast]) -> None:
    shown = flat(show(samples["saved"]))
    assert "2027-01-11 ✗ the intermediate New Root, issued by Go Old Root, ends (in 50 days) refuses: " in shown
    first = shown.partition("2027-01-11 ✗")[2].partition("2027-09-18")[0]
    assert "Java mail programs" in first
    assert "Firefox" not in first


def test_what_is_announced_is_told_apart_by_whom_it_binds(samples: dict[str, Forecast]) -> None:
    shown = flat(show(samples["saved"]))
    announced = shown.partition("What is announced and concerns it")[2]
    assert "2027-03-15 Chrome's root programme allows no clientAuth in new public certificates" in announced
    assert "Bound by it: CAs; no client looks at it." in announced
    assert "[GoogleChrome/chromerootprogram:content/index.md, policy 1.8, 1.3.2 (41e424b, 2026-02)]" in announced


def test_what_cas_may_issue_is_told_apart_from_what_clients_refuse(samples: dict[str, Forecast]) -> None:
    shown = show(samples["staged"])
    issued, refused = shown.partition("What public CAs may issue")[2].split("What clients refuse, whoever")
    assert "2027-03-15 and later: 100 days, and a proof of control counts for 100 days" in flat(issued)
    assert "398" not in issued.partition("Timeline")[0].replace("2026-03-15", "")
    assert "more than 398 days below a root that they bring along: " in flat(refused)
    assert "100 days" not in refused


def test_a_trap_for_the_renewal_is_told_before_it_springs(samples: dict[str, Forecast]) -> None:
    shown = flat(show(samples["traps"]))
    renewed = shown.partition("What happens even if the certificate is always renewed in time")[2]
    assert "already ✗ Mozilla trusts nothing new below the root New Root" in renewed
    assert "Do not renew from this root" in renewed
    advice = shown.partition("What happens if nothing is done")[0]
    assert "A new one from the same root does not do for Thunderbird, Firefox" in advice


def test_what_happens_anyway_is_not_told_twice(samples: dict[str, Forecast]) -> None:
    made = samples["saved"]
    told = made.told(Track.RENEWED)
    assert len(told) < len(made.of(Track.RENEWED))
    shown = show(made)
    assert shown.count("the intermediate New Root, issued by Go Old Root, ends") == 1


def test_each_row_says_in_words_what_its_bar_shows(samples: dict[str, Forecast]) -> None:
    made = samples["staged"]
    ends = picture_ends(made)
    rows = client_rows(made, Track.AS_IT_STANDS, ends)
    told = {str(row.words) for row in rows}
    assert told == {
        "accepts, refuses from 2027-02-10",
        "accepts, asks from 2027-02-10",
        "accepts",
    }
    for row in rows:
        assert row.bars[0].begins == made.begins
        assert row.bars[-1].ends == ends
        for earlier, later in zip(row.bars, row.bars[1:], strict=False):
            assert earlier.ends == later.begins
    shown = show(made, 120)
    for row in rows:
        assert str(row.words) in flat(shown)
    assert "×" in shown
    assert "▒" in shown


def test_the_ascii_picture_keeps_outcomes_apart(samples: dict[str, Forecast]) -> None:
    lines = show(samples["staged"], ascii_only=True).splitlines()
    bars = [line.strip() for line in lines if re.fullmatch(r"\s*[=!x.]{20,}\s*", line)]
    assert any(re.fullmatch("=+x+", bar) for bar in bars)
    assert any(re.fullmatch("=+!+", bar) for bar in bars)
    assert "= accepts   ! asks   x refuses" in lines


def test_certificates_have_rows_of_their_own(samples: dict[str, Forecast]) -> None:
    made = samples["staged"]
    rows = certificate_rows(made, picture_ends(made))
    assert [str(row.names[0]) for row in rows] == ["mail.example.com", "Example Issuing CA"]
    assert [str(row.words) for row in rows] == ["lasts until 2027-02-10", "lasts until 2027-12-27"]


def test_nobody_is_drawn_whose_mind_is_not_known(samples: dict[str, Forecast]) -> None:
    made = samples["staged"]
    rows = client_rows(made, Track.AS_IT_STANDS, picture_ends(made))
    assert not {bar.outcome for row in rows for bar in row.bars} & {Outcome.UNKNOWN}
    assert "Not foretold, for nobody outside knows how they decide: " in flat(show(made))


def test_the_axis_names_days_that_fit(sky: Sky, samples: dict[str, Forecast]) -> None:
    made = samples["staged"]
    axis = Axis(made.begins, picture_ends(made))
    assert axis.place(axis.begins) == 0
    assert axis.place(axis.ends) == 1
    assert axis.place(axis.begins.replace(year=2000)) == 0
    ticks = axis.ticks(6)
    assert 2 <= len(ticks) <= 6
    assert all(axis.begins <= at <= axis.ends and at.day == 1 for at, _ in ticks)
    assert Axis(axis.begins, axis.begins).place(axis.ends) == 0
    long = Axis(axis.begins, axis.begins.replace(year=9999)).ticks(5)
    assert long == ()
    years = Axis(axis.begins, axis.begins.replace(year=2036)).ticks(6)
    assert [name for _, name in years] == ["2028", "2030", "2032", "2034", "2036"]


def test_nothing_to_do_is_said(samples: dict[str, Forecast]) -> None:
    shown = flat(show(samples["calm"]))
    assert "Nothing changes until 2026-12-22." in shown
    assert "Renew mail.example.com by 2027-09-17: it ends on 2027-09-18 12:00 UTC." in shown


def test_who_signs_himself_is_asked_again(samples: dict[str, Forecast]) -> None:
    assert "every exception that users have stored for it is void with the next one" in flat(show(samples["own"]))


def test_of_two_certificates_each_is_named_with_its_place(samples: dict[str, Forecast]) -> None:
    shown = flat(show(samples["two"]))
    assert "It is served at mail.example.com:993." in shown
    assert "(at mail.example.com:993)" in shown
    assert "Renew mail.example.com now" in shown
