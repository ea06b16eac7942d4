"""Where mailtrust.toml is looked for, on each system."""

from pathlib import Path

import pytest

from mailtrust.core.formats.organisation_toml import MOST_BYTES
from mailtrust.core.model.problem import UserProblem
from mailtrust.edge.config.organisation_file import config_folder, find, read

HOME = Path("/home/ann")


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {}, "/home/ann/.config/mailtrust"),
        ("linux", {"XDG_CONFIG_HOME": "/etc/ann"}, "/etc/ann/mailtrust"),
        ("linux", {"XDG_CONFIG_HOME": "relative"}, "/home/ann/.config/mailtrust"),
        ("darwin", {"XDG_CONFIG_HOME": "/x"}, "/home/ann/Library/Application Support/mailtrust"),
        ("win32", {"APPDATA": "/c/ann/Roaming"}, "/c/ann/Roaming/mailtrust"),
        ("win32", {}, "/home/ann/AppData/Roaming/mailtrust"),
    ],
)
def test_the_users_folder(platform: str, environment: dict[str, str], folder: str) -> None:
    assert config_folder(platform, environment, HOME) == Path(folder)


def test_this_folder_comes_before_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert find() is None
    users = tmp_path / "config" / "mailtrust" / "mailtrust.toml"
    users.parent.mkdir(parents=True)
    users.touch()
    assert find() == users
    Path("mailtrust.toml").touch()
    assert find() == Path("mailtrust.toml")


def test_a_user_without_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "home", homeless)
    assert find() is None


def test_no_more_is_read_than_is_needed_to_refuse_it(tmp_path: Path) -> None:
    endless = tmp_path / "mailtrust.toml"
    endless.write_bytes(b"#" * (MOST_BYTES + 1000))
    assert len(read(endless)) == MOST_BYTES + 1


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="Could not read"):
        read(tmp_path)
