"""The whole circle on a stand-in of Kemp's LoadMaster: planned, applied, proven on the wire, taken back, broken off."""

import json
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.programs.kemp import LoadMaster, admin
from tests.programs.kemp_keeping import LOOPBACK, VIRTUAL_SERVICES, Kept, Service
from tests.programs.sample_pki import pki

from mailtrust.core.x509.pem import to_pem, to_pem_chain
from mailtrust.lab.pki import Issued

HOST = "mail.post.example"
SECONDS = 30
TOML = """\
roots = ["root.pem"]

[[server]]
name = "balancer"
product = "kemp"
endpoints = ["https://{host}:{port}"]
reach = "kemp://admin@localhost:{admin}"
password_file = "password"
fingerprint = "{fingerprint}"
"""


@dataclass
class Site:
    """A LoadMaster that sends its leaf alone, and an Exchange behind it that sends its chain."""

    here: Path
    master: LoadMaster
    front: Service
    behind: Service
    old: Issued
    new: Issued

    @property
    def target(self) -> str:
        return f"https://{HOST}:{self.front.port}"

    def looking(self, *, backend: bool) -> tuple[str, ...]:
        also = ("--also", f"{LOOPBACK}:{self.behind.port}") if backend else ()
        resolve = f"{HOST}:{self.front.port}:{LOOPBACK}"
        return "--resolve", resolve, "--no-aia", "--client", "openssl,gnutls", *also

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command, as an administrator runs it."""
        return subprocess.run(self._command(arguments), **self._how(), check=False)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The same, to be killed."""
        return subprocess.Popen(self._command(arguments), **self._how())

    def plan(self, *arguments: str) -> dict[str, Any]:
        done = self.run("plan", self.target, *arguments, "-o", "plan.json")
        assert done.returncode in (0, 1), done.stdout + done.stderr
        found: dict[str, Any] = json.loads((self.here / "plan.json").read_text())
        return found

    def plan_new(self) -> dict[str, Any]:
        return self.plan("--with", "new.pem", "--key", "new.key", *self.looking(backend=False))

    def apply(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("apply", "plan.json", "--yes", "--state", "state", *arguments)

    def served(self) -> bytes:
        return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((LOOPBACK, self.front.port)))

    def everything(self) -> tuple[object, ...]:
        """What the LoadMaster keeps and does."""
        kept = {name: one.chain for name, one in self.master.certificates.items()}
        return kept, dict(self.master.intermediates), list(self.front.certificates)

    def written(self) -> str:
        """All that stands in plans and journals."""
        return "".join(path.read_text() for path in self.here.rglob("*.json*") if path.is_file())

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "mailtrust", *arguments]

    def _how(self) -> dict[str, Any]:
        pipe = subprocess.PIPE
        return {"cwd": self.here, "stdout": pipe, "stderr": pipe, "stdin": subprocess.DEVNULL, "text": True}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    old, new = pki().leaf(HOST, key="ec-p256"), pki().leaf(HOST, key="ec-p256")
    with LoadMaster(tmp_path) as master:
        master.certificates["mail.post.example"] = Kept(old.chain[:1], old.key)
        # What others need the pool for.
        master.intermediates["SAML_token"] = Kept((pki("Somebody Else").root.certificate,))
        front = master.add_service(Service(0, ["mail.post.example"], name="Exchange"))
        behind = master.listen(Service(0, ends_tls=False, behind=lambda: (Kept(old.chain, old.key),)))
        toml = TOML.format(
            host=HOST, port=front.port, admin=master.port, fingerprint=f"sha256:{admin().certificate.fingerprint}"
        )
        (tmp_path / "mailtrust.toml").write_text(toml)
        (tmp_path / "password").write_text(f"{master.password}\n")
        (tmp_path / "root.pem").write_text(to_pem(pki().root.certificate))
        (tmp_path / "new.pem").write_text(to_pem_chain(new.chain))
        (tmp_path / "new.key").write_bytes(new.key_pem)
        yield Site(tmp_path, master, front, behind, old, new)


