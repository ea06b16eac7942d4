"""A private CA's answers over HTTP, as its journal has them at that moment."""

from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from mailtrust.core.issuance.authority import Issued
from mailtrust.core.issuance.ca_service import CaService, HttpAnswer
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.private_ca import CaState
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.core.x509.pem import PRIVATE_KEY_LABELS, find_pem
from mailtrust.core.x509.private_key import PrivateKey, read_private_key
from mailtrust.edge.ca.folder import JOURNAL, CaFolder
from mailtrust.flows.private_ca import certificates_in, look

_WATCHED = (JOURNAL, "root.crl", "issuing.crl", "ocsp.pem")


class Desk:
    """Answers for a CA whose folder others write to: read again when one of its files has changed."""

    def __init__(self, folder: CaFolder, password: bytes | None) -> None:
        """Raises UserProblem where journal or responder's key cannot be read: who starts a service is told."""
        self._folder = folder
        self._password = password
        self._seen = self._marks()
        self._service = self._read()
        if self._service.responder is None:
            raise UserProblem(
                text("The OCSP responder has no certificate that fits: run `mailtrust ca crl`, and it has one.")
            )

    def __call__(self, method: str, target: str, body: bytes) -> HttpAnswer:
        """Answer a request, by what holds now."""
        marks = self._marks()
        if marks != self._seen:
            try:
                self._service = self._read()
            except UserProblem:
                # Half of a change is there: what was known holds until the rest is.
                marks = self._seen
            self._seen = marks
        below = urlsplit(self._service.state.settings.url or "").path.strip("/")
        path = unquote(target.partition("?")[0]).lstrip("/")
        return self._service.answer(method, path.removeprefix(f"{below}/" if below else ""), body, datetime.now(UTC))

    def _marks(self) -> tuple[tuple[int, int, int], ...]:
        return tuple(map(self._folder.mark, _WATCHED))

    def _read(self) -> CaService:
        state = look(self._folder)
        lists = {
            name: self._folder.read(f"{name}.crl") for name in ("root", "issuing") if self._folder.has(f"{name}.crl")
        }
        return CaService(state, lists, self._responder(state))

    def _responder(self, state: CaState) -> Issued | None:
        """Certificate and key, which stand in one file; None where they are not the journal's."""
        if not self._folder.has("ocsp.pem"):
            return None
        data = self._folder.read("ocsp.pem")
        own = next((one for one in certificates_in(data) if isinstance(one, Certificate)), None)
        key = _key_in(data, self._password)
        if own is None or own != state.responder or not key.matches(own):
            return None
        return Issued(own, key)


def _key_in(data: bytes, password: bytes | None) -> PrivateKey:
    """The responder's key. Raises UserProblem where it cannot be opened."""
    block = next((block.whole for block in find_pem(data) if block.label in PRIVATE_KEY_LABELS), b"")
    key = read_private_key(block, password)
    if isinstance(key, Text):
        raise UserProblem(text("{path}: {why}", path="ocsp.pem", why=key))
    return key
