"""MTA-STS: the record that announces a policy, and the policy (RFC 8461 3)."""

import re
from collections.abc import Iterable
from typing import Literal

from mailtrust.core.model.frozen import frozen

LONGEST_AGE = 31_557_600  # RFC 8461 3.2: about a year, in seconds
_RECORD = re.compile(
    r"v=STSv1[ \t]*;[ \t]*(?:[^;]+;[ \t]*)*?id=([A-Za-z0-9]{1,32})[ \t]*(?:;.*)?", re.ASCII | re.DOTALL
)
_MX = re.compile(r"(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", re.ASCII)

Mode = Literal["enforce", "testing", "none"]


@frozen
class Policy:
    """What a domain wants of those that send it mail."""

    mode: Mode
    max_age: int
    """Seconds for which senders keep it."""
    mx: tuple[str, ...]
    """Names of MX hosts; `*.example.com` stands for one label (RFC 8461 4.1)."""

    def names(self, host: str) -> bool:
        """Whether an MX host is among those of the policy."""
        wanted = host.lower().rstrip(".")
        return any(
            wanted == pattern or (pattern.startswith("*.") and wanted.partition(".")[2] == pattern[2:])
            for pattern in self.mx
        )


@frozen
class Fault:
    """Why senders go by no policy; `about` and `came` fill a sentence."""

    about: Literal["no-record", "several-records", "record", "version", "mode", "max_age", "mx"]
    came: str = ""


def policy_url(domain: str) -> str:
    """Where a domain's policy stands (RFC 8461 3.3)."""
    return f"https://mta-sts.{domain}/.well-known/mta-sts.txt"


def read_record(texts: Iterable[str]) -> str | Fault:
    """The id in the TXT record of `_mta-sts.` (RFC 8461 3.1): exactly one must begin with v=STSv1."""
    records = [one for one in texts if one.startswith("v=STSv1")]
    if not records:
        return Fault("no-record")
    if len(records) > 1:
        return Fault("several-records", str(len(records)))
    found = _RECORD.fullmatch(records[0].strip())
    return found.group(1) if found else Fault("record", records[0][:200])


def read_policy(body: bytes) -> Policy | Fault:
    """The policy file (RFC 8461 3.2). Unknown keys are passed over; of a repeated one the first counts."""
    fields: dict[str, str] = {}
    mx: list[str] = []
    for line in body.decode("utf-8", "replace").splitlines():
        key, colon, value = line.partition(":")
        if not colon:
            continue
        key, value = key.strip(), value.strip()
        if key == "mx":
            mx.append(value.lower())
        else:
            fields.setdefault(key, value)
    if fields.get("version") != "STSv1":
        return Fault("version", fields.get("version", "")[:100])
    mode, age = fields.get("mode", ""), fields.get("max_age", "")
    if mode not in ("enforce", "testing", "none"):
        return Fault("mode", mode[:100])
    if not (age.isascii() and age.isdigit() and len(age) <= 10 and int(age) <= LONGEST_AGE):
        return Fault("max_age", age[:100])
    wrong = next((name for name in mx if not _MX.fullmatch(name)), None)
    if wrong is not None or (not mx and mode != "none"):
        return Fault("mx", (wrong or "")[:100])
    return Policy(mode, int(age), tuple(dict.fromkeys(mx)))  # type: ignore[arg-type]
