"""A renewal whose servers, CA and zone are files of a folder: small enough to be killed at every call.

    python -m tests.renew.small_world FOLDER

kills it everywhere and prints, for each place, what the runs after it have come to.
"""

import ctypes
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tests.apply.killing import Killer

from mailtrust.core.forecast.renewal_time import Window
from mailtrust.core.formats.tlsa import read_tlsa
from mailtrust.core.issuance.authority import Authority, issue_for, make_root
from mailtrust.core.issuance.keys import make_key, make_serial
from mailtrust.core.issuance.recipe import root_recipe, server_recipe
from mailtrust.core.model.case_file import CaseFile
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.plan import Plan, PlanStep, PutBack, WriteFile
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.renewal_told import RenewalTold
from mailtrust.core.model.renewing import Renewed
from mailtrust.core.model.settings import Place as ServerPlace
from mailtrust.core.model.settings import Server, Settings
from mailtrust.core.model.text import Text, text
from mailtrust.core.targets.mending.work import Material
from mailtrust.core.validation.tlsa_switch import Beside, Place
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import find_pem, to_pem
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.edge.files import write_whole
from mailtrust.edge.renewal.folder import RenewalFolder
from mailtrust.flows.assess import assess
from mailtrust.flows.renewal_around import Around
from mailtrust.flows.renewal_plan import RenewalPlan
from mailtrust.flows.renewing import Renewing

HOST = "mail.example.com"
NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SERVERS = (Server("web", (ServerPlace(HOST, HOST, 443),), "nginx", "local"),)
RECORD = f"_443._tcp.{HOST}"
TTL = 3600


