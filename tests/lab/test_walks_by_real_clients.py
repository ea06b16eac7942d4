"""Real clients and mailtrust look for the same server and come to the same hosts and ports, by the servers' journal."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mailtrust.lab.oracles.network import reenter
from mailtrust.lab.stories import STORIES

pytestmark = [
    pytest.mark.may_be_left_out,
    pytest.mark.real_server,
    pytest.mark.skipif(
        shutil.which("unshare") is None or not os.access("/", os.W_OK), reason="no network of its own can be made here"
    ),
]
EXCHANGE = ("autodiscover", "root", "http-redirect", "srv")
PORTS = {"https": 443, "http": 80}

Attempts = list[dict[str, Any]]
Place = tuple[str, int]


def looked(script: str, variant: str, capfd: Any) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """When (before or after) for which address, and what both did."""
    STORIES[0].expect_programs()
    status = reenter([sys.executable, str(Path(__file__).with_name(script)), variant])
    shown = capfd.readouterr()
    assert status == 0, shown.err
    for when, looks in json.loads(shown.out).items():
        for address, look in looks.items():
            yield (when, address), look


def places(attempts: Attempts) -> list[Place]:
    """Host and port of each attempt that got as far as a server; who finds a port closed leaves no trace there."""
    return list(dict.fromkeys(place(one) for one in attempts if one["endpoint"] or one["http_status"]))


def place(attempt: dict[str, Any]) -> Place:
    url = urlsplit(attempt["url"])
    if url.scheme in PORTS:
        return url.hostname or "", PORTS[url.scheme]
    # On a mail port nobody hears by which name the client came.
    return (attempt["dns"]["aliases"] or [url.hostname])[-1], url.port or 0


@pytest.mark.parametrize("variant", [pytest.param("misspelt", marks=pytest.mark.long), "right"])
def test_exchangelib_goes_the_way_of_programs_on_ews(variant: str, capfd: Any) -> None:
    led: dict[str, list[str]] = {"before": [], "after": []}
    for here, look in looked("walk_by_exchangelib.py", variant, capfd):
        walk, real = look["mailtrust"], look["exchangelib"]
        reached = [one for one in walk["attempts"] if one["reached"]]
        assert [tuple(met) for met in real["met"]] == places(reached), here
        assert real["found"] == ("https://webmail.companya.test/EWS/Exchange.asmx" if walk["found"] else ""), here
        led[here[0]] += [one["method"] for one in reached if one["n"] == walk["found"]]
    if variant == "right":
        assert led == {
            "before": ["autodiscover", "http-redirect"],
            "after": ["autodiscover", "autodiscover", "srv", "http-redirect"],
        }
    else:
        assert led == {"before": ["http-redirect"], "after": ["autodiscover"] * 3 + ["http-redirect"]}


@pytest.mark.long
@pytest.mark.parametrize("variant", ["misspelt", "right"])
def test_thunderbird_asks_what_is_foretold(variant: str, capfd: Any) -> None:
    if shutil.which("thunderbird") is None or shutil.which("certutil") is None:
        pytest.skip("Thunderbird is not installed: apt install thunderbird libnss3-tools")
    found: dict[str, list[str]] = {"before": [], "after": []}
    for here, look in looked("walk_by_thunderbird.py", variant, capfd):
        walk, real = look["mailtrust"], look["thunderbird"]
        asks_in_order(walk, real, here)
        if walk["found"] is None:
            comes_everywhere(walk["attempts"], real, here)
        else:
            found[here[0]].append(comes_to_the_one(walk, real, here))
    everywhere = ["autoconfig", "mx", "mx", "mx"]
    assert found == {"before": everywhere if variant == "right" else ["http-redirect"], "after": everywhere}


def asks_in_order(walk: dict[str, Any], real: dict[str, Any], here: tuple[str, str]) -> None:
    """Thunderbird asks for all at once, in this order; what needs an answer of DNS or of a server first comes later."""
    domain = walk["address"].partition("@")[2]
    tops = [one for one in walk["attempts"] if one["parent"] is None and one["url"].startswith("http")]
    later = [one["url"] for one in tops if one["method"] == "mx"]
    later += [one["url"] for one in tops if one["method"] == "ispdb" and not one["url"].endswith(f"/{domain}")]
    first = [one["url"] for one in tops if one["url"] not in later]
    sent = {one["url"] for one in walk["attempts"] if one["parent"] is not None and one["method"] in EXCHANGE}
    asked = [url.partition("?")[0] for url in real["requested"]]
    assert asked[: len(first)] == first, here
    assert [url for url in asked[len(first) :] if url not in sent] == later, here


def comes_everywhere(attempts: Attempts, real: dict[str, Any], here: tuple[str, str]) -> None:
    """Nothing cuts the search short: it comes to each host, and then guesses, one after the other."""
    met = [tuple(one) for one in real["met"]]
    guessed = [one for one in attempts if one["parent"] is not None and one["method"] == "guess"]
    assert set(met) == set(places(attempts)), here
    assert [one for one in met if one in places(guessed)] == places(guessed), here
    assert real["found"] is real["guessed"] is None, here
    # Behind STARTTLS it takes a server whose certificate does not hold; with TLS from the start it does not.
    taken = [urlsplit(one["url"]) for one in guessed if one["leads"]]
    assert [one[1:3] for one in real["tried"] if one[3]] == [[one.hostname, one.port] for one in taken], here


def comes_to_the_one(walk: dict[str, Any], real: dict[str, Any], here: tuple[str, str]) -> str:
    """It finds the same settings by the same way; whatever else it had begun to ask, it may have left off."""
    by_number = {one["n"]: one for one in walk["attempts"]}
    led = by_number[walk["found"]]
    named = [one for one in walk["attempts"] if one["parent"] == led["n"]]
    met = {tuple(one) for one in real["met"]}
    assert met <= set(places(walk["attempts"])), here
    if led["method"] in EXCHANGE:
        # Its user was asked whether that host is right; then it wants a password.
        assert [led["user_meets"], real["asked"]] == ["question", 1], here
        assert set(places([led, *named])) <= met, here
        assert "auth error" in real["said"], here
    else:
        assert place(led) in met, here
        servers = [real["found"]["incoming"], real["found"]["outgoing"]]
        assert {tuple(one[1:]) for one in servers} == set(places(named)), here
    return str(led["method"])
