"""`mailtrust check` on worlds of the lab: exit status, facts kept and judged again, reports for people and programs."""

import io
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest

from mailtrust.cli.translations import translator
from mailtrust.core.clients import CLIENTS

Run = Callable[..., Any]

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "report-1.json").read_bytes())


def valid(report: bytes) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(report)
    jsonschema.validate(document, SCHEMA)
    return document


class TestExitStatus:
    @pytest.mark.parametrize(
        ("clients", "fail_on", "status"),
        [
            # For all clients together the missing intermediate is an error, for OpenSSL alone it is critical.
            (None, "never", 0),
            (None, "warning", 1),
            (None, "error", 1),
            (None, None, 1),
            (None, "critical", 0),
            ("openssl", "critical", 1),
            ("openssl", "never", 0),
        ],
    )
    def test_of_findings(
        self, run: Run, incomplete: Any, clients: str | None, fail_on: str | None, status: int
    ) -> None:
        given = [*(("--client", clients) if clients else ()), *(("--fail-on", fail_on) if fail_on else ())]
        assert run("check", *incomplete.given, *given).status == status

    @pytest.mark.parametrize(("fail_on", "status"), [("warning", 1), ("error", 0)])
    def test_of_a_warning(self, run: Run, healthy: Any, fail_on: str, status: int) -> None:
        given = ("--warn", "80d", "--critical", "1d", "--client", "openssl", "--fail-on", fail_on)
        assert run("check", healthy.url("imaps"), *healthy.flags, *given).status == status

    def test_of_a_server_without_fault(self, run: Run, healthy: Any) -> None:
        done = run("check", *healthy.given, "--fail-on", "warning")
        assert (done.status, done.err) == (0, "")

    @pytest.mark.parametrize("fail_on", ["never", "error"])
    def test_when_nothing_could_be_looked_at(self, run: Run, healthy: Any, fail_on: str) -> None:
        done = run("check", "nowhere.example.test", *healthy.flags, "--fail-on", fail_on)
        assert done.status == 3
        assert "nowhere.example.test has no address" in done.text

    def test_of_the_worst_of_several_targets(self, run: Run, healthy: Any) -> None:
        good, nowhere = healthy.url("imaps"), "imaps://nowhere.example.test"
        done = run("check", good, nowhere, *healthy.flags, "--client", "openssl")
        assert done.status == 3
        assert done.text.startswith(f"{good}: the client accepts it.")
        assert f"{nowhere}: no port showed a certificate" in done.text


class TestFactsKept:
    @pytest.fixture
    def case(self, run: Run, incomplete: Any, tmp_path: Path) -> tuple[Path, bytes]:
        """A case file, and the report made when it was recorded."""
        path = tmp_path / "case.json"
        done = run("check", *incomplete.given, "--save", path, "--format", "json")
        assert done.status == 1
        return path, done.out

    def test_the_same_bytes_again_and_again(self, run: Run, case: tuple[Path, bytes]) -> None:
        path, live = case
        first, second = (run("check", "--from", path, "--format", "json") for _ in range(2))
        assert first == second
        assert first.out == live
        assert first.status == 1
        valid(first.out)

    def test_from_standard_input(self, run: Run, case: tuple[Path, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
        path, live = case
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(path.read_bytes()), isatty=lambda: False))
        assert run("check", "--from", "-", "--format", "json").out == live

    def test_facts_recorded_elsewhere_name_other_stores(self, run: Run, case: tuple[Path, bytes]) -> None:
        path, _ = case
        facts = json.loads(path.read_bytes())
        assert "state in which it was" not in run("check", "--from", path).text
        assert [store["name"] for store in facts["stores"]] == sorted({client.anchor_store for client in CLIENTS})
        for store in facts["stores"]:
            if store["name"] == "mozilla":
                store["digest"] = "0" * 64
        path.write_text(json.dumps(facts))
        assert "mozilla is not in the state in which it was when the case was recorded" in " ".join(
            run("check", "--from", path).text.split()
        )

    def test_for_another_day_and_other_clients(self, run: Run, case: tuple[Path, bytes]) -> None:
        path, _ = case
        later = (datetime.now(UTC) + timedelta(days=100)).date().isoformat()
        report = valid(run("check", "--from", path, "--at", later, "--client", "openssl", "--format", "json").out)
        assert report["at"] == f"{later}T00:00:00Z"
        assert {verdict["client"] for verdict in report["verdicts"]} == {"openssl"}
        assert "expired" in {finding["rule"] for finding in report["findings"]}

    def test_what_was_supposed_is_not_recorded_as_a_fact(self, run: Run, incomplete: Any, tmp_path: Path) -> None:
        bundle, case = tmp_path / "bundle.pem", tmp_path / "case.json"
        assert run("bundle", *incomplete.given, "-o", bundle).status == 0
        assert run("check", *incomplete.given, "--with", bundle, "--save", case).status == 0
        assert run("check", "--from", case).status == 1
        assert run("check", "--from", case, "--with", bundle).status == 0

    def test_other_roots_than_those_of_the_recording(self, run: Run, healthy: Any, tmp_path: Path) -> None:
        case, foreign = tmp_path / "case.json", tmp_path / "foreign.pem"
        assert run("check", healthy.url("imaps"), *healthy.flags, "--save", case).status == 0
        assert run("check", "--from", case).status == 0
        shutil.copy(healthy.world.listener("mail", "imaps").folder / "bundle.pem", foreign)
        assert run("check", "--from", case, "--roots", foreign).text != run("check", "--from", case).text


