"""Which HTTP proxy a download goes through: the one the user named, else what the environment says."""

import base64
import os
import sys
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.lookup.dns_answers import literal


@frozen
class Proxy:
    """A proxy that speaks plain HTTP. Its credentials are in no text that anybody is shown."""

    host: str
    port: int
    authorization: str = ""
    """The value of Proxy-Authorization (RFC 9110 11.7.2); empty without a user name."""

    def __repr__(self) -> str:
        """Without the credentials."""
        return f"Proxy({self.host!r}, {self.port})"


def read_proxy(given: str) -> Proxy:
    """Read `[http://][user:password@]host:port`. Raises UserProblem for another scheme or no host."""
    try:
        parts = urlsplit(given if "://" in given else f"http://{given}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    if not host or parts.scheme != "http":
        # The given text may hold a password: it is not repeated.
        raise UserProblem(
            text("Expected a proxy such as http://proxy.example.com:3128; only plain HTTP proxies can be used.")
        )
    authorization = ""
    if parts.username is not None:
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + base64.b64encode(credentials.encode("utf-8")).decode("ascii")  # RFC 7617 2
    return Proxy(host, port or 80, authorization)


def proxy_for(scheme: str, host: str, given: str | None, environment: Mapping[str, str] | None = None) -> Proxy | None:
    """The proxy for a URL of this scheme and host; None: go there directly.

    `given` is the user's own choice, for everything; an empty one forbids any proxy. Without one the environment
    decides: http_proxy, https_proxy, all_proxy and no_proxy, in small letters first, as curl reads them; on Windows and
    macOS then the system's settings. From the environment nothing on this machine itself is fetched through a proxy.
    Raises UserProblem for a proxy that cannot be used.
    """
    if given is not None:
        return read_proxy(given) if given else None
    variables = os.environ if environment is None else environment
    if is_this_machine(host) or _is_exempt(host, _variable(variables, "no_proxy")):
        return None
    found = _variable(variables, f"{scheme}_proxy") or _variable(variables, "all_proxy")
    if not found and environment is None:
        found = _of_the_system(scheme, host)
    return read_proxy(found) if found else None


def _variable(variables: Mapping[str, str], name: str) -> str:
    # A CGI server puts the client's header `Proxy:` into HTTP_PROXY: there it means nothing (CVE-2016-5385).
    upper = "" if name == "http_proxy" and "REQUEST_METHOD" in variables else variables.get(name.upper(), "")
    return (variables.get(name) or upper).strip()


def is_this_machine(host: str) -> bool:
    """Whether the host is a loopback address or a name that always stands for one (RFC 6761 6.3)."""
    address = literal(host)
    if address is not None:
        return address.startswith("127.") or address == "::1"
    return f".{host}".rstrip(".").lower().endswith(".localhost")


def _is_exempt(host: str, no_proxy: str) -> bool:
    import ipaddress

    name = (literal(host) or host).rstrip(".").lower()
    for entry in no_proxy.replace(",", " ").lower().split():
        if entry == "*":
            return True
        suffix = entry.lstrip("*").lstrip(".")
        if name == suffix or (suffix and name.endswith(f".{suffix}")):
            return True
        if "/" in entry and literal(host):
            try:
                if ipaddress.ip_address(name) in ipaddress.ip_network(entry, strict=False):
                    return True
            except ValueError:
                continue
    return False


def _of_the_system(scheme: str, host: str) -> str:
    found = ""
    if sys.platform == "win32" or sys.platform == "darwin":
        # Windows' Internet Options and macOS' network settings; the module is slow to import.
        from urllib.request import getproxies, proxy_bypass

        found = "" if proxy_bypass(host) else getproxies().get(scheme, "")
    return found