@pytest.mark.parametrize("without_v2", [False, True], ids=["v2", "v1"])
def test_the_intermediate_that_phones_miss(site: Site, without_v2: bool) -> None:
    """GMail refuses Exchange behind a LoadMaster, Outlook does not: the pool lacks the intermediate."""
    site.master.trouble.without_v2 = without_v2
    before = site.everything()
    plan = site.plan(*site.looking(backend=True))
    assert any(finding.startswith("chain-incomplete") for finding in plan["cures"])
    assert [step["do"]["command"][0] for step in plan["steps"]] == ["addintermediate"]
    assert site.everything() == before
    applied = site.apply()
    assert applied.returncode == 0, applied.stdout + applied.stderr
    (added,) = set(site.master.intermediates) - {"SAML_token"}
    assert site.master.intermediates[added].chain == site.old.chain[1:]
    assert site.run("prove", "plan.json").returncode == 0
    undone = site.apply("--undo")
    assert undone.returncode == 0, undone.stdout + undone.stderr
    assert site.everything() == before
    assert site.run("prove", "plan.json").returncode == 1
    assert site.master.password not in site.written() + applied.stdout + applied.stderr


def test_another_certificate_under_another_name(site: Site) -> None:
    before = site.everything()
    plan = site.plan_new()
    assert [step["do"]["command"][0] for step in plan["steps"]] == ["addcert", "modvs"]
    applied = site.apply()
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert site.served() == site.new.certificate.der
    (name,) = site.front.certificates
    assert site.master.certificates[name].chain == site.new.chain
    assert "mail.post.example" in site.master.certificates
    again = site.apply()
    assert again.returncode == 0
    assert "nothing to do" in again.stdout + again.stderr
    assert site.apply("--undo").returncode == 0
    assert site.everything() == before
    secrets = site.new.key_pem.decode(), site.master.password
    assert not any(secret in site.written() + applied.stdout + applied.stderr for secret in secrets)


def renewing(site: Site) -> None:
    """A CA of one's own, of which a certificate shall come."""
    assert site.run("ca", "init", "--ca", "ca", "--name", "Own", "--domain", "post.example").returncode == 0
    with (site.here / "root.pem").open("a") as roots:
        roots.write((site.here / "ca/root.pem").read_text())
    with (site.here / "mailtrust.toml").open("a") as toml:
        toml.write(f'[[renew]]\nname = "mail"\nnames = ["{HOST}"]\nby = "ca"\ndays = 30\n')


def test_two_machines_under_one_name_may_disagree_half_way(site: Site) -> None:
    site.master.certificates["mail.post.example"] = Kept(site.old.chain, site.old.key)
    renewing(site)
    (site.here / "second").mkdir()
    with LoadMaster(site.here / "second") as second:
        second.certificates["mail"] = Kept(site.old.chain, site.old.key)
        behind = second.add_service(Service(0, ["mail"]))
        with (site.here / "mailtrust.toml").open("a") as toml:
            first = TOML.partition("\n\n")[2].replace('"balancer"', '"second"')
            shown = admin().certificate.fingerprint
            toml.write(first.format(host=HOST, port=behind.port, admin=second.port, fingerprint=f"sha256:{shown}"))
        resolve = ("--resolve", f"{HOST}:{behind.port}:{LOOPBACK}")
        command = ("renew", "mail", "--force", "--state", "state", *site.looking(backend=False), *resolve)
        second.trouble.rights.remove(VIRTUAL_SERVICES)
        failed = site.run(*command)
        # The one that was proven keeps it, the other one gets it from the next run.
        assert failed.returncode == 4, failed.stdout + failed.stderr
        assert (site.front.certificates != ["mail.post.example"], behind.certificates) == (True, ["mail"])
        second.trouble.rights.add(VIRTUAL_SERVICES)
        renewed = site.run(*command)
        assert renewed.returncode == 0, renewed.stdout + renewed.stderr
        assert site.front.certificates == behind.certificates
        once_more = site.run(*command)
        assert once_more.returncode == 0, once_more.stdout + once_more.stderr
        assert once_more.stderr.index("Looking on the wire: balancer") < once_more.stderr.index("all servers")


