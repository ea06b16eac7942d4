"""The names that a certificate shall be for, as people type them: hosts, wildcards, addresses."""

from collections.abc import Iterable

from mailtrust.core.formats.host_name import is_address, parse_address, parse_host
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

MOST = 250
"""More names than any public CA takes."""


@frozen
class CertificateNames:
    """DNS names (A-labels, wildcards too) and IP addresses, each once, in the order given."""

    dns_names: tuple[str, ...]
    ip_addresses: tuple[str, ...]


def read_names(given: Iterable[str]) -> CertificateNames:
    """Read names, several in one separated by commas. Raises UserProblem for what no certificate may hold."""
    dns_names: dict[str, None] = {}
    addresses: dict[str, None] = {}
    for one in (part.strip() for names in given for part in names.split(",")):
        if not one:
            continue
        if "://" in one or "@" in one:
            raise UserProblem(
                text(
                    "Expected the name of a host such as mail.example.com, *.example.com or 192.0.2.1, got “{given}”.",
                    given=clean(one, 100),
                )
            )
        # RFC 9525 6.3: a wildcard is the whole left-most label, and stands for one label
        wildcard = one.startswith("*.")
        name = parse_address(one) if is_address(one) else parse_host(one[2:] if wildcard else one)
        if is_address(name):
            addresses[name] = None
        else:
            dns_names[f"*.{name}" if wildcard else name] = None
    if len(dns_names) + len(addresses) > MOST:
        raise UserProblem(text("A certificate for at most {most} names can be made, not for more.", most=MOST))
    return CertificateNames(tuple(dns_names), tuple(addresses))
