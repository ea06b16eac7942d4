"""Twelve exported organisations, 2007 to Subscription Edition: what is found in each, and that mending mends it."""

import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from tests.cli.conftest import Done
from tests.services.world import border, newer
from tests.services.world.forms import written
from tests.services.world.making import NOW, Exported
from tests.services.world.twelve import TWELVE

from mailtrust.core.issuance.authority import Issued
from mailtrust.core.model.exchange import ExchangeOrganisation
from mailtrust.core.rules.assigning import ASSIGNMENT_RULES
from mailtrust.core.x509.pem import to_pem

Run = Callable[..., Done]
AT = NOW.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("make", TWELVE, ids=lambda make: make.__name__)
def test_an_organisation(make: Callable[[], Exported], tmp_path: Path, run: Run) -> None:
    it = make()
    before = _checked(it, it.broken, tmp_path / "broken", run, mended=False)
    assert _found(before) == it.expected
    assert it.unknown <= {one["rule"] for one in before["checks"] if one["result"] == "unknown"}
    after = _checked(it, it.mended, tmp_path / "mended", run, mended=True)
    assert _found(after) == it.remaining
    passed = {one["rule"] for one in after["checks"] if one["result"] == "passed"}
    left = {one.partition(":")[0] for one in it.remaining}
    assert {one.partition(":")[0] for one in it.expected} - left <= passed


def test_every_rule_finds_something_in_this_world() -> None:
    found = {one.partition(":")[0] for make in TWELVE for one in make().expected}
    assert found == {rule.ID for rule in ASSIGNMENT_RULES}


class TestTheCommand:
    @pytest.fixture
    def export(self, tmp_path: Path) -> Path:
        ((_, data),) = written(newer.on_the_move().broken, "json")
        path = tmp_path / "exchange.json"
        path.write_bytes(data)
        return path

    @pytest.fixture
    def healthy(self, tmp_path: Path) -> Path:
        ((_, data),) = written(newer.one_of_2016().mended, "json")
        path = tmp_path / "healthy.json"
        path.write_bytes(data)
        return path

    def test_it_tells_what_is_wrong_what_is_due_and_what_is_well(self, export: Path, run: Run) -> None:
        done = run("services", "check", "--export", export, "--at", AT)
        assert (done.status, done.err) == (1, "")
        assert "The back end of EXSE, port 444: nothing is bound to it" in done.text
        assert "2026-06-03  CN=Microsoft Exchange Server Auth Certificate" in done.text
        assert "Passed:" in done.text
        assert "Servers: EX13 (Exchange 2013), EX16 (Exchange 2016), EXSE (Exchange SE)." in done.text

    def test_nothing_is_wrong(self, healthy: Path, run: Run) -> None:
        done = run("services", "check", "--export", healthy, "--at", AT)
        assert (done.status, done.err) == (0, "")
        assert "Nothing is wrong with what is assigned to services" in done.text

    def test_what_could_not_be_judged_everywhere_has_not_passed(self, tmp_path: Path, run: Run) -> None:
        ((_, data),) = written(border.half_broken().broken, "json")
        (path := tmp_path / "half.json").write_bytes(data)
        said = run("services", "check", "--export", path, "--at", AT).text
        head, _, unknown = said.partition("What could not be judged")
        assert "service-absent" in unknown
        assert "service-absent" not in head

    def test_an_old_export_says_so(self, healthy: Path, run: Run) -> None:
        old_one = "The export is 40 days old"
        assert old_one in run("services", "check", "--export", healthy, "--at", "2026-07-11T12:00:00Z").text
        assert "days old" not in run("services", "check", "--export", healthy, "--at", AT).text

    @pytest.mark.parametrize(("at", "status"), [("2026-11-20", 0), ("2026-12-15", 1), ("2027-01-31", 1)])
    def test_another_day(self, healthy: Path, run: Run, at: str, status: int) -> None:
        assert run("services", "check", "--export", healthy, "--at", at).status == status

    @pytest.mark.parametrize(("options", "status"), [(("--fail-on", "warning"), 1), (("--fail-on", "never"), 0)])
    def test_from_which_weight_it_fails(self, healthy: Path, run: Run, options: tuple[str, ...], status: int) -> None:
        warned = ("services", "check", "--export", healthy, "--at", AT, "--warn", "300d")
        assert run(*warned).status == 0
        assert run(*warned, *options).status == status

    @pytest.mark.parametrize("voice", ["admin", "manager", "user"])
    def test_whom_it_is_told(self, export: Path, run: Run, voice: str) -> None:
        said = run("services", "check", "--export", export, "--at", AT, "--voice", voice).text
        assert ("Enable-ExchangeCertificate" in said) is (voice == "admin")
        assert ("What is due" in said) is (voice == "admin")

    def test_what_is_accepted_does_not_count(self, export: Path, tmp_path: Path, run: Run) -> None:
        wanted = "".join(
            f'[[accept]]\nrule = "{rule}"\nendpoint = "{where}"\nreason = "moves in July"\nuntil = 2026-07-31\n'
            for rule, where in (
                ("service-certificate-not-valid", "EX13"),
                ("service-certificate-not-valid", "ex16.corp.example"),
                ("exchange-backend-binding", "*"),
            )
        )
        path = tmp_path / "mailtrust.toml"
        path.write_text(wanted)
        done = run("services", "check", "--export", export, "--at", AT, "--servers", path)
        assert done.status == 0
        assert done.text.count("Accepted until 2026-07-31: moves in July") == 3
        over = run("services", "check", "--export", export, "--at", "2026-08-01", "--servers", path)
        assert "That is over, and it counts again." in over.text
        later = run(
            "services", "check", "--export", export, "--at", "2026-08-01", "--servers", path, "--format", "json"
        )
        assert {one["standing"] for one in json.loads(later.out)["acceptances"]} == {"ran-out"}

    def test_nobody_said_anything(self, run: Run) -> None:
        done = run("services", "check")
        assert done.status == 2
        assert "--export FILE" in done.err

    def test_a_target_that_is_none(self, export: Path, run: Run) -> None:
        done = run("services", "check", "--export", export, "imaps:/mail")
        assert done.status == 2
        assert "imaps:/mail" in done.err

    def test_a_target_that_answers_nothing_is_told(self, export: Path, run: Run) -> None:
        with create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
        done = run("services", "check", "--export", export, "--at", AT, f"https://127.0.0.1:{port}")
        assert done.status == 1
        assert f"https://127.0.0.1:{port}@127.0.0.1 presents no certificate" in done.err

    def test_nothing_can_be_judged(self, tmp_path: Path, run: Run) -> None:
        path = tmp_path / "empty.json"
        path.write_text('{"schema": "mailtrust/exchange/1", "servers": [{"name": "MAIL1"}]}')
        done = run("services", "check", "--export", path)
        assert done.status == 3
        assert "Nothing could be judged" in done.text