def test_renewed_by_ones_own_ca(site: Site) -> None:
    """Ordered, uploaded, assigned, proven; what an ended renewal has left on it is deleted, and nothing else."""
    renewing(site)
    ended = pki().leaf(HOST, days=(-90, -1), key="ec-p256")
    left = f"mail_post_example-{ended.certificate.fingerprint[:8]}"
    site.master.certificates[left] = Kept(ended.chain, ended.key)
    renewed = site.run("renew", "mail", "--force", "--state", "state", *site.looking(backend=False)[:3])
    assert renewed.returncode == 0, renewed.stdout + renewed.stderr
    assert "renewed and proven" in renewed.stdout
    assert f"balancer: removed /certificates/{left}.pem" in renewed.stderr
    (name,) = site.front.certificates
    assert set(site.master.certificates) == {"mail.post.example", name}
    assert site.served() == site.master.certificates[name].chain[0].der != site.old.certificate.der


def test_only_old_versions_of_tls(site: Site) -> None:
    site.master.certificates["whole"] = Kept(site.old.chain, site.old.key)
    site.front.certificates[:] = ["whole"]
    site.front.tls_type = 24
    plan = site.plan(*site.looking(backend=False))
    assert [step["do"]["command"][-2:] for step in plan["steps"]] == [["TLSType=7", "was=24"]]
    applied = site.apply()
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert site.front.tls_type == 7
    assert site.apply("--undo").returncode == 0
    assert site.front.tls_type == 24


def test_what_does_not_help_is_taken_back(site: Site) -> None:
    """It is not documented that a LoadMaster completes chains from its pool: the wire decides."""
    site.master.trouble.ignores_pool = True
    before = site.everything()
    site.plan(*site.looking(backend=True))
    applied = site.apply()
    assert applied.returncode == 4, applied.stdout + applied.stderr
    assert site.everything() == before


def test_a_right_that_is_missing_half_way_takes_the_other_half_back(site: Site) -> None:
    before = site.everything()
    site.plan_new()
    site.master.trouble.rights.remove(VIRTUAL_SERVICES)
    applied = site.apply()
    assert applied.returncode == 4, applied.stdout + applied.stderr
    assert "Virtual Services" in applied.stdout + applied.stderr
    assert site.everything() == before
    assert site.served() == site.old.certificate.der


@pytest.mark.parametrize(
    ("command", "when"),
    [
        ("addcert", "after"),
        ("modvs", "after"),
        pytest.param("addcert", "before", marks=pytest.mark.long),
        pytest.param("modvs", "before", marks=pytest.mark.long),
    ],
)
def test_a_connection_that_breaks(site: Site, command: str, when: str) -> None:
    before = site.everything()
    site.plan_new()
    site.master.trouble.hangs_up = {command: when}
    applied = site.apply()
    # Where it was assigned before the line broke, it cannot be taken back by the same call, which breaks again.
    expected = 5 if (command, when) == ("modvs", "after") else 4
    assert applied.returncode == expected, applied.stdout + applied.stderr
    site.master.trouble.hangs_up = {}
    again = site.apply()
    assert again.returncode in (0, 4), again.stdout + again.stderr
    if again.returncode == 0:
        assert site.apply("--undo").returncode == 0
    assert site.everything() == before


