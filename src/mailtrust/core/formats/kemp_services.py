"""Virtual services of a LoadMaster: from a record of its answers, and to and from the JSON in which they are kept.

The parameters are those of Kemp's "RESTful API" guide, 3.6.1; names of them count whatever the case of their letters.
"""

import re
from collections.abc import Iterable, Mapping

import msgspec

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.load_master import VirtualService

MOST_SERVICES = 2000
MOST_CERTIFICATES = 256
"""Of one service. The guide: 8099 characters when certificates are assigned."""
MOST_NAME = 255
_YES = frozenset({"y", "yes", "1", "true"})


def service_of(record: Mapping[str, str]) -> VirtualService | None:
    """One virtual service; its keys in small letters. None for a SubVS, which has no address of its own."""
    address = clean(record.get("vsaddress", ""), MOST_NAME)
    if not address:
        return None
    # A temporary certificate, which the LoadMaster shows until one is assigned, stands here too.
    certificates = record.get("certfile", "").split()[:MOST_CERTIFICATES]
    ports = re.findall(r"\d+", f"{record.get('vsport', '')} {record.get('extraports', '')}")[:64]
    return VirtualService(
        index=_number(record.get("index", "")),
        address=address,
        ports=tuple(dict.fromkeys(port for one in ports if 0 < (port := _number(one)) < 65536)),
        protocol="udp" if record.get("protocol", "").lower() == "udp" else "tcp",
        name=clean(record.get("nickname", ""), MOST_NAME),
        # One of the type STARTTLS has certificates without SSL Acceleration.
        ends_tls=record.get("sslacceleration", "").lower() in _YES or bool(certificates),
        certificates=tuple(clean(one, MOST_NAME) for one in certificates),
        tls_type=_number(record.get("tlstype", "")),
        reencrypts=record.get("sslreencrypt", "").lower() in _YES,
    )


def services_of(records: Iterable[Mapping[str, str]]) -> tuple[VirtualService, ...]:
    """All that have an address, in their order; of more than so many the rest is left out."""
    found = (service_of(one) for one in list(records)[:MOST_SERVICES])
    return tuple(one for one in found if one is not None)


def write_services(services: Iterable[VirtualService]) -> str:
    """As JSON, the same for the same services."""
    return msgspec.json.encode(tuple(services)).decode("utf-8")


def read_services(text: str) -> tuple[VirtualService, ...] | None:
    """What `write_services` wrote; None for anything else."""
    try:
        return msgspec.json.decode(text, type=tuple[VirtualService, ...])
    except (msgspec.MsgspecError, ValueError):
        return None


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0