class TestReports:
    @pytest.mark.parametrize("scenario", ["healthy", "missing-intermediate", "ports-disagree", "expired-cross-sign"])
    def test_json_is_as_published(self, run: Run, lab: Any, scenario: str) -> None:
        world = lab(scenario)
        report = valid(run("check", *world.given, "--format", "json").out)
        assert report["target"] == world.world.target
        assert report["assumed"]["local_roots"]

    def test_several_targets_are_one_document(self, run: Run, healthy: Any) -> None:
        targets = [healthy.url("imaps"), healthy.url("https")]
        done = run("check", *targets, *healthy.flags, "--client", "openssl", "--format", "json")
        reports = json.loads(done.out)
        assert [report["target"] for report in reports] == targets
        for report in reports:
            jsonschema.validate(report, SCHEMA)

    @pytest.mark.parametrize("lang", ["fr", "zh"])
    def test_in_another_language(self, run: Run, incomplete: Any, lang: str) -> None:
        done = run("check", *incomplete.given, "--lang", lang)
        translate = translator(lang)
        for heading in ("Who accepts it", "What is wrong", "What this rests on"):
            assert heading not in done.text
            assert translate(heading) in done.text
        report = valid(run("check", *incomplete.given, "--lang", lang, "--format", "json").out)
        assert report["lang"] == lang

    def test_the_locale_chooses_the_language(self, run: Run, incomplete: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LANGUAGE", "fr_CH:en")
        assert translator("fr")("Who accepts it") in run("check", *incomplete.given).text
        assert "Who accepts it" in run("check", *incomplete.given, "--lang", "en").text

    def test_into_a_file_whole_or_not_at_all(self, run: Run, healthy: Any, tmp_path: Path) -> None:
        there = tmp_path / "report.json"
        there.write_text("the report of yesterday")
        done = run("check", *healthy.given, "--format", "json", "-o", there)
        assert (done.status, done.out, done.err) == (0, b"", "")
        valid(there.read_bytes())
        assert [path.name for path in tmp_path.iterdir() if path.name != "cache"] == ["report.json"]

    @pytest.mark.parametrize("width", [60, 80, 100])
    def test_no_line_is_wider_than_the_page(self, run: Run, incomplete: Any, width: int) -> None:
        text = run("check", *incomplete.given, "--width", str(width)).text
        assert max(map(len, text.splitlines())) <= width

    @pytest.mark.parametrize(
        ("colour", "no_color", "coloured"),
        [("always", "", True), ("always", "1", True), ("never", "", False), ("auto", "", False), (None, "1", False)],
    )
    def test_colours(
        self,
        run: Run,
        healthy: Any,
        monkeypatch: pytest.MonkeyPatch,
        colour: str | None,
        no_color: str,
        coloured: bool,
    ) -> None:
        monkeypatch.setenv("NO_COLOR", no_color)
        given = ("--colour", colour) if colour else ()
        done = run("check", healthy.url("imaps"), *healthy.flags, "--client", "openssl", *given)
        assert (b"\x1b[" in done.out) is coloured

    @pytest.mark.parametrize("form", ["html", "nagios", "junit", "prometheus"])
    def test_every_other_format_writes_something(self, run: Run, incomplete: Any, form: str) -> None:
        done = run("check", *incomplete.given, "--format", form)
        assert done.out
        assert done.err == ""

    def test_a_plugins_answer_stands_on_standard_output(self, run: Run) -> None:
        for given in (("a b",), ("--no-such-option",), ("mail.example.com", "--format", "nagios", "--client", "x")):
            done = run("check", "--format=nagios", *given)
            assert (done.status, done.err) == (3, "")
            assert done.text.startswith("MAILTRUST UNKNOWN - ")


class TestLooking:
    def test_issuers_at_private_addresses_only_when_allowed(self, run: Run, incomplete: Any) -> None:
        flags = [flag for flag in incomplete.flags if flag != "--allow-private-aia"]
        report = valid(run("check", incomplete.world.target, *flags, "--format", "json").out)
        (asked,) = [one for one in report["lookups"] if one["kind"] == "aia"]
        assert "--allow-private-aia" in asked["failure"]
        assert not any("aia" in one["sources"] for one in report["certificates"].values())

    def test_no_download_when_none_is_wanted(self, run: Run, incomplete: Any) -> None:
        report = valid(run("check", *incomplete.given, "--no-aia", "--format", "json").out)
        assert not [one for one in report["lookups"] if one["kind"] == "aia"]

    def test_the_backend_behind_the_balancer(self, run: Run, healthy: Any, incomplete: Any) -> None:
        behind = incomplete.world.listener("mail", "imaps").real_port
        done = run("check", healthy.url("imaps"), *healthy.flags, "--also", f"127.0.0.1:{behind}", "--format", "json")
        report = valid(done.out)
        default = [one["id"] for one in report["endpoints"] if one["offer"] == "default"]
        assert default == [
            "imaps://mail.example.test:993@127.0.0.1",
            f"imaps://mail.example.test:993@127.0.0.1:{behind}",
        ]
        assert "addresses-disagree" in {finding["rule"] for finding in report["findings"]}

    def test_what_an_earlier_run_met_is_known(self, run: Run, incomplete: Any) -> None:
        assert run("check", *incomplete.given, "--client", "openssl").status == 1
        report = valid(run("check", *incomplete.given, "--client", "openssl", "--no-aia", "--format", "json").out)
        assert not any("catalogue" in one["sources"] for one in report["certificates"].values())
        flags = [flag for flag in incomplete.flags if flag != "--allow-private-aia"]
        again = run("check", incomplete.world.target, *flags, "--client", "openssl", "--format", "json")
        assert any("catalogue" in one["sources"] for one in valid(again.out)["certificates"].values())

    def test_a_password_opens_a_pfx_that_is_judged(self, run: Run, incomplete: Any, tmp_path: Path) -> None:
        key = incomplete.world.listener("mail", "imaps").folder / "key.pem"
        secret, pfx = tmp_path / "secret", tmp_path / "mail.pfx"
        secret.write_text("geheim\n")
        made = ("bundle", *incomplete.given, "--for", "pfx", "--key", key, "--password-file", secret, "-o", pfx)
        assert run(*made).status == 0
        refused = run("check", *incomplete.given, "--with", pfx)
        assert refused.status == 2
        assert "needs its password" in refused.err
        assert run("check", *incomplete.given, "--with", pfx, "--password-file", secret).status == 0
