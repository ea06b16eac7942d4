"""An ACME account's folder: its key (mode 0600), what is known of it, and the lock of whoever uses it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from mailtrust.core.formats.acme_record import MOST_OCTETS, AcmeAccount, read_document, write_document
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.private_key import PrivateKey, read_private_key
from mailtrust.edge.config.organisation_file import config_folder
from mailtrust.edge.files import NewFile, write_new, write_whole
from mailtrust.edge.lock import locked

KEY, ACCOUNT, LOCK = "account.key", "account.json", "lock"


def usual_folder(directory: str) -> Path:
    """Where this user's account with a server is kept, unless another place is named. Raises UserProblem."""
    try:
        parts = urlsplit(directory)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if _odd(directory, host):
        raise UserProblem(
            text(
                "Expected the HTTPS URL of an ACME directory, such as "
                "https://acme-v02.api.letsencrypt.org/directory, got “{given}”.",
                given=clean(directory, 200),
            )
        )
    name = host.replace(":", "-") if port is None else f"{host.replace(':', '-')}-{port}"
    try:
        home = Path.home()
    except RuntimeError as error:
        raise UserProblem(text("This user has no home: name the account's folder with --account.")) from error
    return config_folder(sys.platform, os.environ, home) / "acme" / name


def _odd(directory: str, host: str) -> bool:
    """Whether this is no URL that an ACME directory can have (RFC 8555 6.1)."""
    return not directory.lower().startswith("https://") or not host or any(one in host for one in "/\\\0")


@frozen
class AccountFolder:
    """The folder. Methods raise UserProblem."""

    path: Path

    def new_key(self) -> PrivateKey:
        """The key that is there, else a new one, kept before any server hears of it."""
        if (self.path / KEY).exists():
            return self.key()
        key = make_key("ec-p256")
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_new((NewFile(self.path / KEY, key.to_pem().encode("ascii"), 0o600),))
        except OSError as error:
            raise _failed(self.path, error) from error
        return key

    def key(self) -> PrivateKey:
        """The account's key."""
        read = read_private_key(self._read(KEY))
        if isinstance(read, Text):
            raise UserProblem(text("{path}: {why}", path=clean(str(self.path / KEY), 200), why=read))
        return read

    def keep(self, account: AcmeAccount) -> None:
        """Keep what the server has answered."""
        try:
            write_whole(self.path / ACCOUNT, write_document(account))
        except OSError as error:
            raise _failed(self.path / ACCOUNT, error) from error

    def account(self) -> AcmeAccount | None:
        """The account; None: there is none yet."""
        if not (self.path / ACCOUNT).exists():
            return None
        return read_document(self._read(ACCOUNT), AcmeAccount, clean(str(self.path / ACCOUNT), 200))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Use the account alone: two orders for one name would spoil each other's proofs."""
        with locked(
            self.path / LOCK,
            text("Another mailtrust is using this ACME account at the moment. Wait until it is done, and try again."),
        ):
            yield

    def _read(self, name: str) -> bytes:
        try:
            with (self.path / name).open("rb") as file:
                return file.read(MOST_OCTETS + 1)
        except OSError as error:
            raise UserProblem(
                text("Could not read {path}: {why}.",
                     path=clean(str(self.path / name), 200), why=error.strerror or str(error))
            ) from error  # fmt: skip


def _failed(path: Path, error: OSError) -> UserProblem:
    return UserProblem(
        text("Could not write {path}: {why}.", path=clean(str(path), 200), why=error.strerror or str(error))
    )
