"""The key that signs updates of a zone (TSIG, RFC 8945), from the file that the DNS server's own tool wrote."""

import re
from pathlib import Path

import dns.exception
import dns.tsig

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

LARGEST_KEY_FILE = 8 * 1024

_STATEMENT = re.compile(
    r"""key\s+"?(?P<name>[^"\s{]+)"?\s*\{(?=[^}]*algorithm\s+"?(?P<algorithm>[\w.-]+?)"?\s*;)"""
    r"""(?=[^}]*secret\s+"?(?P<secret>[A-Za-z0-9+/=]+)"?\s*;)"""
)
"""As tsig-keygen, ddns-confgen and named.conf have it."""
_LINE = re.compile(r"(?:(?P<algorithm>hmac-[\w-]+):)?(?P<name>[^:\s]+):(?P<secret>[A-Za-z0-9+/=]+)")
"""As `nsupdate -y`, `knsupdate -y` and `keymgr -t` have it."""
_ALGORITHMS = frozenset(
    str(name).rstrip(".")
    for name in (
        dns.tsig.HMAC_SHA224,
        dns.tsig.HMAC_SHA256,
        dns.tsig.HMAC_SHA384,
        dns.tsig.HMAC_SHA512,
        dns.tsig.HMAC_SHA1,
    )
)


def read_tsig_key(path: Path) -> dns.tsig.Key:
    """A key as `tsig-keygen` or `keymgr -t` writes it. Raises UserProblem."""
    called = clean(str(path), 200)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_KEY_FILE).decode("utf-8", "replace")
    except OSError as error:
        raise UserProblem(
            text("Could not read {path}: {why}.", path=called, why=error.strerror or str(error))
        ) from error
    lines = (line.strip().removeprefix("#").strip() for line in content.splitlines())
    found = _STATEMENT.search(content) or next(filter(None, map(_LINE.fullmatch, lines)), None)
    algorithm = (found["algorithm"] or "hmac-sha256").lower().rstrip(".") if found else ""
    if found is None or algorithm not in _ALGORITHMS:
        raise UserProblem(
            text(
                "Expected a TSIG key in {path} as `tsig-keygen NAME` or `keymgr -t NAME` writes it, or a line such as "
                "hmac-sha256:name:secret; found none.",
                path=called,
            )
        )
    try:
        return dns.tsig.Key(found["name"], found["secret"], algorithm)
    except (dns.exception.DNSException, ValueError) as error:
        raise UserProblem(
            text("The TSIG key in {path} cannot be read: {why}.", path=called, why=clean(str(error), 100))
        ) from error