@pytest.mark.parametrize("command", [pytest.param("addcert", marks=pytest.mark.long), "modvs"])
def test_killed_in_the_middle(site: Site, command: str) -> None:
    before = site.everything()
    site.plan_new()
    site.master.trouble.silent_at.add(command)
    with site.start("apply", "plan.json", "--yes", "--state", "state") as process:
        until = time.monotonic() + SECONDS
        while command not in [name for name, _ in site.master.changes]:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    site.master.trouble.silent_at.clear()
    # What was asked before the end may still be done: it has to be taken back all the same.
    while (command, site.everything()) == ("addcert", before):
        assert time.monotonic() < until
        time.sleep(0.02)
    recovered = site.apply()
    assert recovered.returncode == 4, recovered.stdout + recovered.stderr
    assert site.everything() == before


def test_somebody_else_has_assigned_another_meanwhile(site: Site) -> None:
    site.plan_new()
    assert site.apply().returncode == 0
    third = pki().leaf(HOST, key="ec-p256")
    site.master.certificates["third"] = Kept(third.chain, third.key)
    site.front.certificates[:] = ["third"]
    undone = site.apply("--undo")
    assert undone.returncode == 5, undone.stdout + undone.stderr
    assert "third" in undone.stdout + undone.stderr
    assert site.front.certificates == ["third"]
    # It is a person's now, and no later run tries again.
    calls = len(site.master.changes)
    site.apply("--undo")
    assert len(site.master.changes) == calls


def test_a_plan_is_out_of_date_when_the_loadmaster_is_another(site: Site) -> None:
    site.plan_new()
    site.master.certificates["another"] = Kept(site.old.chain, site.old.key)
    applied = site.apply()
    assert applied.returncode == 4
    assert "Nothing was changed" in applied.stdout + applied.stderr
    assert site.master.changes == []


def test_a_key_that_is_gone_is_missed_before_anything_is_changed(site: Site) -> None:
    site.plan_new()
    (site.here / "new.key").unlink()
    refused = site.apply()
    assert refused.returncode == 2, refused.stdout + refused.stderr
    assert "new.key" in refused.stdout + refused.stderr
    assert site.master.changes == []


def test_a_plan_alone_opens_nothing(site: Site) -> None:
    """Who applies it says in a file of his own where a password may be sent."""
    site.plan_new()
    site.master.calls.clear()
    (site.here / "mailtrust.toml").rename(site.here / "other.toml")
    refused = site.apply()
    assert refused.returncode == 2, refused.stdout + refused.stderr
    assert "password_file" in refused.stdout + refused.stderr
    assert site.master.calls == []
    assert "password" not in site.written()


def test_behind_another_page_nothing_is_planned_and_nothing_said(site: Site) -> None:
    toml = (site.here / "mailtrust.toml").read_text()
    shown = admin().certificate.fingerprint
    wrong = toml.replace(shown, "ab" * 32)
    (site.here / "mailtrust.toml").write_text(wrong)
    done = site.run("plan", site.target, *site.looking(backend=True))
    said = " ".join((done.stdout + done.stderr).split())
    # The plan is a person's then, as without `reach`.
    assert "Certificates & Security" in said
    assert all(f"sha256:{one}" in said for one in (shown, "ab" * 32))
    assert site.master.calls == []


def test_what_passes_tls_through_is_said(site: Site) -> None:
    through = site.master.add_service(
        Service(0, ends_tls=False, name="IMAP", behind=lambda: (Kept(site.old.chain[:1], site.old.key),))
    )
    target = f"https://{HOST}:{through.port}"
    toml = (site.here / "mailtrust.toml").read_text().replace(site.target, target)
    (site.here / "mailtrust.toml").write_text(toml)
    resolve = f"{HOST}:{through.port}:{LOOPBACK}"
    also = f"{LOOPBACK}:{site.behind.port}"
    looking = ("--resolve", resolve, "--no-aia", "--client", "openssl", "--also", also)
    done = site.run("plan", target, *looking)
    said = " ".join((done.stdout + done.stderr).split())
    assert f"IMAP ({LOOPBACK}:{through.port}) passes TLS through" in said, said
    assert site.master.changes == []
