"""`mailtrust renew`: what it needs to be told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.programs.sample_pki import pki

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.renewing import Renewed
from mailtrust.flows.renewal_ordering import window_of

Run = Callable[..., Any]
TOML = """\
[[server]]
name = "web"
product = "nginx"
endpoints = ["https://localhost:1"]
reach = "local"
[[renew]]
name = "mail"
names = ["localhost"]
by = "ca"
[[renew]]
name = "other"
names = ["other.example.com"]
by = "ca"
"""


@pytest.fixture
def servers(tmp_path: Path) -> Path:
    (tmp_path / "mailtrust.toml").write_text(TOML)
    return tmp_path / "mailtrust.toml"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("mial",), "Expected the name of a [[renew]], got “mial”. There are: mail, other."),
        (("mail", "--all"), "leave the names out, or --all"),
    ],
)
def test_a_mistake_is_a_sentence(run: Run, servers: Path, given: tuple[str, ...], said: str) -> None:
    refused = run("renew", *given, "--servers", servers)
    assert (refused.status, said in refused.err) == (2, True)


@pytest.mark.parametrize("timer", [(), ("--timer", "systemd"), ("--timer", "cron")])
def test_without_renew_in_the_file(run: Run, tmp_path: Path, timer: tuple[str, ...]) -> None:
    (tmp_path / "empty.toml").write_text("")
    refused = run("renew", *timer, "--servers", tmp_path / "empty.toml")
    assert (refused.status, refused.out) == (2, b"")
    assert "Expected [[renew]] in mailtrust.toml" in refused.err


@pytest.mark.parametrize(
    ("product", "said"),
    [
        ("nginx", "how its files are come by (reach)"),
        ("exchange", "mailtrust services enable --certificate FILE.pfx"),
        ("mailstore", "mailtrust plan --with FILE writes the steps for a person"),
    ],
)
def test_where_renew_brings_nothing_it_says_what_does(run: Run, tmp_path: Path, product: str, said: str) -> None:
    toml = TOML.replace('"nginx"', f'"{product}"').replace('reach = "local"\n', "")
    (tmp_path / "mailtrust.toml").write_text(
        toml.replace('names = ["localhost"]\n', 'names = ["localhost"]\nservers = ["web"]\n')
    )
    refused = run("renew", "mail", "--servers", tmp_path / "mailtrust.toml", "--state", tmp_path / "state")
    assert refused.status == 2
    assert said in refused.err


def test_one_that_cannot_be_looked_at_keeps_no_other_from_it(run: Run, servers: Path, tmp_path: Path) -> None:
    looked = run("renew", "--servers", servers, "--state", tmp_path / "state", "--no-aia")
    assert looked.status == 3
    first, second = looked.err.splitlines()
    assert first == "mailtrust: mail: No server of mail answers: nobody knows what is served."
    assert second.startswith("mailtrust: other: mailtrust.toml has no [[server]] with reach that is met under one of")
    assert not (tmp_path / "state").exists()


def test_ctrl_c_says_that_what_has_come_is_kept(run: Run, servers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mailtrust.cli.renewing.renew_one", pressed)
    state = ("--servers", servers, "--state", servers.parent / "state")
    stopped, looked = run("renew", "--all", *state), run("renew", *state)
    assert (stopped.status, "is kept; the next run goes on" in stopped.err) == (130, True)
    assert (looked.status, "nothing was changed" in looked.err) == (130, True)


def test_without_an_account_it_says_which_one_to_make(tmp_path: Path) -> None:
    one = Renewed("mail", ("mail.example.com",), "https://ca.example/dir", account=str(tmp_path))
    with pytest.raises(UserProblem) as refused:
        window_of(one, pki().root.certificate)
    assert f"acme register --server https://ca.example/dir --account {tmp_path}" in str(refused.value)
