"""What holds for every way: a kit to install, one to remove, a check; named alike, the same each time, without keys."""

import base64
from dataclasses import replace

import pytest

from mailtrust.core.clients import BY_ID as CLIENTS
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.remedy import Human, Run
from mailtrust.core.model.rollout import Anchors, Kit, Wish
from mailtrust.core.remedies.doing import NOTHING_CHANGED
from mailtrust.core.rollout import BY_ID, WAYS
from mailtrust.core.rollout.parts.way import Way
from mailtrust.core.x509.containers import Kind, read_container
from mailtrust.flows.trust import README, make_kit

HOSTILE = 'O\'Neil \u2019s "Post" $(reboot) `date` %PATH% </name> & ; \\ {x}'


CAS_ALONE = {"firefox", "thunderbird", "chromium"}
"""What they reach trusts no server's certificate that vouches for itself, wherever it is put."""


@pytest.fixture(params=WAYS, ids=[way.ID for way in WAYS])
def way(request: pytest.FixtureRequest) -> Way:
    chosen: Way = request.param
    return chosen


@pytest.fixture(params=["install", "remove"])
def remove(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "remove")


@pytest.fixture(params=["ca", "server", "hostile"])
def asked(request: pytest.FixtureRequest, wish: Wish, server: Anchors, way: Way) -> Wish:
    """What is asked of each way."""
    match request.param:
        case "server" if way.ID in CAS_ALONE:
            return replace(wish, anchors=replace(wish.anchors, servers=server.servers))
        case "server":
            return replace(wish, anchors=server)
        case "hostile":
            return replace(wish, name=HOSTILE)
        case _:
            return wish


def test_every_way_reaches_somebody(way: Way) -> None:
    assert any(way.ID in client.reached_by for client in CLIENTS.values())


def test_a_kit_is_whole(way: Way, asked: Wish, remove: bool) -> None:
    kit = make_kit(way, asked, remove=remove)
    assert kit.steps
    assert all(step.say.template for step in kit.steps)
    paths = [file.path for file in kit.files]
    assert paths[0] == README
    assert len(set(map(str.lower, paths))) == len(paths)
    for path in paths:
        assert path.isascii()
        assert not path.startswith("/")
        assert all(part not in ("", ".", "..") and len(part) < 100 for part in path.split("/"))


def test_what_a_step_names_is_in_the_kit(way: Way, asked: Wish) -> None:
    """A command that speaks of a file of ours speaks of one that is there."""
    kit = way.install(asked)
    commands = " ".join(step.do.command for step in kit.steps if isinstance(step.do, Run))
    clicks = " ".join(str(click) for step in kit.steps if isinstance(step.do, Human) for click in step.do.path)
    named = [file for file in kit.files if file.path.rpartition("/")[2] in commands + clicks]
    assert named, "no step uses any of the files"


@pytest.mark.parametrize("way_of_cas", sorted(CAS_ALONE))
def test_what_cannot_be_trusted_is_not_brought_out(way_of_cas: str, wish: Wish, server: Anchors) -> None:
    with pytest.raises(UserProblem, match=r"mailstore\.example\.com"):
        BY_ID[way_of_cas].install(replace(wish, anchors=server))
    assert BY_ID[way_of_cas].remove(replace(wish, anchors=server)).steps


def test_a_check_only_looks(way: Way, asked: Wish) -> None:
    steps = way.check(asked)
    assert steps
    assert all(step.undo == NOTHING_CHANGED and step.disruption == "none" for step in steps)


def test_the_same_wish_gives_the_same_kit(way: Way, asked: Wish, remove: bool) -> None:
    assert unsalted(make_kit(way, asked, remove=remove)) == unsalted(make_kit(way, asked, remove=remove))


def unsalted(kit: Kit) -> Kit:
    """What it is without the salt that the crypto library puts into PKCS#12: the certificates that are in there."""
    files = (
        replace(file, data=b"".join(one.der for one in read_container(file.data, "file", b"changeit").certificates))
        if file.path.endswith(".p12")
        else file
        for file in kit.files
    )
    return replace(kit, files=tuple(files))


def test_every_certificate_is_told_in_the_readme(way: Way, asked: Wish, remove: bool) -> None:
    page = make_kit(way, asked, remove=remove).files[0].data.decode("utf-8")
    for one in asked.anchors.certificates:
        assert one.fingerprint in page


def test_no_kit_holds_a_private_key(way: Way, asked: Wish, remove: bool) -> None:
    kit = make_kit(way, asked, remove=remove)
    for file in kit.files:
        assert not keys_in(file.data), file.path
    assert not keys_in(spoken(kit).encode("utf-8"))


def spoken(kit: Kit) -> str:
    return "\n".join(f"{step.say}\n{step.do}\n{step.undo}" for step in kit.steps)


def keys_in(data: bytes) -> list[str]:
    """Whatever looks like a private key: as a file of its own, as PEM in any encoding of text, inside Base64."""
    contents = read_container(data, "file")
    found = ["a private key" for _ in contents.keys]
    found += ["a closed private key" for other in contents.others if other.kind is Kind.KEY]
    found += [
        f"PEM in {encoding}"
        for encoding in ("utf-8", "utf-16-le", "utf-16-be")
        if "PRIVATE KEY-----".encode(encoding) in data
    ]
    # PKCS#8 of the algorithms there are: SEQUENCE { INTEGER 0, SEQUENCE { OID ... } }
    for name, oid in (("EC", "06072a8648ce3d0201"), ("RSA", "06092a864886f70d010101"), ("Ed25519", "06032b6570")):
        at = data.find(bytes.fromhex(oid))
        while at != -1:
            # An AlgorithmIdentifier directly behind the version of a PrivateKeyInfo (RFC 5958 2).
            if data[max(at - 5, 0) : at - 2] == b"\x02\x01\x00":
                found.append(f"PKCS#8 of {name}")
            at = data.find(bytes.fromhex(oid), at + 1)
    return found


def test_the_search_finds_keys() -> None:
    from mailtrust.core.issuance.keys import make_key

    for key in (make_key("ec-p256"), make_key("rsa-2048")):
        pem = key.to_pem(None)
        der = base64.b64decode("".join(pem.splitlines()[1:-1]))
        assert keys_in(b"x" * 100 + der)
        assert keys_in(pem.encode("utf-16-le"))
        assert keys_in(pem.encode("ascii"))
