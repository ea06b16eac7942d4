"""A look in passing: one hello by hand, the server's answer in clear, the proof of its key, and away.

It costs a tenth of a whole handshake. The server sees a client that leaves in the middle, and its log may say so.
What is proven is the key of the leaf. That nobody on the way has changed the rest of the list only a finished handshake
proves; for a list that was changed the clients' verdicts say what is wrong with it.
"""

import os

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.observation import Handshake
from mailtrust.core.protocols.tls_hello import GOODBYE, RANDOM_OCTETS, client_hello, signed_key_exchange
from mailtrust.core.protocols.tls_records import RecordReader, begins_record, may_begin_record
from mailtrust.core.x509.key_proof import proves_key
from mailtrust.core.x509.parse import read_certificate
from mailtrust.edge.probe.hello_name import sni

NOTE = "left after the server's proof of its key; TLS 1.3 was not offered"


class Glance:
    """One hello and what came back. Anything but a whole and proven answer in TLS 1.2 is left to a whole handshake."""

    goodbye = GOODBYE

    def __init__(self, server_name: str | None) -> None:
        self._random = os.urandom(RANDOM_OCTETS)
        self._reader = RecordReader()
        self._first = b""
        self.hello = client_hello(self._random, sni(server_name))

    def receive(self, data: bytes) -> bool:
        """Take what came from the wire; whether it is decided what it shows."""
        if len(self._first) < 5:
            self._first = (self._first + data)[:5]
        self._reader.receive(data)
        flight = self._reader.flight
        speaks_tls = begins_record(self._first) if len(self._first) == 5 else may_begin_record(self._first)
        return flight.hello_done or flight.alert is not None or self._reader.done or not speaks_tls

    def result(self) -> Handshake | None:
        """What was shown and proven; None: ask again with a whole handshake."""
        flight = self._reader.flight
        signed = signed_key_exchange(flight, self._random)
        if signed is None or not flight.certificates or flight.cut_short:
            return None
        chain = tuple(map(read_certificate, flight.certificates))
        leaf = chain[0]
        if not isinstance(leaf, Certificate):
            return None
        if not proves_key(leaf.public_key.spki, signed.scheme, signed.message, signed.signature):
            return None
        return Handshake(
            tls_version="TLSv1.2",
            cipher=signed.cipher,
            presented_chain=chain,
            ocsp_staple=flight.ocsp_staple,
            key_proven=True,
            completed=False,
            note=NOTE,
        )
