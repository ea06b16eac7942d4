"""Which endpoints somebody means: all of a host, one of its ports, one service, one address, or everywhere."""

from mailtrust.core.formats.target import Address, Host, HostPort, Url, parse_target
from mailtrust.core.model.acceptance import EVERYWHERE
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.endpoint import Endpoint
from mailtrust.core.model.observation import Observation
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text


def parse_pattern(given: str) -> str:
    """Read a host, host:port, URL, an id as reports write it, or `*`, and give it as `fits` knows it.

    Raises UserProblem.
    """
    bare = given.strip()
    if bare == EVERYWHERE:
        return bare
    # Reports write `service@address#offer`.
    service, at, address = bare.partition("@") if "://" in bare else (bare, "", "")
    match parse_target(service):
        case Host(host=host):
            return host
        case HostPort(host=host, port=port):
            return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        case Url() as url:
            endpoint = Endpoint(url.host, url.port, url.protocol, url.tls_mode, "", None, "given")
            return f"{endpoint.service}{at}{address}"
        case Address():
            raise UserProblem(
                text(
                    "Expected a host, host:port, URL, the id of an endpoint or *, got the e-mail address “{given}”.",
                    given=clean(given, 100),
                )
            )


def fits(pattern: str, seen: Observation) -> bool:
    """Whether an observation is among those that a pattern means."""
    endpoint = seen.endpoint
    return pattern in (EVERYWHERE, endpoint.host, endpoint.host_and_port, endpoint.service, endpoint.id, seen.id)
