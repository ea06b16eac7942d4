"""HTTP for PSRP: one session that trusts what the system trusts, follows nobody, and reads within bounds.

Importing this needs `mailtrust[exchange]`.
"""

import ssl
import time
from collections.abc import Iterator
from typing import Any

import requests
from pypsrp.negotiate import HTTPNegotiateAuth
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.lookup.verifying import verifying_context
from mailtrust.edge.transport.shell import Login
from mailtrust.version import __version__

MOST_IN_AN_ANSWER = 2 * 2**20
"""Octets of one answer: we ask for envelopes of half a MiB."""
MOST_IN_ALL = 24 * 2**20
"""Octets of all answers about one cmdlet."""
ANSWER_SECONDS = 90
"""For one answer as a whole, from its first octet."""
CONNECT_SECONDS = 15
POLL_SECONDS = 20
"""How long the server may keep an answer back before it says that there is none yet."""
GRACE_SECONDS = 10


class TooMuchError(Exception):
    """An answer that never ends, or lasts too long."""


class TooLateError(Exception):
    """The cmdlet should have ended by now."""


class _Answer(requests.Response):
    """An answer that is read within bounds."""

    bounds: "Bounds"

    def iter_content(self, chunk_size: int | None = 1, *_: Any, **__: Any) -> Iterator[Any]:
        ends, read = time.monotonic() + ANSWER_SECONDS, 0
        for part in super().iter_content(min(chunk_size or 16384, 16384)):
            read += len(part)
            self.bounds.read += len(part)
            if read > MOST_IN_AN_ANSWER or self.bounds.read > MOST_IN_ALL or time.monotonic() > ends:
                self.close()
                raise TooMuchError
            yield part


class Bounds(HTTPAdapter):
    """What every request of a session goes through, those that prove the user too: our patience, and no second try.

    A cmdlet that changes something must not be sent twice.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        """`context` verifies the server."""
        self._context = context
        self.ends = 0.0
        """When the cmdlet that is running must have ended, by the monotonic clock."""
        self.patience: float = POLL_SECONDS + GRACE_SECONDS
        """Seconds for one answer."""
        self.read = 0
        """Octets that came since it began."""
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **given: Any) -> Any:
        """With our context."""
        return super().init_poolmanager(*args, ssl_context=self._context, **given)

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """One that is read within bounds."""
        answer = _Answer()
        answer.__dict__.update(vars(super().build_response(req, resp)))
        answer.bounds = self
        return answer

    def send(self, request: requests.PreparedRequest, *args: Any, **given: Any) -> requests.Response:
        """Send one, however patient the library would be. Raises TooLateError beside what `requests` does."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TooLateError
        given["timeout"] = (CONNECT_SECONDS, min(left, self.patience))
        try:
            return super().send(request, *args, **given)
        except requests.exceptions.Timeout as late:
            # pypsrp would wait for the same answer five times more.
            raise requests.exceptions.ConnectionError(late) from late


def session_for(login: Login, bounds: Bounds) -> requests.Session:
    """The session, within bounds."""
    session = requests.Session()
    session.headers["User-Agent"] = f"mailtrust/{__version__}"
    session.headers["Accept-Encoding"] = "identity"  # IIS compresses otherwise, and nobody here could bound that
    session.max_redirects = 0
    session.mount("https://", bounds)
    session.mount("http://", bounds)
    if login.way == "basic":
        session.auth = HTTPBasicAuth(login.user.encode("utf-8"), login.password.encode("utf-8"))
    else:
        session.auth = HTTPNegotiateAuth(
            username=login.user or None,
            password=login.password or None,
            auth_provider=login.way,
            service="HTTP",
            wrap_required=False,
        )
    return session


def context_for(roots: bytes | None) -> ssl.SSLContext:
    """What verifies the server. `roots`: PEM, beside the system's. Raises UserProblem where they are none."""
    context = verifying_context()
    if roots is not None:
        try:
            context.load_verify_locations(cadata=roots.decode("ascii"))
        except (ssl.SSLError, UnicodeDecodeError) as error:
            raise UserProblem(
                text("Expected certificates in PEM in the file of --live-roots, found none that can be read.")
            ) from error
    return context
