"""A file of managed policies for Chrome, Chromium and Edge on Linux, as far as certificates go.

Source: chromium, components/policy/resources/templates/policy_definitions/CertificateManagement: CACertificates,
CAHintCertificates; tried with Chromium 156.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

TRUSTED, HINTS = "CACertificates", "CAHintCertificates"
"""What is trusted for servers, and what is only known for building paths; lists of DER in Base64."""

Policies = Mapping[str, Any]


def read_policies(data: bytes, name: str) -> Policies:
    """The file's content. Raises UserProblem for what the browsers would not read either."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        found = None
    if isinstance(found, dict) and all(isinstance(found.get(key, []), list) for key in (TRUSTED, HINTS)):
        return found
    raise UserProblem(
        text(
            "Expected {file} to be a policy file of Chrome or Chromium: one JSON object. Mend it first, or leave "
            "--merge out where there is none.",
            file=name,
        )
    )


def with_certificates(policies: Policies, trusted: Iterable[Certificate], hints: Iterable[Certificate]) -> Policies:
    """The same with these certificates, each once."""
    made = dict(policies)
    for key, certificates in ((TRUSTED, trusted), (HINTS, hints)):
        present = list(made.get(key, []))
        present += [one for one in map(_base64, certificates) if one not in present]
        if present:
            made[key] = present
    return made


def without_certificates(policies: Policies, certificates: Iterable[Certificate]) -> Policies:
    """The same without these certificates; a list that is then empty is left out."""
    away = tuple(map(_base64, certificates))  # what stands in the file may be anything, and no member of a set
    made = dict(policies)
    for key in (TRUSTED, HINTS):
        kept = [one for one in made.pop(key, []) if one not in away]
        if kept:
            made[key] = kept
    return made


def write_policies(policies: Policies) -> bytes:
    """The file."""
    return (json.dumps(policies, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def _base64(certificate: Certificate) -> str:
    return base64.b64encode(certificate.der).decode("ascii")
