"""An account's talk with an ACME server (RFC 8555), by the `acme` library. Importing this needs `mailtrust[acme]`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from acme import errors, messages
from acme.client import ClientV2
from cryptography import x509
from josepy.b64 import b64encode
from josepy.jwk import JWK

from mailtrust.core.forecast.renewal_time import Window
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.edge.acme.network import Network, told


@frozen
class Terms:
    """What the server says of itself before anybody has an account."""

    url: str
    """Of its terms of service; empty: it names none."""
    external_account: bool
    """RFC 8555 7.3.4: only who has an account elsewhere may have one here."""


@frozen
class ExternalAccount:
    """RFC 8555 7.3.4."""

    kid: str
    key: str
    """Base64url, as CAs give it."""


class Session:
    """One account, or none yet, at one server."""

    def __init__(self, directory: str, key: PrivateKey, account: str | None, roots: Path | None) -> None:
        """Fetch the directory. Raises UserProblem, as every method does.

        `roots`: PEM file of those that the server's own certificate is checked with; None: the public ones.
        """
        self.key = JWK.load(key.to_pem().encode("ascii"))
        self.network = Network(self.key, account, roots)
        self._url = directory
        with self.told():
            self.directory = ClientV2.get_directory(directory, self.network)
            for name in ("newNonce", "newAccount", "newOrder", "revokeCert"):
                self.directory[name]
            self.client = ClientV2(self.directory, self.network)

    @property
    def terms(self) -> Terms:
        """What must be agreed to."""
        meta = self.directory["meta"]
        return Terms(clean(str(meta.terms_of_service or ""), 500), bool(meta.external_account_required))

    def register(self, contact: Sequence[str], *, agreed: bool, external: ExternalAccount | None) -> str:
        """Make the account of this key, or find the one that it has; gives its URL."""
        with self.told():
            binding = None
            if external is not None:
                binding = messages.ExternalAccountBinding.from_data(
                    self.key.public_key(), external.kid, external.key, self.directory
                )
            wanted = messages.NewRegistration(
                contact=tuple(f"mailto:{address}" for address in contact),
                terms_of_service_agreed=agreed,
                external_account_binding=binding,
            )
            try:
                return str(self.client.new_account(wanted).uri)
            except errors.ConflictError as known:  # this key has an account
                return str(known.location)

    def renewal_window(self, certificate: Certificate) -> Window | None:
        """When the server would have it renewed (RFC 9773 4); None: it does not say, or nothing that can be read."""
        try:
            with self.told():
                known = self.renewal_id(certificate)
                if known is None:
                    return None
                said = self.network.get(f"{str(self.directory['renewalInfo']).rstrip('/')}/{known}").json()
                start, end = (datetime.fromisoformat(said["suggestedWindow"][name]) for name in ("start", "end"))
                if start.tzinfo is None or end.tzinfo is None:
                    return None
                return Window(start, end, clean(str(said.get("explanationURL") or ""), 300))
        except UserProblem:
            return None  # RFC 9773 4.3.3: then as if the server knew nothing of it

    def renewal_id(self, certificate: Certificate) -> str | None:
        """RFC 9773 4.1's name of a certificate; None: it can have none, or the server knows nothing of renewals."""
        key_id = certificate.authority_key_identifier and certificate.authority_key_identifier.key_id
        if not key_id or "renewalInfo" not in self.directory.to_partial_json():
            return None
        serial = certificate.serial.to_bytes(certificate.serial.bit_length() // 8 + 1, "big", signed=True)
        return ".".join(b64encode(part).decode("ascii") for part in (key_id, serial))

    def revoke(self, certificate: Certificate, reason: int) -> None:
        """Revoke (RFC 8555 7.6); `reason` as in RFC 5280 5.3.1."""
        with self.told():
            self.client.revoke(x509.load_der_x509_certificate(certificate.der), reason)

    def post(self, url: str, payload: Any = None) -> Any:
        """Send a signed request; without payload POST-as-GET (RFC 8555 6.3). Raises what the library raises."""
        return self.network.post(url, payload, new_nonce_url=self.directory["newNonce"])

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn what the library raises into UserProblem."""
        with told(self.network, self._url):
            yield
