"""Firefox' and Thunderbird's policies.json, as far as certificates go; whatever else it holds is kept.

Source: mozilla/policy-templates, docs/index.md, Certificates; browser/components/enterprisepolicies/Policies.sys.mjs.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

NAME = "policies.json"

Policies = Mapping[str, Any]
"""The whole file, as JSON has it."""

EMPTY: Policies = {}


def read_policies(data: bytes) -> Policies:
    """The file's content. Raises UserProblem for what the programs would not read either."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        found = None
    if isinstance(found, dict) and isinstance(found.get("policies"), dict):
        certificates = found["policies"].get("Certificates", {})
        if isinstance(certificates, dict) and isinstance(certificates.get("Install", []), list):
            return found
    raise UserProblem(
        text(
            'Expected a {file} to merge with: JSON with an object "policies", as Firefox and Thunderbird read it. Mend '
            "it first, or leave --merge out where there is none.",
            file=NAME,
        )
    )


def with_installed(policies: Policies, files: Iterable[str]) -> Policies:
    """The same with these files among those to install, each once."""
    present = _certificates(policies).get("Install", [])
    return _with_certificates(policies, Install=[*present, *(one for one in files if one not in present)])


def without_installed(policies: Policies, files: Iterable[str]) -> Policies:
    """The same without these files; what is then empty is left out."""
    away = tuple(files)  # what stands in the file may be anything, and no member of a set
    return _with_certificates(
        policies, Install=[one for one in _certificates(policies).get("Install", []) if one not in away]
    )


def with_system_roots(policies: Policies) -> Policies:
    """The same with what users and administrators have put into the system's store: Windows and macOS only."""
    return _with_certificates(policies, ImportEnterpriseRoots=True)


def write_policies(policies: Policies) -> bytes:
    """The file."""
    return (json.dumps(policies, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def _certificates(policies: Policies) -> Mapping[str, Any]:
    found: Mapping[str, Any] = policies.get("policies", {}).get("Certificates", {})
    return found


def _with_certificates(policies: Policies, **values: object) -> Policies:
    certificates = {key: value for key, value in {**_certificates(policies), **values}.items() if value != []}
    others = dict(policies.get("policies", {}))
    if certificates:
        others["Certificates"] = certificates
    else:
        others.pop("Certificates", None)
    return {**policies, "policies": others}
