"""What a stand-in of Kemp's LoadMaster keeps, and what it does when asked. Sources: `tests/programs/kemp.py`."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import CERTIFICATE_LABELS, PRIVATE_KEY_LABELS, find_pem, to_pem
from mailtrust.core.x509.private_key import PrivateKey, read_private_key

LOOPBACK = "127.0.0.1"
CERTIFICATE_CREATION, INTERMEDIATE_CERTIFICATES = "Certificate Creation", "Intermediate Certificates"
VIRTUAL_SERVICES = "Virtual Services"
RIGHTS = (CERTIFICATE_CREATION, INTERMEDIATE_CERTIFICATES, VIRTUAL_SERVICES)
NEEDS = {
    "addcert": CERTIFICATE_CREATION,
    "delcert": CERTIFICATE_CREATION,
    "addintermediate": INTERMEDIATE_CERTIFICATES,
    "delintermediate": INTERMEDIATE_CERTIFICATES,
    "modvs": VIRTUAL_SERVICES,
}
"""Keyfactor's documentation names the first two; the third is infisical's."""


class RefusedError(Exception):
    """A code and the words that go with it."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


@dataclass
class Kept:
    """A certificate as it was uploaded."""

    chain: tuple[Certificate, ...]
    key: PrivateKey | None = None


@dataclass
class Service:
    """A virtual service; with TLS it listens."""

    port: int
    certificates: list[str] = field(default_factory=list)
    address: str = LOOPBACK
    name: str = ""
    ends_tls: bool = True
    tls_type: int = 0
    reencrypts: bool = False
    behind: Callable[[], tuple[Kept, ...]] | None = None
    """Where it passes TLS through: what the server behind it presents."""


@dataclass
class Trouble:
    """What goes wrong."""

    api_disabled: bool = False
    without_v2: bool = False
    rights: set[str] = field(default_factory=lambda: set(RIGHTS))
    garbage: bytes = b""
    """Said instead of any answer."""
    hangs_up: Mapping[str, str] = field(default_factory=dict)
    """The commands at which it hangs up, `before` or `after` they are done."""
    ignores_pool: bool = False
    """It sends what was uploaded, and nothing of the pool."""
    silent_at: set[str] = field(default_factory=set)
    """The commands that it does not even begin with, while they stand here."""


