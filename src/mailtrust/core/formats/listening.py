"""`80`, `192.0.2.1:80`, `[2001:db8::1]:80`: a port, with or without the address that it is on."""

from mailtrust.core.formats.host_name import is_address
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text


def parse_listening(given: str, option: str) -> tuple[str, int]:
    """An address, empty where none is given, and a port. Raises UserProblem that names the option."""
    address, _, port = given.rpartition(":")
    bare = address[1:-1] if address.startswith("[") and address.endswith("]") else address
    if (not bare or is_address(bare)) and port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536:
        return bare, int(port)
    raise _no_place(given, option)


def parse_dns_server(given: str, option: str) -> tuple[str, int]:
    """An address, and a port, which is 53 where none is given. Raises UserProblem that names the option."""
    with_port = ("]:" in given) if given.startswith("[") else given.count(":") == 1
    whole = given if with_port else f"{given}:53" if "]" in given or ":" not in given else f"[{given}]:53"
    address, port = parse_listening(whole, option)
    if not address:
        raise _no_place(given, option)
    return address, port


def _no_place(given: str, option: str) -> UserProblem:
    return UserProblem(
        text("Expected an address and a port such as 192.0.2.1:80 or [2001:db8::1]:80 after {option}, got “{given}”.",
             option=option, given=clean(given, 80))
    )  # fmt: skip
