"""What the rules say of service connection points, and what the planner makes of a name that exists outside alone."""

from typing import Any

import pytest
from tests.discovery.worldlet import NOW, Web, Worldlet, judge

from mailtrust.core.discovery import BY_ID, traveller_by_id
from mailtrust.core.formats.url import parts_of
from mailtrust.core.model.finding import Finding, NotApplicable, Passed
from mailtrust.core.model.observation import FailureKind, Handshake, Observation, ProbeFailure, Stage
from mailtrust.core.model.walk import (
    SCP_URL,
    Answer,
    ConnectionPoint,
    DnsAnswer,
    DnsQuestion,
    HttpAnswer,
    HttpQuestion,
    Question,
    Situation,
)
from mailtrust.core.model.walk_evidence import WalkEvidence
from mailtrust.core.remedies.finding.changes import AddInsideHost, SetInternalUri
from mailtrust.core.remedies.finding.planner import Cure, Ground, Unasked, plan
from mailtrust.core.rules.walking import judge_walks
from mailtrust.core.targets.parts.finding_servers import steps_for

INSIDE = Situation(inside=True, domain_joined=True)
SERVER = Web(names=("webmail.b.test", "autodiscover.b.test"), status=401)


def pointing_to(host: str, *names: str) -> Worldlet:
    point = ConnectionPoint((SCP_URL,), (f"https://{host}/Autodiscover/Autodiscover.xml",), "EX1")
    return Worldlet(hosts={host: Web(names=names or SERVER.names, status=401)}, points={"": (point,)})


@pytest.mark.parametrize(
    ("host", "names", "mismatch", "internal"),
    [
        ("ex1.b.local", (), NotApplicable, Finding),
        ("ex1", (), NotApplicable, Finding),
        ("ex1.b.local", ("ex1.b.local",), NotApplicable, Passed),
        ("mail.b.test", (), Finding, NotApplicable),
        ("webmail.b.test", (), Passed, NotApplicable),
    ],
)
def test_what_the_directory_names(
    guide: Any, host: str, names: tuple[str, ...], mismatch: type, internal: type
) -> None:
    world = pointing_to(host, *names)
    walk = guide.go(traveller_by_id("outlook-windows"), "anna@b.test", world, INSIDE)
    book = {question: world.answer(question) for asked in world.rounds for question in asked}
    evidence = WalkEvidence("anna@b.test", NOW, (walk,), book, {one.id: one.title for one in BY_ID.values()})
    results = {result.rule: result for result in judge_walks(evidence)}
    assert (type(results["scp-name-mismatch"]), type(results["scp-internal-name"])) == (mismatch, internal)
    for result in results.values():
        if isinstance(result, Finding) and result.rule.startswith("scp-"):
            assert (result.severity.value, result.clients) == ("warning", ("outlook-windows",))
            assert "Set-ClientAccessService" in result.explanation.admin.render(str)


def is_server(observation: Observation) -> bool:
    return isinstance(observation.result, Handshake) and observation.result.note.startswith("webmail.b.test")


def answered(world: Worldlet, question: Question) -> Answer:
    if isinstance(question, HttpQuestion):
        name = world.answer(DnsQuestion(parts_of(question.url)[1], "A"))
        if isinstance(name, DnsAnswer) and name.status != "found":
            return HttpAnswer(failure=ProbeFailure(Stage.RESOLVE, FailureKind.NO_ADDRESS, "it does not exist"))
    return world.answer(question)


@pytest.mark.parametrize("split", [True, False], ids=["the name exists inside", "it does not"])
def test_one_plan_for_both_sides(split: bool) -> None:
    inside = pointing_to("ex1.b.local")
    if split:
        inside.hosts["webmail.b.test"] = SERVER
    worlds = {False: Worldlet(hosts=dict.fromkeys(SERVER.names, SERVER)), True: inside}
    books: dict[bool, dict[Question, Answer]] = {False: {}, True: {}}
    books[True][DnsQuestion("ex1.b.local", "A")] = inside.answer(DnsQuestion("ex1.b.local", "A"))
    ground = Ground(
        addresses=("anna@b.test",),
        travellers=tuple(map(traveller_by_id, ("outlook-windows@2010", "outlook-windows"))),
        situations=(Situation(), INSIDE),
        books=books,
        judge=lambda _: judge,
        target="webmail.b.test",
        names=SERVER.names,
        is_server=is_server,
        inside_face="ex1.b.local",
    )
    for _ in range(40):
        found = plan(ground)
        if isinstance(found, Cure):
            break
        assert isinstance(found, Unasked)
        for place, book in books.items():
            book.update({question: answered(worlds[place], question) for question in found.questions})
    assert isinstance(found, Cure)
    assert found.left_out == ()
    added = AddInsideHost("webmail.b.test", "ex1.b.local", ("192.0.2.1",))
    assert set(found.changes) == {SetInternalUri("webmail.b.test")} | (set() if split else {added})
    assert {walk.situation.inside for walk in found.walks} == {False, True}
    (step,) = steps_for(added)
    assert step.do.command == (  # type: ignore[union-attr]
        "Add-DnsServerPrimaryZone -Name webmail.b.test -ReplicationScope Forest; "
        'Add-DnsServerResourceRecordA -ZoneName webmail.b.test -Name "@" -IPv4Address 192.0.2.1'
    )
