"""The lab's servers as `openssl s_client` meets them: every protocol, the exact chain, a reload."""

import asyncio
import re
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailtrust.core.formats.target import SCHEMES
from mailtrust.core.issuance.keys import KeyKind
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import TlsMode
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.lab_error import LabError
from mailtrust.lab.listener import BUNDLE, Listener
from mailtrust.lab.oracles import OPENSSL_DIALOGUES
from mailtrust.lab.pki import Issued
from mailtrust.lab.world import World

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed: apt install openssl")

PORTS = {"tls": 5061}
ALL_SCHEMES = sorted(SCHEMES)
RUDENESS = (b"", b"\r\n\r\n", b"\xff\x00" * 9000, b"a STARTTLS\r\n\x16\x03", b"STARTTLS\r\nSTARTTLS\r\n")


async def ask(listener: Listener, *more: str) -> tuple[int, str]:
    dialogue = ["-starttls", OPENSSL_DIALOGUES[listener.protocol]] if listener.tls_mode is TlsMode.STARTTLS else []
    process = await asyncio.create_subprocess_exec(
        "openssl", "s_client", "-connect", f"127.0.0.1:{listener.real_port}", "-showcerts",
        "-cipher", "DEFAULT:@SECLEVEL=0", *dialogue, *more,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode(errors="replace")


def der(chain: Sequence[Certificate]) -> list[bytes]:
    return [certificate.der for certificate in chain]


@pytest.mark.parametrize("scheme", ALL_SCHEMES)
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
async def test_a_real_client_reaches_tls(
    tmp_path: Path, version: str, scheme: str, presented: Callable[[str], list[bytes]]
) -> None:
    world = World(tmp_path, now=datetime.now(UTC), ports=PORTS)
    leaf = world.pki.leaf(world.name("mail"), key="ec-p256")
    world.serve("mail", scheme, chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    async with world:
        roots = ["-CAfile", str(tmp_path / "root.pem"), "-verify_hostname", world.name("mail"), "-verify_return_error"]
        status, output = await ask(world.listener("mail", scheme), version, *roots)
    assert status == 0, output
    assert presented(output) == der(leaf.chain)


def jumbled(world: World, leaf: Issued) -> list[tuple[Certificate, ...]]:
    root, issuing = world.pki.root.certificate, world.pki.intermediate.certificate
    stranger = world.pki.another_root("Stranger").certificate
    return [
        (leaf.certificate,),
        (leaf.certificate, root, issuing),
        (leaf.certificate, leaf.certificate, issuing, issuing, root),
        (leaf.certificate, stranger, issuing),
        (leaf.certificate, stranger),
    ]


async def test_the_chain_is_presented_exactly_as_it_was_given(
    world: World, presented: Callable[[str], list[bytes]]
) -> None:
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "smtp", "imaps", chain=leaf.chain, by=leaf)
    async with world:
        for chain in jumbled(world, leaf):
            world.present("mail", "smtp", "imaps", chain=chain, by=leaf)
            for scheme in ("smtp", "imaps"):
                for name in (["-noservername"], ["-servername", "somewhere.else"]):
                    _, output = await ask(world.listener("mail", scheme), *name)
                    assert presented(output) == der(chain)


@pytest.mark.parametrize("key", ["rsa-1024", "ec-p384", "rsa-2048"])
async def test_weak_keys_are_presented_too(world: World, key: KeyKind, presented: Callable[[str], list[bytes]]) -> None:
    leaf = world.pki.leaf(world.name("mail"), key=key)
    world.serve("mail", "imaps", chain=leaf.chain, by=leaf)
    async with world:
        _, output = await ask(world.listener("mail", "imaps"))
    assert presented(output) == der(leaf.chain)


async def test_what_cannot_be_served_leaves_the_old_in_service(
    world: World, presented: Callable[[str], list[bytes]]
) -> None:
    leaf, other = world.pki.leaf(world.name("mail")), world.pki.leaf(world.name("other"))
    world.serve("mail", "imaps", chain=leaf.chain, by=leaf)
    async with world:
        listener = world.listener("mail", "imaps")
        assert not listener.changed
        for junk in ("", "no certificate", to_pem(other.certificate)):
            (listener.folder / BUNDLE).write_text(junk)
            assert listener.changed
            with pytest.raises(LabError, match=re.escape(str(listener.folder / BUNDLE))):
                listener.reload()
            assert not listener.changed
            _, output = await ask(listener)
            assert presented(output) == der(leaf.chain)


async def test_private_keys_are_for_their_owner_alone(world: World) -> None:
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "imaps", chain=leaf.chain, by=leaf)
    keys = list(world.folder.rglob("key.pem"))
    assert keys
    assert all(key.stat().st_mode & 0o077 == 0 for key in keys)


async def test_a_server_survives_clients_without_manners(world: World) -> None:
    leaf = world.pki.leaf(world.name("mail"))
    schemes = [scheme for scheme in ALL_SCHEMES if scheme != "tls"]
    world.serve("mail", *schemes, chain=leaf.chain, by=leaf)
    async with world:
        for scheme in schemes:
            listener = world.listener("mail", scheme)
            for rudeness in (
                b"",
                b"\r\n\r\n",
                b"\xff\x00" * 9000,
                b"a STARTTLS\r\n\x16\x03",
                b"STARTTLS\r\nSTARTTLS\r\n",
            ):
                reader, writer = await asyncio.open_connection("127.0.0.1", listener.real_port)
                writer.write(rudeness)
                writer.write_eof()
                await _drained(reader)
                writer.close()
            status, output = await ask(listener)
            assert status == 0, output


async def _drained(reader: asyncio.StreamReader) -> None:
    try:
        while await reader.read(4096):
            pass
    except ConnectionError:
        return


async def test_good_byes_are_answered(world: World) -> None:
    leaf = world.pki.leaf(world.name("mail"))
    spoken = {
        "smtp": (["EHLO a", "HELO a", "NOOP", "MAIL FROM:<a@b>", "WHAT", "QUIT"], "221 "),
        "lmtp": (["LHLO a", "EHLO a", "RSET", "RCPT TO:<a@b>", "QUIT"], "221 "),
        "imap": (["x", "a CAPABILITY", "b NOOP", "c LOGIN a b", "d WHAT", "e LOGOUT"], "e OK"),
        "pop3": (["CAPA", "NOOP", "USER a", "QUIT"], "+OK Bye"),
        "sieve": (["CAPABILITY", "NOOP", "LISTSCRIPTS", "LOGOUT"], 'OK "Bye."'),
    }
    world.serve("mail", *spoken, chain=leaf.chain, by=leaf)
    async with world:
        for scheme, (commands, last) in spoken.items():
            reader, writer = await asyncio.open_connection("127.0.0.1", world.listener("mail", scheme).real_port)
            writer.write("".join(f"{command}\r\n" for command in commands).encode())
            lines = (await reader.read()).decode().splitlines()
            writer.close()
            assert lines[-1].startswith(last), lines
            assert len(lines) >= len(commands)
