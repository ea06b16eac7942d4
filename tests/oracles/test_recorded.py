"""Our profiles say what the real engines said when they were asked last; nothing of them need be installed."""

import re
from pathlib import Path

import pytest
from tests.oracles.disagreements import DISAGREEMENTS, OTHER_CODE
from tests.oracles.meanings import MEANINGS
from tests.oracles.recordings import RECORDED, Compared, compare, differences, load, save, save_cases

from mailtrust.core.clients import BY_ID, client_by_id
from mailtrust.core.model.verdict import Outcome
from mailtrust.lab.oracles import ENGINES, Answer

TESTIMONIES = [
    (engine.id, client)
    for engine in ENGINES
    for client in engine.testifies_for
    if not client_by_id(client).unknown_because
]


def said_by(engine: str, client: str) -> tuple[Compared, ...]:
    recording = load(engine)
    assert recording is not None, f"nothing is recorded of {engine}: make oracles"
    return compare(recording, client)


def known(one: Compared) -> set[str]:
    """Codes of every reason, on every path that was tried: engines differ in the one that they name of several."""
    return {reason.code for attempt in one.verdict.attempts for reason in attempt.reasons} | one.verdict.error_codes


@pytest.mark.parametrize(("engine", "client"), TESTIMONIES)
def test_profile_decides_as_the_engine_did(engine: str, client: str) -> None:
    differing = {
        one.case.id: f"{engine} {'accepts' if one.answer.accepted else 'refuses: ' + one.answer.words}; "
        f"our verdict is {one.verdict.outcome} for {sorted(one.verdict.error_codes)}"
        for one in said_by(engine, client)
        if not one.agree
    }
    listed = {case for of, case in DISAGREEMENTS if of == engine}
    assert {case: said for case, said in differing.items() if case not in listed} == {}
    assert listed - differing.keys() == set(), "healed: take them from the list"


@pytest.mark.parametrize(("engine", "client"), [pair for pair in TESTIMONIES if pair[1] in MEANINGS])
def test_profile_knows_why(engine: str, client: str) -> None:
    refused = [one for one in said_by(engine, client) if not one.answer.accepted and one.agree]
    unexplained = {
        one: f"{one.case.id}: it says {one.answer.words!r}, we say {sorted(one.verdict.error_codes)}"
        for one in refused
        if not any(re.search(pattern, one.answer.words) and codes & known(one) for pattern, codes in MEANINGS[client])
    }
    assert [said for one, said in unexplained.items() if not one.case.by_chance] == []
    # Where several faults meet by chance, one may hide the others from an engine and not from us, or the other way
    by_chance = [said for one, said in unexplained.items() if one.case.by_chance]
    assert 20 * len(by_chance) <= sum(one.case.by_chance for one in refused), by_chance


@pytest.mark.parametrize(("engine", "client"), [("chromium", "chrome"), ("firefox", "firefox")])
def test_quoted_pages_show_the_code_that_the_engine_gave(engine: str, client: str) -> None:
    # Only the written cases: in those made by chance several faults meet, and each browser has an order of its own.
    differing = {
        one.case.id: (one.answer.words, [said.text for said in one.verdict.words if said.lang == "en"])
        for one in said_by(engine, client)
        if not one.answer.accepted
        and not one.case.by_chance
        and not any(said.text.endswith(one.answer.words) for said in one.verdict.words if said.lang == "en")
    }
    listed = {case for of, case in OTHER_CODE if of == engine}
    assert {case: texts for case, texts in differing.items() if case not in listed} == {}
    assert listed - differing.keys() == set(), "healed: take them from the list"


@pytest.mark.parametrize("engine", [engine.id for engine in ENGINES])
def test_every_engine_has_answered_enough_to_mean_something(engine: str) -> None:
    recording = load(engine)
    assert recording is not None, f"nothing is recorded of {engine}: make oracles"
    answers = recording.answers
    if engine == "postfix-dane":
        assert len(answers) >= 20
        return
    assert len(answers) >= 150
    assert 3 * sum(recording.cases[id_].by_chance for id_ in answers) >= len(answers), "a third is to be made by chance"
    assert len(recording.unasked) <= 2, recording.unasked
    if engine != "postfix-may":
        # A judge that always says yes, or always no, must not come far.
        assert 0.3 < sum(answer.accepted for answer in answers.values()) / len(answers) < 0.7


def test_engines_testify_for_profiles_that_there_are() -> None:
    ids = [engine.id for engine in ENGINES]
    assert len(set(ids)) == len(ids)
    assert {client for engine in ENGINES for client in engine.testifies_for} <= BY_ID.keys()


def test_no_recording_is_left_over() -> None:
    recordings = {file.stem for file in RECORDED.glob("*.json")}
    assert recordings == {engine.id for engine in ENGINES}
    sets = {recording.set_name for engine in ENGINES if (recording := load(engine.id)) is not None}
    assert {f"cases-{name}.json.gz" for name in sets} == {file.name for file in RECORDED.glob("*.gz")}


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    old = load("chromium")
    assert old is not None
    save_cases(old.set_name, old.cases.values(), tmp_path)
    save(old, tmp_path)
    assert load("chromium", tmp_path) == old


def test_a_new_recording_tells_what_it_says_otherwise() -> None:
    old = load("chromium")
    assert old is not None
    good, bad = "good", "missing-intermediate"
    answers = {id_: answer for id_, answer in old.answers.items() if id_ != good}
    answers[bad] = Answer(accepted=True, words="")
    answers["new"] = Answer(accepted=False, words="net::ERR_CERT_INVALID")
    new = type(old)(old.engine, old.version, old.at, old.set_name, old.cases, answers, {})
    assert differences(old, new) == (
        "+ new: refused, net::ERR_CERT_INVALID",
        "- good",
        "! missing-intermediate: refused, net::ERR_CERT_AUTHORITY_INVALID -> accepted",
    )
    assert differences(old, old) == ()


def test_refused_is_the_opposite_of_accepted() -> None:
    recording = load("postfix-may")
    assert recording is not None
    assert all(one.verdict.outcome is Outcome.ACCEPTED for one in compare(recording, "mta-opportunistic"))
