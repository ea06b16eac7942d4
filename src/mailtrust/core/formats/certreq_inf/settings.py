"""[NewRequest]'s keys to values: each reader takes what it needs, and tells what does not fit."""

from datetime import datetime
from typing import Literal, TypeVar

from mailtrust.core.formats.certreq_inf.document import Document, Entry
from mailtrust.core.formats.certreq_inf.keys import KEYS
from mailtrust.core.formats.certreq_inf.moments import read_moment
from mailtrust.core.formats.certreq_inf.remark import Remark, error, warning
from mailtrust.core.formats.certreq_inf.scalars import X500_FLAGS, boolean, choice, expected, flags, nearest, number
from mailtrust.core.formats.certreq_inf.scalars import key_usage as read_key_usage
from mailtrust.core.formats.certreq_inf.subject import read_subject
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.requested_certificate import (
    AskedHash,
    KeyAlgorithm,
    KeyKeeping,
    Lasting,
    Period,
    Subject,
)
from mailtrust.core.model.text import Text, text

T = TypeVar("T")
D = TypeVar("D")

LEAST_BITS = 1024
MOST_BITS = 8192
MOST_UNITS = 1_000_000_000

Form = Literal["certificate", "pkcs10"]

_FORMS: dict[str, Form | str] = {
    "PKCS10": "pkcs10", "Cert": "certificate", "PKCS7": "PKCS7", "CMC": "CMC", "SCEP": "SCEP", "PKCS10-": "pkcs10",
    "1": "pkcs10", "2": "PKCS7", "3": "CMC", "4": "certificate", "0xfd00": "SCEP",
}  # fmt: skip
_HASHES: dict[str, AskedHash | None] = {
    "sha256": "sha256", "sha384": "sha384", "sha512": "sha512", "sha1": "sha1", "md5": "md5", "md4": None, "md2": None,
}  # fmt: skip
_ALGORITHMS: dict[str, KeyAlgorithm | None] = {
    "RSA": "rsa", "ECDSA_P256": "ec-p256", "ECDSA_P384": "ec-p384", "ECDSA_P521": "ec-p521",
    "ECDH_P256": "ec-p256", "ECDH_P384": "ec-p384", "ECDH_P521": "ec-p521", "DSA": None, "DH": None,
}  # fmt: skip
_CURVE_BITS = {"ec-p256": 256, "ec-p384": 384, "ec-p521": 521}
_PERIODS: dict[str, Period] = {
    "Years": "years", "Months": "months", "Weeks": "weeks", "Days": "days",
    "Hours": "hours", "Minutes": "minutes", "Seconds": "seconds",
}  # fmt: skip
_KEY_SPECS = {"AT_KEYEXCHANGE": 1, "AT_SIGNATURE": 2, "AT_NONE": 0, "1": 1, "2": 2, "0": 0}
_BOOLEANS = (
    "Exportable", "ExportableEncrypted", "MachineKeySet", "SMIME", "PrivateKeyArchive", "UseExistingKeySet",
    "AlternateSignatureAlgorithm", "Silent", "SuppressDefaults", "UserProtected", "EncipherOnly",
)  # fmt: skip
_CERT_ONLY = ("NotBefore", "NotAfter", "ValidityPeriod", "ValidityPeriodUnits")


