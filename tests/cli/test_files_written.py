"""Files that must not be there yet: all of them are written, or none; nothing is replaced, nothing stays behind."""

import os
import stat
from pathlib import Path

import pytest

from mailtrust.edge import files
from mailtrust.edge.files import NewFile, write_new, write_whole


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_all_with_their_modes(tmp_path: Path) -> None:
    write_new([NewFile(tmp_path / "a.key", b"secret", 0o600), NewFile(tmp_path / "a.pem", b"public")])
    assert names(tmp_path) == ["a.key", "a.pem"]
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in names(tmp_path)] == [0o600, 0o644]


def test_none_where_one_is_there(tmp_path: Path) -> None:
    (tmp_path / "a.pem").symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        write_new([NewFile(tmp_path / "a.key", b"secret", 0o600), NewFile(tmp_path / "a.pem", b"public")])
    assert names(tmp_path) == ["a.pem"]


def test_none_where_one_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_new([NewFile(tmp_path / "a.key", b"secret", 0o600), NewFile(tmp_path / "absent" / "a.pem", b"public")])
    assert names(tmp_path) == []


def test_who_comes_between_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else makes the second file after it was seen not to be there."""
    real = files._into_place

    def late(temporary: str, path: Path) -> None:
        if path.name == "a.pem":
            path.write_bytes(b"theirs")
        real(temporary, path)

    monkeypatch.setattr(files, "_into_place", late)
    with pytest.raises(FileExistsError):
        write_new([NewFile(tmp_path / "a.key", b"secret", 0o600), NewFile(tmp_path / "a.pem", b"public")])
    assert names(tmp_path) == ["a.pem"]
    assert (tmp_path / "a.pem").read_bytes() == b"theirs"


def test_octets_are_on_the_disk_before_the_name_and_the_name_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    real = {name: getattr(os, name) for name in ("fsync", "link", "replace")}

    def noted(name: str) -> object:
        def call(*given: object) -> object:
            folder = name == "fsync" and stat.S_ISDIR(os.fstat(given[0]).st_mode)  # type: ignore[arg-type]
            done.append("fsync folder" if folder else name)
            return real[name](*given)

        return call

    for name in real:
        monkeypatch.setattr(os, name, noted(name))
    write_new([NewFile(tmp_path / "a", b"x")])
    write_whole(tmp_path / "b", b"y")
    assert done == ["fsync", "link", "fsync folder", "fsync", "replace", "fsync folder"]
