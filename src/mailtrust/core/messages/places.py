"""Which server a text speaks of: a URL, a host with or without a port, an e-mail address; what to check next."""

import re
from collections.abc import Iterator

from mailtrust.core.formats.host_name import is_address
from mailtrust.core.formats.target import SCHEMES, Address, Host, HostPort, TargetError, Url, parse_target
from mailtrust.core.messages.tokens import MOST_CHARACTERS
from mailtrust.core.model.frozen import frozen

_MOST_LOOKED_AT = 200
_CANDIDATE = re.compile(
    r"""(?P<url>[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s<>"'`()“”«»]{1,500})
      | (?P<mail>(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,10}[^\W\d_]{2,24})
      | (?P<bracketed>\[[0-9a-fA-F:.]{2,45}\](?::\d{2,5})?)
      | (?P<host>(?<![\w./\\-])(?:[\w-]{1,63}\.){1,10}(?:[^\W_]{2,24}|\d)(?::\d{2,5})?(?![\w/\\-]))
    """,
    re.VERBOSE,
)
# What looks like a host and is a file, a class or a method.
_FILE_ENDINGS = frozenset(
    {
        *("asmx", "aspx", "bat", "c", "cc", "cer", "cfg", "class", "cmd", "cnf", "conf", "config", "cpp", "crt", "cs"),
        *("csr", "csv", "dat", "der", "dll", "exe", "gz", "h", "htm", "html", "inf", "ini", "jar", "java", "js"),
        *("json", "key", "kt", "log", "msc", "msi", "p7b", "pdf", "pem", "pfx", "php", "ps1", "rb", "service", "so"),
        *("sql", "sst", "svc", "sys", "tar", "tmp", "ts", "txt", "xml", "yaml", "yml", "zip"),
    }
)
_CODE_ENDINGS = frozenset({"cpl", "go", "md", "pl", "py", "rs", "sh"})
"""Endings of files that are also top-level domains: a host only with three labels or more."""
_PACKAGES = frozenset(
    {"com.sun", "jakarta", "java", "javax", "microsoft", "org.apache", "org.eclipse", "sun", "system"}
)
_OTHER_SIDE = re.compile(r"(?:rip=|client=|from \S*)\[?$", re.IGNORECASE)
_NOT_A_MAIL_SERVER = frozenset({"127.0.0.1", "::1", "curl.se", "curl.haxx.se"})


@frozen
class Place:
    """Where the text says that it happened."""

    target: str
    """Ready to be a TARGET: fit for a command line, whatever the text held."""
    host: str
    domain: str | None
    """The mail domain, where an address or a customary host name gives it away."""
    whole: bool
    """Whether the target is a URL or host:port already, so that a scheme must not be put before it."""


def place_in(text: str) -> Place | None:
    """The server that the text names: a URL counts most, then a host with its port, a host, an address's domain."""
    found = list(_places(text[:MOST_CHARACTERS]))
    for rank in range(5):
        for place_rank, place in found:
            if place_rank == rank:
                return place
    return None


def place_of(target: str) -> Place:
    """The place that a TARGET, given by the user, names; raises TargetError for what is none."""
    match parse_target(target):
        case Url(host=host, port=port):
            scheme = target.partition("://")[0].strip().lower()
            shown = "" if port == SCHEMES[scheme].port else f":{port}"
            return Place(f"{scheme}://{_bracketed(host)}{shown}", host, _domain_of(host), whole=True)
        case HostPort(host=host, port=port):
            return Place(f"{_bracketed(host)}:{port}", host, _domain_of(host), whole=True)
        case Host(host=host):
            return Place(host, host, _domain_of(host), whole=False)
        case Address(domain=domain):
            return Place(domain, domain, domain, whole=True)


def _places(text: str) -> Iterator[tuple[int, Place]]:
    for number, match in enumerate(_CANDIDATE.finditer(text)):
        if number >= _MOST_LOOKED_AT:
            return
        given = match.group().rstrip(".,;:!?/")
        if match.lastgroup == "host" and not _could_be_host(given.partition(":")[0]):
            continue
        place = _place(given)
        if place is None:
            continue
        if place.host in _NOT_A_MAIL_SERVER:
            continue
        if is_address(place.host):
            # The address of somebody who connected to us is not the server in question: Dovecot's rip=, "from [...]".
            if _OTHER_SIDE.search(text[max(match.start() - 24, 0) : match.start()]):
                continue
            rank = 0 if match.lastgroup == "url" else 4
        else:
            rank = {"url": 0, "mail": 3}.get(match.lastgroup or "", 1 if place.whole else 2)
        yield rank, place


def _place(given: str) -> Place | None:
    try:
        return place_of(given)
    except TargetError:
        pass
    # http:// and others that are no TARGET still name a host.
    host = given.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
    try:
        return place_of(host) if host else None
    except TargetError:
        return None


def _could_be_host(name: str) -> bool:
    if is_address(name):
        return True
    labels = name.split(".")
    last = labels[-1]
    if not any(letter.isalpha() for letter in last) or (last != last.lower() and last != last.upper()):
        return False  # 3.7.9, System.Net, CertPathValidator.java's classes
    if last.lower() in _FILE_ENDINGS or (last.lower() in _CODE_ENDINGS and len(labels) < 3):
        return False
    head = ".".join(labels[:2]).lower()
    return labels[0].lower() not in _PACKAGES and head not in _PACKAGES


def _domain_of(host: str) -> str | None:
    if is_address(host):
        return None
    first, _, rest = host.partition(".")
    customary = first in {
        "autodiscover",
        "autoconfig",
        "imap",
        "imaps",
        "mail",
        "mx",
        "owa",
        "pop",
        "pop3",
        "smtp",
        "webmail",
    }
    return rest if customary and "." in rest else None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
