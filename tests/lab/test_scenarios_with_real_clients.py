"""What a scenario expects of openssl, gnutls and java-mail is what the real ones do on the lab's own ports."""

import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from mailtrust.core.model.endpoint import Offer
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.oracles import Answer, JavaOracle, Question, ask_gnutls, ask_openssl
from mailtrust.lab.scenario import Expected, Scenario
from mailtrust.lab.scenarios import SCENARIOS
from mailtrust.lab.world import LOOPBACK, ROOTS, World

PROGRAMS = {"openssl": "openssl", "gnutls-cli": "gnutls-bin", "java": "openjdk-17-jre-headless"}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def java(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[JavaOracle]:
    missing = [package for program, package in PROGRAMS.items() if shutil.which(program) is None]
    if missing:
        reason = f"real clients are missing: apt install {' '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    oracle = JavaOracle(tmp_path_factory.mktemp("java"))
    await oracle.start()
    yield oracle
    await oracle.stop()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
async def test_real_clients_do_what_the_scenario_says(tmp_path: Path, java: JavaOracle, scenario: Scenario) -> None:
    world = World(tmp_path, now=datetime.now(UTC), domain="post.example", ca_name="Sample Authority")
    scenario.build(world)
    async with world:
        broken = await disagreements(world, scenario.expected, java)
        scenario.cure(world)
        cured = await disagreements(world, scenario.cured, java)
    assert broken == []
    assert cured == []


async def disagreements(world: World, expected: Expected, java: JavaOracle) -> list[str]:
    roots = world.folder / ROOTS
    if not world.with_roots:
        roots = world.folder / "stranger.pem"
        roots.write_text(to_pem(world.pki.another_root("Stranger").certificate))
    found = []
    for port in expected.ports:
        if port.offer is not Offer.DEFAULT:
            continue  # the programs say what they like
        listener = world.listener(port.label, port.scheme, port.address or LOOPBACK)
        question = Question(
            listener.host, listener.address, listener.real_port, listener.protocol, listener.tls_mode, roots
        )
        for client, ask in (("openssl", ask_openssl), ("gnutls", ask_gnutls), ("java-mail", java.ask)):
            if client in (*port.accepted, *port.refused):
                answer: Answer = await ask(question)
                if answer.accepted != (client in port.accepted):
                    found.append(f"{client} at {port.scheme}: {answer}")
    return found


def test_the_scenarios_say_something_of_every_real_client() -> None:
    said = {
        (client, outcome)
        for scenario in SCENARIOS
        for port in scenario.expected.ports
        for outcome, clients in (("accepted", port.accepted), ("refused", port.refused))
        for client in clients
    }
    assert {
        (client, outcome) for client in ("openssl", "gnutls", "java-mail") for outcome in ("accepted", "refused")
    } <= said
