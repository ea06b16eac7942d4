"""Questions answered through a machine: no key comes along, and what cannot be had is an answer."""

from pathlib import Path

from mailtrust.core.issuance.keys import make_key
from mailtrust.core.model.server_facts import Content, FileAt, FilesLike, Names, NoAnswer, OutputOf, Printed
from mailtrust.edge.transport.asking import answer
from mailtrust.edge.transport.local import LocalMachine

HERE = LocalMachine()


async def test_a_file_comes_without_its_key(tmp_path: Path) -> None:
    secret = make_key("ec-p256").to_pem().encode()
    (tmp_path / "pair.pem").write_bytes(b"# both\n" + secret)
    said = await answer(HERE, FileAt(str(tmp_path / "pair.pem")))
    assert isinstance(said, Content)
    assert said.octets.startswith(b"# both\n-----BEGIN WITHHELD KEY-----")
    assert b"PRIVATE" not in said.octets
    printed = await answer(HERE, OutputOf(("cat", str(tmp_path / "pair.pem"))))
    assert isinstance(printed, Printed)
    assert printed.output.encode() == said.octets
    assert await answer(HERE, FilesLike(f"{tmp_path}/*")) == Names((str(tmp_path / "pair.pem"),))


async def test_what_cannot_be_had_is_an_answer(tmp_path: Path) -> None:
    for question in (FileAt(str(tmp_path / "nothing")), FileAt(str(tmp_path)), OutputOf(("no-such-program",))):
        assert isinstance(await answer(HERE, question), NoAnswer)