def _found(report: Any) -> dict[str, str]:
    # The port in front is another at each run.
    return {re.sub(r":\d{4,5}$", "", one["id"]): one["severity"] for one in report["findings"]}


def _checked(it: Exported, facts: ExchangeOrganisation, folder: Path, run: Run, *, mended: bool) -> Any:
    folder.mkdir()
    for name, data in written(facts, it.form):
        (folder / name).write_bytes(data)
    balancer = (it.mended_balancer if mended else None) or it.balancer
    words = ["services", "check", "--export", folder, "--at", AT, "--balancer", balancer, "--format", "json"]
    if it.in_front is None:
        done = run(*words)
    else:
        with _presenting(it.in_front.mended if mended else it.in_front.broken, folder) as port:
            resolved = ("--resolve", f"mail.example.com:{port}:127.0.0.1")
            done = run(*words, *resolved, f"https://mail.example.com:{port}")
    assert done.status in (0, 1), done.err
    report = json.loads(done.out)
    assert not [one for one in report["checks"] if "mistake" in one["why"]]
    worst = {"error", "critical"} & set(_found(report).values())
    assert done.status == (1 if worst else 0)
    return report


@contextmanager
def _presenting(what: Issued, folder: Path) -> Iterator[int]:
    """A port that shows this certificate to whoever comes."""
    chain, key = folder / "front.crt", folder / "front.key"
    chain.write_text(to_pem(what.certificate))
    key.write_text(what.key.to_pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    with create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                try:
                    connection, _ = listening.accept()
                except OSError:
                    continue
                connection.settimeout(5)
                try:
                    with context.wrap_socket(connection, server_side=True) as tls:
                        tls.recv(1)
                except OSError:
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            ended.set()
            thread.join()
