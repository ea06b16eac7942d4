"""HAProxy's runtime API: another chain without a reload, its key said only to the socket."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.programs.daemons import Daemons
from tests.programs.web import Site
from tests.real_servers.mending import HOST, MACHINE, Browser
from tests.real_servers.webs import OTHER, Web, started

from mailtrust.core.model.plan import OnServer, TalkTo
from mailtrust.core.targets.configured import haproxy
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.core.x509.withheld_keys import put_keys_in, withhold_keys

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="module")
def web(
    server_folder: Path, free_port: Callable[[], int], installed: Callable[[str, str], str], daemons: Daemons
) -> Web:
    installed("haproxy", "haproxy")
    return started(daemons, haproxy, server_folder / "running-haproxy", free_port())


def workers(web: Web) -> set[str]:
    """The processes that the master has started."""
    master = (web.web.here / "pid").read_text().strip()
    return set(Path(f"/proc/{master}/task/{master}/children").read_text().split())


async def say(talk: TalkTo) -> None:
    """As a plan is applied: keys are put in, each answer is looked at."""
    sources = [(await MACHINE.read(key.path)).octets for key in talk.keys if isinstance(key, OnServer)]
    for command, expected in zip(talk.commands, talk.expects, strict=True):
        answer = await MACHINE.talk(talk.socket, put_keys_in(command.encode(), sources))
        assert expected in answer, answer


@pytest.mark.parametrize("key_beside", [False, True])
async def test_another_chain_without_a_reload_and_back(web: Web, key_beside: bool) -> None:
    issued, other = web.pki.leaf(HOST, key="ec-p256"), web.pki.leaf(OTHER, key="ec-p256")
    bare, whole = (to_pem_chain(chain).encode() for chain in (issued.chain[:1], issued.chain))
    site = Site(HOST, web.pair(f"bare-{key_beside}", issued, issued.chain[:1]))
    if key_beside:
        await MACHINE.write(site.files.chain, bare, mode=0o644, owner=None)
        await MACHINE.write(f"{site.files.chain}.key", issued.key_pem, mode=0o600, owner=None)
    else:
        bare, whole = issued.key_pem + bare, issued.key_pem + whole
    await web.configure(Site(OTHER, web.pair("other", other)), site)
    await web.presents(HOST, issued.chain[:1])
    surveyed = await web.patient.surveyed()
    (place,) = (one for one in surveyed.places if one.chain_file == site.files.chain)
    assert (place.key_file != place.chain_file) is key_beside
    before = workers(web)
    with Browser(web.web.port) as client:
        for content, shown in ((whole, issued.chain), (bare, issued.chain[:1])):
            talk = haproxy.without_reload(web.web.server, surveyed.facts, place, withhold_keys(content))
            assert isinstance(talk, TalkTo)
            assert "PRIVATE KEY" not in "".join(talk.commands)
            await say(talk)
            await web.presents(HOST, shown)
        assert client.is_served()
    assert workers(web) <= before  # former ones may have ended meanwhile