class SmallWorld:
    """The folder: `served.pem`, `orders`, `zone`, `finished`."""

    def __init__(self, folder: Path, *, now: datetime = NOW, editor: bool = True) -> None:
        self.folder, self.now, self.editor = folder, now, editor
        self.one = Renewed("mail", (HOST,), "https://ca.example/dir", key="ec-p256", dns_update="192.0.2.53")
        self.window: Window | None = None
        self.introduced = ""
        self.down = False
        self.missing: tuple[str, ...] = ()
        self.refuses = ""
        self.status = 0
        self.told: list[Text] = []
        self.cleared: list[str] = []
        """What was served each time that former pairs were taken away."""

    @property
    def kept(self) -> RenewalFolder:
        return RenewalFolder(self.folder / "renewals/mail", "mail")

    def run(self, **more: Any) -> RenewalTold:
        return Renewing(self.one, SERVERS, self.kept, self.around(), **more).run()

    def around(self) -> Around:
        return Around(
            now=lambda: self.now,
            look=self.look,
            window=self._window,
            order=self._order,
            places=self._places,
            publish=self._publish if self.editor else None,
            take_away=self._take_away if self.editor else None,
            plan=self._plan,
            stand_in=lambda: Material((self.served(),), None),
            written=_written,
            kept=lambda: None,
            apply=self._apply,
            clear_away=lambda: self.cleared.append(self.served().fingerprint),
            finished=lambda plan: plan in self.lines("finished"),
            tell=self.told.append,
        )

    def served(self) -> Certificate:
        (leaf,) = certificates((self.folder / "served.pem").read_bytes())
        return leaf

    def lines(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    def look(self) -> Assessment:
        if self.down:
            handshakes: tuple[Observation, ...] = ()
        else:
            endpoint = Endpoint(HOST, 443, Protocol.HTTPS, TlsMode.IMPLICIT, "192.0.2.1", HOST, "given")
            shown = Handshake("TLSv1.3", "", (self.served(),), None, key_proven=True, completed=True)
            handshakes = (Observation(endpoint, Offer.DEFAULT, self.now, shown),)
        case = CaseFile(HOST, self.now, "1", handshakes, Pool())
        return assess(case, stores={}, clients=(), settings=Settings(), now=self.now)

    def _window(self, _: Certificate) -> Window | None:
        if self.refuses == "window":
            raise UserProblem(text("The CA is away."))
        return self.window

    def _order(self, key: PrivateKey, _: Certificate) -> tuple[Certificate, ...]:
        if self.refuses == "order":
            raise UserProblem(text("The CA refuses."))
        made = issue_for(
            authority(), server_recipe(HOST), key.public_key, serial=make_serial(),
            not_before=self.now - DAY / 24, not_after=self.now + 90 * DAY,
        )  # fmt: skip
        write_whole(self.folder / "orders", "\n".join([*self.lines("orders"), made.fingerprint, ""]).encode())
        return (made,)

    def _places(self, seen: Sequence[Observation]) -> tuple[Place, ...]:
        if self.refuses == "dns":
            raise UserProblem(text("DNS is away."))
        return tuple(Place(RECORD, read_tlsa(self.lines("zone")), TTL, one.presented_chain) for one in seen)

    def _publish(self, records: Sequence[Beside]) -> None:
        if self.refuses == "update":
            raise UserProblem(text("The update is refused."))
        self.set_zone([*self.lines("zone"), *(one.record.text for one in records)])

    def _take_away(self, records: Sequence[tuple[str, str]]) -> None:
        if self.refuses in ("update", "removal"):
            raise UserProblem(text("The update is refused."))
        gone = {record for _, record in records}
        self.set_zone([one for one in self.lines("zone") if one not in gone])

    def set_zone(self, records: Sequence[str]) -> None:
        write_whole(self.folder / "zone", "".join(f"{one}\n" for one in dict.fromkeys(records)).encode())

    def _plan(self, assessment: Assessment, material: Material) -> RenewalPlan:
        leaf = material.chain[0]
        write = PlanStep("1", "web", text("Write it."), WriteFile("served.pem", leaf.fingerprint.encode()), PutBack())
        plan = Plan(HOST, self.now, "1", (), (), () if self.served() == leaf else (write,), (), (), (), (), SERVERS, ())
        introduced = (self.introduced,) if self.introduced else ()
        return RenewalPlan(plan, self.missing, tuple(text("It is down.") for _ in self.missing), introduced)

    def _apply(self, plan: Plan, _: bytes) -> int:
        """What is applied is proven by other tests; here it is one write and one line."""
        if self.status == 0:
            chain = self.kept.next_chain()
            assert plan.id == chain[0].fingerprint
            expect_fitting(self.served(), chain[0], self.lines("zone"))
            write_whole(self.folder / "served.pem", to_pem(chain[0]).encode())
            write_whole(self.folder / "finished", f"{plan.id}\n".encode())
        return self.status


def _written(plan: Plan) -> tuple[bytes, Plan]:
    """Called by the certificate that it brings."""
    do = plan.steps[0].do
    assert isinstance(do, WriteFile)
    return b"", replace(plan, id=do.content.decode())


def expect_fitting(old: Certificate, new: Certificate, zone: Sequence[str]) -> None:
    """Where a published record speaks of the former certificate, one speaks of the new one."""
    if record_of(old) in zone:
        assert record_of(new) in zone, "DANE is broken"


def record_of(leaf: Certificate) -> str:
    """The record of its key."""
    from mailtrust.core.validation.tlsa_rollover import advised

    return advised(leaf).text


def certificates(pem: bytes) -> tuple[Certificate, ...]:
    read = (read_certificate(block.data) for block in find_pem(pem))
    return tuple(one for one in read if isinstance(one, Certificate))


_AUTHORITY: list[Authority] = []


def authority() -> Authority:
    """The CA of this process."""
    if not _AUTHORITY:
        span = {"not_before": NOW - 365 * DAY, "not_after": NOW + 3650 * DAY}
        _AUTHORITY.append(make_root(root_recipe("Small CA"), make_key("ec-p256"), serial=make_serial(), **span))
    return _AUTHORITY[0]


def prepare(folder: Path, *, tlsa: bool = True) -> SmallWorld:
    """A certificate that is due, and a record of its key."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    old = issue_for(
        authority(), server_recipe(HOST), make_key("ec-p256").public_key, serial=make_serial(),
        not_before=NOW - 80 * DAY, not_after=NOW + 10 * DAY,
    )  # fmt: skip
    (folder / "served.pem").write_text(to_pem(old))
    world = SmallWorld(folder)
    if tlsa:
        world.set_zone([record_of(old)])
    return world


def _in_child(work: Callable[[], object]) -> tuple[str, Any]:
    """What it gives, in a process of its own."""
    ear, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        real = os.write
        try:
            real(mouth, json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(mouth)
    _, status = os.waitpid(child, 0)
    with os.fdopen(ear, "rb") as file:
        said = file.read()
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return "killed", None
    return "done", json.loads(said)


def _runs(folder: Path, killer: Killer | None = None) -> list[str]:
    """Runs, an hour between them, until it is renewed and there is nothing more to do."""
    if killer is not None:
        killer.take_hold()
    came = []
    for number in range(9):
        came.append(SmallWorld(folder, now=NOW + number * timedelta(hours=3)).run().outcome)
        if came[-1] == "not-due":
            break
    return [*came, str(killer.calls if killer is not None else 0)]


def loop(folder: Path) -> list[dict[str, object]]:
    """Kill it at every call that changes something, before and after."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
    authority()
    prepare(folder)
    _, came = _in_child(lambda: _runs(folder, Killer(0, "")))
    seen = []
    for at in range(1, int(came[-1]) + 1):
        for when in ("before", "after"):
            prepare(folder)
            how, _ = _in_child(partial(_runs, folder, Killer(at, when)))
            with suppress(ChildProcessError):
                os.wait()
            _, after = _in_child(lambda: _runs(folder))
            world = SmallWorld(folder)
            leaf = world.served()
            seen.append(
                {
                    "at": at,
                    "how": how,
                    "last": after[-2],
                    "orders": len(world.lines("orders")),
                    "in_service": leaf.fingerprint in world.lines("orders"),
                    "kept": [one.fingerprint for one in world.kept.current_chain()] == [leaf.fingerprint],
                    "key": world.kept.holds_key_of(leaf),
                    "noted": world.kept.record.certificate == leaf.fingerprint,
                    "zone": [record_of(leaf)] == world.lines("zone"),
                    "files": sorted(path.name for path in world.kept.path.iterdir()),
                }
            )
    return seen


if __name__ == "__main__":
    print(json.dumps(loop(Path(sys.argv[1]))))  # noqa: T201