class Keeper:
    """Certificates, intermediates, virtual services, and who may change them."""

    def __init__(self, user: str, password: str) -> None:
        self.user, self.password = user, password
        self.api_keys = ["ogSLq4qWN7c49E3DDu3Pk"]
        self.certificates: dict[str, Kept] = {}
        self.intermediates: dict[str, Kept] = {}
        self.services: list[Service] = []
        self.trouble = Trouble()
        self.changing = threading.RLock()

    def known(self, user: str, password: str, api_key: str) -> bool:
        """json: "key wins"."""
        return api_key in self.api_keys if api_key else (user, password) == (self.user, self.password)

    def obey(self, command: str, given: Mapping[str, str], data: bytes) -> dict[str, Any]:
        """What a command gives. Raises RefusedError."""
        if (right := NEEDS.get(command)) and right not in self.trouble.rights:
            raise RefusedError(403, "Permission denied")  # unsourced: code and words
        with self.changing:
            match command:
                case "listcert":
                    return {"cert": _listed(self.certificates)}
                case "listintermediate":
                    return {"cert": _listed(self.intermediates)}
                case "readcert":
                    return {"certificate": _read(self.certificates, given)}
                case "readintermediate":
                    return {"certificate": _read(self.intermediates, given)}
                case "addcert":
                    return self._add(self.certificates, given, data, with_key=True)
                case "addintermediate":
                    return self._add(self.intermediates, given, data, with_key=False)
                case "delcert":
                    return self._delete(self.certificates, given)
                case "delintermediate":
                    return self._delete(self.intermediates, given)
                case "listvs":
                    return {"VS": [_shown(number, one) for number, one in enumerate(self.services, 1)]}
                case "showvs" | "modvs":
                    service = self._service(given)
                    if command == "modvs":
                        self._modify(service, given)
                    return _shown(self.services.index(service) + 1, service)
                case _:
                    raise RefusedError(
                        422, "Unknown command"
                    )  # unsourced: code; PingHost of powershell-sdk-vnext: words

    def _add(self, kept: dict[str, Kept], given: Mapping[str, str], data: bytes, *, with_key: bool) -> dict[str, Any]:
        name = given.get("cert", "")
        if not name:
            raise RefusedError(400, "cert: String Value missing")  # guide 2.6
        if not all(one.isalnum() or one in "-_." for one in name):
            raise RefusedError(422, "Invalid certificate name")  # the rule: acme.sh, DigiCert; code and words unsourced
        replaces = given.get("replace", "0") == "1"
        if replaces and name not in kept:
            raise RefusedError(422, "Certificate does not exist")  # win-acme: 422; words unsourced
        if name in kept and not replaces:
            raise RefusedError(422, "Certificate already exists")  # infisical: "already exists"; code unsourced
        blocks = find_pem(data)
        chain = tuple(read_certificate(one.data) for one in blocks if one.label in CERTIFICATE_LABELS)
        if not chain or not all(isinstance(one, Certificate) for one in chain):
            raise RefusedError(422, "Invalid certificate data")  # win-acme: 422 for bad PEM; words unsourced
        whole = tuple(one for one in chain if isinstance(one, Certificate))
        if not with_key:
            kept[name] = Kept(whole[:1])
            return {}
        key = next((read_private_key(one.whole) for one in blocks if one.label in PRIVATE_KEY_LABELS), None)
        if not isinstance(key, PrivateKey) or key.public_key != whole[0].public_key:
            raise RefusedError(422, "Key does not match certificate")  # win-acme: 422 for a mismatch; words unsourced
        kept[name] = Kept(whole, key)
        return {}

    def _delete(self, kept: dict[str, Kept], given: Mapping[str, str]) -> dict[str, Any]:
        name = given.get("cert", "")
        if name not in kept:
            raise RefusedError(422, "Certificate not found")  # unsourced: code and words
        if kept is self.certificates and any(name in one.certificates for one in self.services):
            # guide 3.12.1: one that is assigned to a virtual service cannot be deleted; code and words unsourced
            raise RefusedError(422, "Certificate in use")
        del kept[name]
        return {}

    def _service(self, given: Mapping[str, str]) -> Service:
        """guide 3.6.1: by address, port and protocol, or by index."""
        which = given.get("vs", "")
        for number, one in enumerate(self.services, 1):
            by_place = (one.address, str(one.port), "tcp") == (which, given.get("port"), given.get("prot"))
            if by_place or which == str(number):
                return one
        raise RefusedError(422, "Unknown VS")  # dsander/loadmaster's Puppet module: 422 and these words

    def _modify(self, service: Service, given: Mapping[str, str]) -> None:
        """guide 3.6.1.4: the entire list of certificates, separated by spaces."""
        if "certfile" in given:
            names = given["certfile"].split()
            if any(name not in self.certificates for name in names):
                raise RefusedError(
                    422, "Unknown certificate"
                )  # infisical: the whole update is rejected; words unsourced
            service.certificates = names
        if "tlstype" in given:
            service.tls_type = int(given["tlstype"])


def _listed(kept: Mapping[str, Kept]) -> list[dict[str, str]]:
    """keyfactor, kreemer: name, type, modulus."""
    return [{"name": name, "type": "RSA", "modulus": one.chain[0].fingerprint.upper()} for name, one in kept.items()]


def _read(kept: Mapping[str, Kept], given: Mapping[str, str]) -> str:
    """guide 3.12.1: PEM unless asked otherwise. That the chain comes with the certificate: unsourced."""
    if given.get("cert", "") not in kept:
        raise RefusedError(422, "Certificate not found")  # unsourced: code and words
    return "".join(to_pem(one) for one in kept[given["cert"]].chain)


def _shown(number: int, one: Service) -> dict[str, Any]:
    """mathlu: listvs.xml, listvs.json; what is about TLS: guide 3.6.1.4, and kreemer's VirtualService."""
    shown: dict[str, Any] = {
        "Status": "Up",
        "Index": number,
        "VSAddress": one.address,
        "VSPort": str(one.port),
        "Layer": 7 if one.ends_tls else 4,
        "NickName": one.name,
        "Enable": True,
        "SSLReencrypt": one.reencrypts,
        "StartTLSMode": 0,
        "VStype": "http" if one.ends_tls else "gen",
        "Protocol": "tcp",
        "MasterVS": 0,
        "TlsType": str(one.tls_type),
        "NeedHostName": False,
        "NumberOfRSs": 1,
    }
    if one.ends_tls:
        shown |= {"SSLAcceleration": True, "CertFile": " ".join(one.certificates)}
    return shown
