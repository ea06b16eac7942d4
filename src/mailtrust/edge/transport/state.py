"""The folder in which mailtrust remembers what it has changed: plans, their journals, copies of former files."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.files import write_whole
from mailtrust.edge.lock import locked
from mailtrust.edge.transport.journal import LARGEST, Journal
from mailtrust.edge.transport.replacing import make_folder

OF_ROOT = Path("/var/lib/mailtrust")
ON_SERVERS = f"{OF_ROOT}/kept"
"""Where copies stand on other machines: no key leaves its own."""
PLAN = "plan.json"
JOURNAL = "journal.jsonl"
COPIES = "kept"

IN_USE = text(
    "Another mailtrust is applying a plan or taking one back at the moment. Wait until it is done, and try again."
)
_ID = re.compile(r"[0-9a-f]{8,64}")


@frozen
class State:
    """The folder; `plans/ID` is a plan's own. Everything raises UserProblem."""

    path: Path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder where there is none, and keep every other apply away."""
        with ExitStack() as held:
            with self._told():
                make_folder(self.path / "plans", 0o700)
                self._expect_own(self.path / "plans")
                held.enter_context(locked(self.path / "apply.lock", IN_USE))
            yield

    def journal(self, plan: str) -> Journal:
        """The journal of a plan."""
        return Journal(self._folder(plan) / JOURNAL)

    def remember(self, plan: str, octets: bytes) -> None:
        """Keep the plan itself: whoever takes it back needs it, and may have no other copy."""
        with self._told():
            make_folder(self._folder(plan), 0o700)
            write_whole(self.remembered(plan), octets, mode=0o600)

    def remembered(self, plan: str) -> Path:
        """The file in which a plan is remembered."""
        return self._folder(plan) / PLAN

    def plan(self, plan: str) -> bytes:
        """The plan as it was remembered."""
        with self._told(), self.remembered(plan).open("rb") as file:
            return file.read(LARGEST)

    def plans(self) -> tuple[str, ...]:
        """The ids of all plans that were ever begun here, sorted."""
        with self._told():
            there = os.listdir(self.path / "plans") if (self.path / "plans").is_dir() else []
        return tuple(sorted(one for one in there if _ID.fullmatch(one)))

    def copies(self, plan: str, *, here: bool) -> str:
        """The folder of the former files of a plan: on this machine, or on any other."""
        return str(self._folder(plan) / COPIES) if here else f"{ON_SERVERS}/{plan}"

    def _folder(self, plan: str) -> Path:
        if not _ID.fullmatch(plan):
            raise UserProblem(text("“{plan}” is not the id of a plan.", plan=clean(plan, 80)))
        return self.path / "plans" / plan

    def _expect_own(self, folder: Path) -> None:
        """Copies may hold private keys."""
        if sys.platform != "win32":
            known = folder.lstat()
            if known.st_uid != os.geteuid() or known.st_mode & 0o077:
                raise UserProblem(
                    text(
                        "Expected a folder of your own that is open to nobody else (mode 0700), but {path} is not: "
                        "former files are kept there, private keys among them. Name another one with --state.",
                        path=clean(str(folder), 200),
                    )
                )

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UserProblem(
                text(
                    "Could not use {path}, where mailtrust keeps what it needs to take a plan back: {why}. Name "
                    "another folder with --state.",
                    path=clean(error.filename or str(self.path), 200),
                    why=error.strerror or str(error),
                )
            ) from error


def state_of_this_user() -> State:
    """Where it is when nobody says otherwise. Raises UserProblem for a user without a home."""
    if sys.platform != "win32" and os.geteuid() == 0:
        return State(OF_ROOT)
    try:
        return State(state_folder(sys.platform, os.environ, Path.home()))
    except RuntimeError:
        raise UserProblem(text("This user has no home folder: name a folder with --state.")) from None


def state_folder(platform: str, environment: Mapping[str, str], home: Path) -> Path:
    """Where this user's programs keep what they have to know after a restart."""
    if platform == "win32":
        local = environment.get("LOCALAPPDATA", "")
        return (Path(local) if local else home / "AppData" / "Local") / "mailtrust" / "state"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "mailtrust" / "state"
    # XDG Base Directory Specification: a relative path in the variable is to be ignored.
    given = environment.get("XDG_STATE_HOME", "")
    return (Path(given) if os.path.isabs(given) else home / ".local" / "state") / "mailtrust"
