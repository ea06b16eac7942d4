"""`mailtrust discover --plan`: the options by which it is looked again."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailtrust.cli.arguments import Parser
from mailtrust.cli.looking import add_looking_options
from mailtrust.cli.main import main
from mailtrust.cli.proving_ways import walking_of
from mailtrust.cli.walking import add_walking_options, walking_words
from mailtrust.core.model.plan import AskPerson, NothingToUndo, Outlook, Plan, PlanStep
from mailtrust.core.model.proof import Noted
from mailtrust.core.model.text import text
from mailtrust.core.report.plan_text import render_plan

WORDS = ("anna@a.test", "bob@b.test", "--dns", "192.0.2.53", "--inside-dns", "192.0.2.54", "--site", "Main",
         "--registry", "ExcludeHttpsRootDomain", "--client", "ews-api", "--connect-to", ":443::8443", "--trust-ad",
         "--ask-third-parties", "--directory-user", "anna")  # fmt: skip


def parsed(*words: str) -> argparse.Namespace:
    parser = Parser(prog="x")
    add_walking_options(parser)
    return parser.parse_args(list(words))


def plan(*looking: str, **more: Any) -> Plan:
    given: dict[str, Any] = {
        "target": "anna@a.test", "made": datetime(2026, 1, 1, tzinfo=UTC), "version": "1", "looking": looking,
        "facts": (), "steps": (), "cures": (), "left": (), "before": (), "after": (), "looked_by": "discover",
    }  # fmt: skip
    return Plan(**{**given, **more})


def test_it_is_walked_again_with_the_same_options() -> None:
    given = parsed(*WORDS, "--password-file", "/secret")
    assert walking_of(plan(*walking_words(given)), None) == given


def test_a_password_from_standard_input_is_not_there_a_second_time() -> None:
    again = walking_of(plan(*walking_words(parsed(*WORDS, "--password-file", "-"))), None)
    assert (again.directory_user, again.password_file, again.addresses) == (None, None, ["anna@a.test", "bob@b.test"])


def test_what_is_given_now_counts_instead_and_the_rest_stays() -> None:
    parser = Parser(prog="x")
    add_looking_options(parser)
    again = walking_of(plan(*walking_words(parsed(*WORDS))), parser.parse_args(["--dns", "192.0.2.99"]))
    assert (again.dns, again.inside_dns, again.client) == ("192.0.2.99", "192.0.2.54", "ews-api")
    assert again.connect_to == [":443::8443"]


def test_no_plan_is_made_from_what_was_recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "plan.json"
    assert main(["discover", "--from", str(tmp_path / "case.json"), "--plan", str(target)]) == 2
    assert "give --plan without --from" in capsys.readouterr().err
    assert not target.exists()


def test_clients_are_told_as_those_who_look_for_their_server() -> None:
    step = PlanStep("1", "", text("Do it."), AskPerson(), NothingToUndo())
    made = plan(
        steps=(step,),
        findings=(Noted("way:ews-api:anna@a.test", "way", ("ews-api:anna@a.test",)),),
        before=(Outlook("anna@a.test", "ews-api", "refused"),),
        after=(Outlook("anna@a.test", "ews-api", "accepted"),),
    )
    shown = render_plan(made, width=100, colour=False, translate=str)
    assert "Programs on the EWS Managed API: ✗ finds nothing → ✓ finds its server" in shown
    assert "Who finds its server" in shown