class Settings:
    """The keys of [NewRequest], each once, and the remarks that come of reading them."""

    def __init__(self, document: Document, remarks: list[Remark]) -> None:
        self.remarks = remarks
        self._entries: dict[str, Entry] = {}
        for entry in document.entries("NewRequest"):
            before = self._entries.setdefault(entry.key.lower(), entry)
            if entry.key.lower() not in KEYS:
                remarks.append(_unknown(entry))
            elif before is not entry:
                remarks.append(
                    warning(
                        entry.line,
                        text(
                            "{key} stands on line {line} already; Windows takes the first.",
                            key=entry.key,
                            line=before.line,
                        ),
                    )
                )
        self._flags = {name.lower(): self._boolean(name) for name in _BOOLEANS}

    def entry(self, name: str) -> Entry | None:
        """The entry of this key, None when the key is not there or has no value."""
        found = self._entries.get(name.lower())
        return found if found is not None and found.value else None

    def flag(self, name: str) -> bool:
        """Whether the key is TRUE."""
        return self._flags[name.lower()]

    def words(self, name: str) -> str:
        """The key's text, empty when it is not there."""
        found = self.entry(name)
        return found.value if found is not None else ""

    def form(self) -> Form:
        """What is to be made."""
        entry = self.entry("RequestType")
        if entry is None:
            self.remarks.append(
                warning(
                    0, text("There is no RequestType: it is taken for PKCS10. Write PKCS10, or Cert for a certificate.")
                )
            )
            return "pkcs10"
        form = self._take(choice(entry, _FORMS), "pkcs10")
        if form == "certificate":
            return "certificate"
        if form != "pkcs10":
            self.remarks.append(
                error(
                    entry.line,
                    text(
                        "RequestType = {form} is made on Windows only, where it is signed with a certificate or key of "
                        "its store. Write PKCS10 for a request, which every CA takes, or Cert for a certificate.",
                        form=form,
                    ),
                )
            )
        for name in _CERT_ONLY:
            if (unused := self.entry(name)) is not None:
                self.remarks.append(
                    warning(
                        unused.line,
                        text("{key} counts with RequestType = Cert only: the CA decides how long.", key=unused.key),
                    )
                )
        return "pkcs10"

    def subject(self) -> Subject:
        """The subject's name, empty where there is none."""
        entry = self.entry("Subject")
        found = self.entry("X500NameFlags")
        what = text("a number, or names such as CERT_NAME_STR_COMMA_FLAG joined by | in quotes")
        # The lower bits are the kinds of text that CertNameToStr writes.
        mask = self._take(flags(found, X500_FLAGS, what, known=0x7F3E0003), 0) if found is not None else 0
        if entry is None:
            return ()
        subject, remarks = read_subject(entry, mask)
        self.remarks += remarks
        if not entry.quoted and "," in entry.value:
            self.remarks.append(
                warning(
                    entry.line, text("Subject holds commas and no quotes, and Windows may stop at the first: quote it.")
                )
            )
        return subject

    def key(self) -> tuple[KeyAlgorithm, int]:
        """Kind and length of the key."""
        algorithm: KeyAlgorithm = "rsa"
        if (entry := self.entry("KeyAlgorithm")) is not None:
            asked = self._take(choice(entry, _ALGORITHMS), algorithm)
            if asked is None:
                self.remarks.append(
                    error(
                        entry.line,
                        text(
                            "KeyAlgorithm = {name}: no client of today speaks TLS with it. Write RSA.", name=entry.value
                        ),
                    )
                )
            algorithm = asked or "rsa"
        bits = 2048
        entry = self.entry("KeyLength")
        if entry is not None and algorithm == "rsa":
            bits = self._take(number(entry, LEAST_BITS, MOST_BITS), bits)
            if bits % 8:
                self.remarks.append(expected(entry, text("a multiple of 8")))
        elif entry is not None and self._take(number(entry, 1, MOST_BITS), 0) != _CURVE_BITS[algorithm]:
            self.remarks.append(
                warning(entry.line, text("KeyLength does not count: the curve {curve} has its own.", curve=algorithm))
            )
        return algorithm, bits

    def hash(self) -> AskedHash:
        """The hash of the signature."""
        entry = self.entry("HashAlgorithm")
        if entry is None:
            return "sha256"
        default: AskedHash = "sha256"
        asked = self._take(choice(entry, _HASHES), default)
        if asked is None:
            self.remarks.append(
                error(
                    entry.line,
                    text(
                        "HashAlgorithm = {name} is broken, and nothing reads it any more. Write sha256.",
                        name=entry.value,
                    ),
                )
            )
        return asked or default

    def key_usage(self) -> frozenset[str] | None:
        """KeyUsage's names, None without the key."""
        entry = self.entry("KeyUsage")
        return self._take(read_key_usage(entry), None) if entry is not None else None

    def moment(self, name: str) -> datetime | None:
        """A date of this file."""
        entry = self.entry(name)
        return self._take(read_moment(entry), None) if entry is not None else None

    def lifetime(self) -> Lasting | datetime:
        """How long, or until when."""
        end = self.moment("NotAfter")
        units, period = self.entry("ValidityPeriodUnits"), self.entry("ValidityPeriod")
        count = self._take(number(units, 1, MOST_UNITS), 1) if units is not None else None
        unit: Period | None = self._take(choice(period, _PERIODS), None) if period is not None else None
        one = units or period
        if one is not None and (count is None) != (unit is None) and not self.errors():
            self.remarks.append(
                error(
                    one.line, text("ValidityPeriod and ValidityPeriodUnits belong together: the other one is missing.")
                )
            )
        if end is not None:
            if units is not None or period is not None:
                self.remarks.append(error(0, text("NotAfter and ValidityPeriod exclude each other: keep one of them.")))
            return end
        return Lasting(count, unit) if count is not None and unit is not None else Lasting(1, "years")

    def keeping(self) -> KeyKeeping:
        """What Windows notes beside certificate and key."""
        spec, kind = self.entry("KeySpec"), self.entry("ProviderType")
        return KeyKeeping(
            provider=self.words("ProviderName"),
            provider_type=self._take(number(kind, 0, 1000), None) if kind is not None else None,
            key_spec=self._take(choice(spec, _KEY_SPECS), None) if spec is not None else None,
            exportable=self.flag("Exportable") or self.flag("ExportableEncrypted"),
            machine=self.flag("MachineKeySet"),
            asks_person=self.flag("UserProtected"),
            friendly_name=self.words("FriendlyName"),
        )

    def refuse_stores(self) -> None:
        """Keys that mean something in a Windows store or directory, and cannot be done here."""
        if self.flag("UseExistingKeySet"):
            self._refuse(
                "UseExistingKeySet",
                text("UseExistingKeySet = TRUE takes a key of a Windows store, which is not here. Write FALSE."),
            )
            if self.flag("Exportable"):
                self._refuse("Exportable", text("Exportable and UseExistingKeySet exclude each other."))
        if self.flag("PrivateKeyArchive"):
            self._refuse(
                "PrivateKeyArchive",
                text("PrivateKeyArchive = TRUE sends the private key to the CA, with CMC only. Write FALSE."),
            )
        if self.entry("RenewalCert") is not None:
            self._refuse(
                "RenewalCert",
                text(
                    "RenewalCert names a certificate of a Windows store, which is not here. Take it out for a new one."
                ),
            )
        if self.entry("SubjectNameFlags") is not None:
            self._refuse(
                "SubjectNameFlags",
                text(
                    "SubjectNameFlags has Windows fill in names from its directory, which is not here: write them as "
                    "Subject and in [Extensions]."
                ),
            )

    def errors(self) -> bool:
        """Whether anything keeps a certificate from being made."""
        return any(remark.severity == "error" for remark in self.remarks)

    def _refuse(self, name: str, sentence: Text) -> None:
        self.remarks.append(error(self._entries[name.lower()].line, sentence))

    def _boolean(self, name: str) -> bool:
        entry = self.entry(name)
        return self._take(boolean(entry), False) if entry is not None else False

    def _take(self, value: T | Remark, default: D) -> T | D:
        if isinstance(value, Remark):
            self.remarks.append(value)
            return default
        return value


def _unknown(entry: Entry) -> Remark:
    shown = clean(entry.key, 80)
    if near := nearest(entry.key, (key.name for key in KEYS.values())):
        return error(entry.line, text("[NewRequest] has no key {key}; {near} is near.", key=shown, near=near))
    return error(
        entry.line,
        text("[NewRequest] has no key {key}: take the line out, or put ; before it.", key=shown),
    )
