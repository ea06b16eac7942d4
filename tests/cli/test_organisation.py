"""The commands live by mailtrust.toml: what is looked at, how it weighs, what does not count; and its mistakes."""

import json
import re
import runpy
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from mailtrust.cli.organisation import organisation_of

DOCS = Path(__file__).parents[2] / "docs"

Run = Callable[..., Any]
Write = Callable[..., Path]

TODAY = datetime.now(UTC).date()
RULE = "chain-incomplete"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write mailtrust.toml into the folder in which the commands run."""
    monkeypatch.chdir(tmp_path)

    def written(text: str, folder: Path = tmp_path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "mailtrust.toml"
        path.write_text(text, "utf-8")
        return path

    return written


def without_roots(flags: tuple[str, ...]) -> tuple[str, ...]:
    where = flags.index("--roots")
    return flags[:where] + flags[where + 2 :]


def accept(endpoint: str, days: int = 30, rule: str = RULE) -> str:
    return (
        f'[[accept]]\nrule = "{rule}"\nendpoint = "{endpoint}"\nreason = "ticket 4711"\n'
        f"until = {TODAY + timedelta(days=days)}\n"
    )


def rules(report: dict[str, Any], key: str = "findings") -> dict[str, str]:
    return {one["rule"]: one["severity"] for one in report[key]}


class TestWhatIsLookedAt:
    def test_everything_in_the_file_when_no_target_is_given(self, run: Run, healthy: Any, write: Write) -> None:
        write('domains = ["example.test"]\n[[server]]\nname = "imap"\nendpoints = ["imaps://mail.example.test"]\n')
        done = run("check", *healthy.flags, "--format", "json")
        assert (done.status, done.err) == (0, "")
        domain, server = json.loads(done.out)
        assert [domain["target"], server["target"]] == ["example.test", "imaps://mail.example.test"]
        assert {seen["host"] for seen in domain["endpoints"]} >= {"mail.example.test"}
        assert {(seen["host"], seen["port"]) for seen in server["endpoints"]} == {("mail.example.test", 993)}
        # The port was asked once, and both reports tell of it.
        both = [seen["at"] for report in (domain, server) for seen in report["endpoints"] if seen["port"] == 993]
        assert len(both) == 2 * len(set(both))

    def test_the_targets_that_are_given_and_no_others(self, run: Run, healthy: Any, write: Write) -> None:
        write('domains = ["nowhere.example.test"]\n')
        done = run("check", healthy.url("imaps"), *healthy.flags, "--format", "json")
        assert (done.status, done.err) == (0, "")
        assert json.loads(done.out)["weighing"]["file"] == "mailtrust.toml"

    @pytest.mark.parametrize("text", ["", "warn = '5d'\n"])
    def test_a_file_without_either_is_told(self, run: Run, write: Write, text: str) -> None:
        write(text)
        done = run("check")
        assert done.status == 2
        assert "or a mailtrust.toml that names domains or servers" in done.err

    def test_one_case_is_kept_of_one_target_only(self, run: Run, write: Write) -> None:
        write('domains = ["a.example", "b.example"]\n')
        assert "--save keeps one case" in run("check", "--save", "case.json").err
        assert "--as says what a TARGET is" in run("check", "--as", "host").err


class TestWhichFileCounts:
    def test_the_named_one_then_the_folders_then_the_users(
        self, run: Run, healthy: Any, write: Write, tmp_path: Path
    ) -> None:
        def counted(*given: object) -> str:
            done = run("check", healthy.url("imaps"), *healthy.flags, *given, "--format", "json")
            return str(json.loads(done.out)["weighing"]["file"])

        assert counted() == ""
        users = write("", tmp_path / "config" / "mailtrust")
        assert counted() == str(users)
        write("")
        assert counted() == "mailtrust.toml"
        other = write("", tmp_path / "other")
        assert counted("--servers", other) == str(other)
        assert counted("--servers", "/dev/null") == "/dev/null"

    def test_one_that_is_not_there_is_told(self, run: Run, write: Write) -> None:
        assert write("").exists()
        done = run("check", "mail.example.test", "--servers", "absent.toml")
        assert (done.status, done.err) == (2, "mailtrust: Could not read absent.toml: No such file or directory.\n")
        assert run("check", "mail.example.test", "--servers", ".").status == 2


class TestMistakes:
    BAD = 'clients = ["gmail"]\nwarn = "soon"\n[[accept]]\nrule = "expird"\n'

    @pytest.mark.parametrize("command", ["check", "forecast", "bundle"])
    def test_all_are_told_at_once_with_line_and_key(self, run: Run, write: Write, command: str) -> None:
        write(self.BAD)
        done = run(command, "mail.example.test")
        assert (done.status, done.out) == (2, b"")
        first, *lines = done.err.splitlines()
        assert first == "mailtrust: mailtrust.toml cannot be used."
        assert [line.split(": ")[0] for line in lines] == [
            "mailtrust.toml:1", "mailtrust.toml:2", *["mailtrust.toml:3"] * 3, "mailtrust.toml:4",
        ]  # fmt: skip
        assert "gmail-android" in lines[0]
        assert "expired" in lines[-1]

    def test_a_monitor_gets_its_one_line(self, run: Run, write: Write) -> None:
        write(self.BAD)
        done = run("check", "mail.example.test", "--format", "nagios")
        assert done.status == 3
        assert done.text.startswith("MAILTRUST UNKNOWN - mailtrust.toml cannot be used. mailtrust.toml:1: ")
        assert done.text.count("\n") == 1

    def test_a_root_that_is_not_there(self, run: Run, write: Write) -> None:
        write('roots = ["our/root.pem"]\n')
        assert "Could not read our/root.pem" in run("check", "mail.example.test").err

    def test_a_password_in_a_proxy_is_not_repeated(self, run: Run, write: Write) -> None:
        write('proxy = "socks5://user:geheim@proxy"\n')
        done = run("check", "mail.example.test")
        assert done.status == 2
        assert "mailtrust.toml:1: proxy: Expected a proxy such as http://" in done.err
        assert "geheim" not in done.err


class TestHowItWeighs:
    def test_by_the_clients_that_matter(self, run: Run, incomplete: Any, write: Write) -> None:
        write('clients = ["outlook-windows", "edge"]\n')
        done = run("check", *incomplete.given, "--format", "json")
        report = json.loads(done.out)
        assert done.status == 0
        assert rules(report)[RULE] == "warning"
        assert {one["client"] for one in report["verdicts"]} >= {"gmail-android", "firefox"}, "all are judged"
        # Who is asked for by name matters.
        assert run("check", *incomplete.given, "--client", "openssl").status == 1

    def test_a_version_that_matters_is_judged_beside_all(self, run: Run, incomplete: Any, write: Write) -> None:
        write('clients = ["outlook-windows@2007"]\n')
        report = json.loads(run("check", *incomplete.given, "--format", "json").out)
        assert {one["client"] for one in report["verdicts"]} >= {"outlook-windows", "outlook-windows@2007"}

    def test_by_its_thresholds_unless_the_command_line_says_otherwise(
        self, run: Run, healthy: Any, write: Write
    ) -> None:
        write('warn = "89d"\ncritical = "1%"\n')
        given = ("check", healthy.url("imaps"), *healthy.flags, "--client", "openssl", "--fail-on")
        assert run(*given, "warning").status == 1
        assert run(*given, "error").status == 0
        assert run(*given, "warning", "--warn", "10d").status == 0
        assert run(*given, "critical", "--critical", "88d").status == 1

    def test_a_forecast_warns_as_early_and_for_the_same_clients(self, run: Run, healthy: Any, write: Write) -> None:
        given = ("forecast", healthy.url("imaps"), *healthy.flags, "--until", str(TODAY + timedelta(days=200)))
        write('warn = "100%"\n')
        assert run(*given).status == 1
        assert run(*given, "--warn", "5d").status == 0
        # Opportunistic senders accept whatever they are shown.
        write('warn = "100%"\nclients = ["mta-opportunistic"]\n')
        assert run(*given).status == 0

    def test_by_the_organisations_own_roots(self, run: Run, healthy: Any, write: Write, tmp_path: Path) -> None:
        folder = tmp_path / "etc"
        file = write('roots = ["root.pem"]\ndeployed = ["gpo"]\n', folder)
        (folder / "root.pem").write_bytes((healthy.world.folder / "root.pem").read_bytes())
        flags = (*without_roots(healthy.flags), "--servers", file, "--format", "json", "--fail-on", "never")
        report = json.loads(run("check", healthy.url("imaps"), *flags, "--save", "case.json").out)
        assert len(report["assumed"]["local_roots"]) == 1
        assert report["assumed"]["deployed"] == ["gpo"]
        wide = json.loads(run("check", healthy.url("imaps"), *flags, "--deployed", "firefox").out)
        assert wide["assumed"]["deployed"] == ["firefox"]
        replaced = json.loads(run("check", healthy.url("imaps"), *flags, "--roots", folder / "root.pem").out)
        assert replaced["assumed"]["deployed"] == []
        # Recorded facts tell themselves what was assumed.
        again = run("check", "--from", "case.json", "--fail-on", "never", "--format", "json", "--servers", "/dev/null")
        assert json.loads(again.out)["assumed"] == report["assumed"]

    def test_by_no_roots_that_a_recording_did_not_assume(
        self, run: Run, healthy: Any, write: Write, tmp_path: Path
    ) -> None:
        flags = without_roots(healthy.flags)
        assert run("check", healthy.url("imaps"), *flags, "--save", "case.json").status == 1
        root = healthy.world.folder / "root.pem"
        write(f"roots = ['{root}']\n")
        assert run("check", healthy.url("imaps"), *flags).status == 0
        assert run("check", "--from", "case.json").status == 1

    def test_steps_are_those_of_the_server(self, run: Run, incomplete: Any, write: Write) -> None:
        write('[[server]]\nname = "mail.example.test"\nproduct = "dovecot"\n')
        assert "doveadm reload" in run("check", *incomplete.given, "--width", "120").text
        assert "doveadm reload" not in run("check", *incomplete.given, "--width", "120", "--product", "nginx").text

    def test_downloads_go_through_its_proxy(
        self, run: Run, healthy: Any, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from mailtrust.flows import edge

        used: list[str | None] = []
        real = edge.real_edge

        def watched(**given: Any) -> Any:
            used.append(given["proxy"])
            return real(**given)

        monkeypatch.setattr(edge, "real_edge", watched)
        write('proxy = "http://proxy.example.test:3128"\n')
        for command in ("check", "bundle", "forecast"):
            run(command, healthy.url("imaps"), *healthy.flags)
        run("check", healthy.url("imaps"), *healthy.flags, "--proxy", "http://other.example.test")
        run("check", healthy.url("imaps"), *healthy.flags, "--proxy", "")
        own = "http://proxy.example.test:3128"
        assert used == [own, own, own, "http://other.example.test", ""]


class TestWhatIsAccepted:
    def test_it_does_not_count_until_its_day_is_over(self, run: Run, incomplete: Any, write: Write) -> None:
        given = ("check", *incomplete.given)
        assert run(*given).status == 1
        write(accept("mail.example.test"))
        done = run(*given)
        assert (done.status, done.err) == (0, "")
        assert f"Accepted until {TODAY + timedelta(days=30)}: ticket 4711" in done.text
        later = (TODAY + timedelta(days=31)).isoformat()
        over = run(*given, "--at", later)
        assert over.status == 1
        assert "That is over, and it counts again." in " ".join(over.text.split())

    def test_in_every_format(self, run: Run, incomplete: Any, write: Write) -> None:
        write(accept(incomplete.world.target))

        def told(form: str) -> str:
            done = run("check", *incomplete.given, "--format", form)
            assert done.status == 0, form
            return str(done.text)

        report = json.loads(told("json"))
        assert RULE not in rules(report)
        assert RULE in rules(report, "accepted")
        assert report["outcome"] in ("clean", "info")
        assert told("nagios").startswith("MAILTRUST OK - ")
        assert "<h2>Accepted</h2>" in told("html")
        assert ET.fromstring(told("junit")).get("failures") == "0"
        assert "mailtrust_finding_accepted_until_timestamp_seconds{" in told("prometheus")

    def test_what_is_of_no_use_is_told(self, run: Run, healthy: Any, write: Write) -> None:
        write(
            'domains = ["example.test"]\n'
            + accept("old.example.test")
            + accept("*", rule="expired")
            + accept("mail.example.test", rule="name-mismatch")
        )
        done = run("check", *healthy.flags)
        assert done.status == 0
        nowhere, everywhere = done.err.splitlines()
        assert nowhere.startswith(
            "mailtrust: mailtrust.toml:2: chain-incomplete is accepted at old.example.test, where "
        )
        assert everywhere.endswith("mailtrust.toml:7: expired is accepted everywhere and was found nowhere: delete it.")
        assert (
            "mailtrust.toml:12: name-mismatch is accepted at mail.example.test, where it is found no more"
            in " ".join(done.text.split())
        )
        # Who looks at a part of it learns nothing about the rest.
        assert run("check", healthy.url("imaps"), *healthy.flags).err == ""


class TestThePage:
    def test_its_example_is_without_mistake_and_says_much(self) -> None:
        options = SimpleNamespace(servers=DOCS / "mailtrust.toml")
        organisation = organisation_of(options)  # type: ignore[arg-type]
        assert all(getattr(organisation, name) for name in ("domains", "clients", "servers", "accepted"))
        assert organisation_of(SimpleNamespace(organisation=organisation)) is organisation  # type: ignore[arg-type]

    def test_a_file_that_is_a_link_names_all_its_files_from_one_folder(self, write: Write, tmp_path: Path) -> None:
        kept = write(
            'roots = ["root.pem"]\n[[renew]]\nname = "mail"\nnames = ["mail.example.test"]\nby = "ca"\n'
            'password_file = "ca.password"\n',
            tmp_path / "kept",
        )
        (tmp_path / "mailtrust.toml").symlink_to(kept)
        organisation = organisation_of(SimpleNamespace(servers=tmp_path / "mailtrust.toml"))  # type: ignore[arg-type]
        (one,) = organisation.renewed
        assert [Path(file).parent for file in (*organisation.roots, one.by, one.password_file)] == [tmp_path] * 3

    def test_what_the_example_leaves_to_the_reader_is_without_mistake_too(self, write: Write) -> None:
        whole = re.sub(r"^# (\w+ = |\[)", r"\1", (DOCS / "mailtrust.toml").read_text("utf-8"), flags=re.MULTILINE)
        organisation = organisation_of(SimpleNamespace(servers=write(whole)))  # type: ignore[arg-type]
        assert organisation.proxy
        assert organisation.roots
        assert organisation.deployed

    def test_editors_find_no_mistake_in_it_and_find_those_that_there_are(self) -> None:
        schema = json.loads((DOCS / "schemas" / "organisation-1.json").read_bytes())
        checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
        example = tomllib.loads((DOCS / "mailtrust.toml").read_text("utf-8"))
        as_json = json.loads(json.dumps(example, default=str))
        assert not list(checker.iter_errors(as_json))
        for spoiled in (
            {"domain": []},
            {"clients": ["gmail"]},
            {"server": [{"product": "nginx"}]},
            {"server": [{"name": "x", "product": "ngnix"}]},
            {"accept": [as_json["accept"][0] | {"until": "soon"}]},
            {"accept": [as_json["accept"][0] | {"rule": "chain"}]},
        ):
            assert list(checker.iter_errors(as_json | spoiled)), spoiled

    def test_its_table_of_keys_is_current(self) -> None:
        page = runpy.run_path(str(DOCS.parent / "tools" / "organisation_page.py"))["page"]()
        assert (DOCS / "organisation.md").read_text("utf-8") == page, "renew it: python tools/organisation_page.py"


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path) -> Iterator[None]:
    """No command writes what it was not asked for."""
    yield
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()]
