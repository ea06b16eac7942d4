"""Several exports as one, by server, thumbprint and name. What one does not say, another may say."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from msgspec import Struct, structs

from mailtrust.core.formats.exchange import export_wire as wire
from mailtrust.core.formats.exchange.draft import server_key
from mailtrust.core.formats.exchange.export_wire import SCHEMA, CertificateWire, ExchangeWire, ServerWire
from mailtrust.core.formats.exchange.services_text import read_services, write_services
from mailtrust.core.formats.exchange.words import build_of
from mailtrust.core.formats.thumbprint_text import hex_digits
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.exchange import ExchangeService
from mailtrust.core.model.text import Text, text

Part = TypeVar("Part", bound=Struct)

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

# The two roads to one thing see parts of it.
_UNITED = frozenset({"urls", "domains", "agent_targets", "federation", "accepted_domains", "connection_settings"})

# What was refused to one and told to another was read.
_ANSWERS: dict[str, str] = {
    "Get-ExchangeCertificate": "certificates",
    "Get-ReceiveConnector": "receive_connectors",
    "Get-WebBinding": "bindings",
    "Get-TransportService": "internal_transport",
    "Get-TransportServer": "internal_transport",
    "Get-SendConnector": "send_connectors",
    "Get-AuthConfig": "auth",
    "Get-EdgeSubscription": "edge_subscriptions",
    "Get-HybridConfiguration": "hybrid",
}


def joined(exports: Sequence[tuple[str, ExchangeWire]]) -> tuple[ExchangeWire, tuple[Text, ...]]:
    """All exports, each with its name, as one; and a sentence for each contradiction. The newest is believed."""
    told: list[Text] = []
    whole = ExchangeWire(schema=SCHEMA, servers=[])
    for name, export in exports:
        _tell_twice(name, export, told)
    for _, export in sorted(exports, key=lambda one: one[1].exported or _LONG_AGO, reverse=True):
        _take_in(whole, export, "", told)
    _say_once(whole)
    answered = {place for _, export in exports for place in _answered(export)}
    whole.not_read = [one for one in whole.not_read if _place_of(one) not in answered]
    return whole, tuple(told)


def _tell_twice(name: str, export: ExchangeWire, told: list[Text]) -> None:
    stands = [(one.name, (server_key(one.name), "")) for one in export.servers]
    stands += [
        (f"{one.name} {it.thumbprint}", (server_key(one.name), digits))
        for one in export.servers
        for it in one.certificates
        if (digits := print_of(it))
    ]
    seen: set[tuple[str, str]] = set()
    for called, key in stands:
        if key in seen:
            told.append(text("{file}: {what} stands there twice.", file=clean(name, 100), what=clean(called, 100)))
        seen.add(key)


def _take_in(mine: Struct, other: Struct, place: str, told: list[Text]) -> None:
    """Fill `mine` with what only `other` says."""
    if isinstance(mine, ServerWire) and isinstance(other, ServerWire) and mine.bindings is None and other.bindings:
        # Who read IIS was on that machine, and knows better what is set there.
        for name, _ in _fields(ServerWire):
            here, there = getattr(mine, name), getattr(other, name)
            setattr(mine, name, there)
            setattr(other, name, here)
    for name, default in _fields(type(mine)):
        here, there = getattr(mine, name), getattr(other, name)
        if isinstance(there, list) and there and isinstance(there[0], Struct):
            setattr(mine, name, _by_key(here or (), there, place, told))
        elif _says_nothing(here, default):
            given = here if there is None else there
            setattr(mine, name, list(given) if isinstance(given, list) else given)
        elif not _says_nothing(there, default):
            setattr(mine, name, _agreed(name, here, there, place, told))


def _say_once(whole: Struct) -> None:
    """What was united, each once: here alone, as one certificate may stand in an export thousands of times."""
    for name, _ in _fields(type(whole)):
        match getattr(whole, name):
            case Struct() as part:
                _say_once(part)
            case [Struct(), *_] as parts:
                for part in parts:
                    _say_once(part)
            case list() as united if name in _UNITED:
                setattr(whole, name, list(dict.fromkeys(united)))


def _says_nothing(value: object, default: object) -> bool:
    return value is None or value in ("", []) or value == default


def _by_key(here: Sequence[Part], there: Iterable[Part], place: str, told: list[Text]) -> list[Part]:
    """What is here already, and what comes, each of its kind once; a part without a key stays by itself."""
    found: dict[object, Part] = {_KEYS[type(one)](one) or number: one for number, one in enumerate(here)}
    for number, given in enumerate(there, len(found)):
        # A copy that owns its lists: what is joined must not change what it is joined of.
        part = _by_itself(given, place, told)
        key = _KEYS[type(part)](part) or number
        if key in found:
            _take_in(found[key], part, f"{place} {_called(part)}".strip(), told)
        else:
            found[key] = part
    return list(found.values())


def _by_itself(part: Part, place: str, told: list[Text]) -> Part:
    here = f"{place} {_called(part)}".strip()
    own = {
        name: _by_key((), value, here, told) if value and isinstance(value[0], Struct) else list(value)
        for name, _ in _fields(type(part))
        if isinstance(value := getattr(part, name), list)
    }
    return structs.replace(part, **own)


@cache
def _fields(kind: type[Struct]) -> tuple[tuple[str, object], ...]:
    """Names, and what stands there where nobody has said anything."""
    return tuple((field.name, field.default) for field in structs.fields(kind))


def _called(part: Struct) -> str:
    return str(getattr(part, "name", "") or getattr(part, "thumbprint", "") or getattr(part, "service", ""))


def _agreed(name: str, here: Any, there: Any, place: str, told: list[Text]) -> Any:
    """What is believed where both say something."""
    if name in _UNITED:
        here.extend(there)
        return here
    if isinstance(here, Struct):
        _take_in(here, there, place, told)
        return here
    match name:
        case "exported":
            return max(here, there)
        case "version":
            # The directory does not hear of security updates, the program on the machine does.
            return max(here, there, key=lambda one: [int(part) for part in build_of(one).split(".") if part])
        case "name":
            return min(here, there, key=len)  # NetBIOS has 15 letters
    if _meant(name, here) != _meant(name, there):
        said = text(
            "{place}: {what} is told twice, as {here} and as {there}; the first is believed.",
            place=clean(place, 160) or "Exchange",
            what=_IN_EXCHANGE.get(name, name),
            here=clean(_shown(name, here), 120),
            there=clean(_shown(name, there), 120),
        )
        told.append(said)
        if name == "current":
            told.append(_TWO_ORGANISATIONS)
    return here


_IN_EXCHANGE = {
    "current": "CurrentCertificateThumbprint",
    "previous": "PreviousCertificateThumbprint",
    "next": "NextCertificateThumbprint",
    "next_effective": "NextCertificateEffectiveDate",
    "internal_transport": "InternalTransportCertificateThumbprint",
    "certificate_name": "X509CertificateName",
    "tls_certificate_name": "TlsCertificateName",
}
"""What an administrator knows a fact as, where our word for it is another."""
_TWO_ORGANISATIONS = text(
    "An organisation has one certificate of OAuth at a time: either an export is old, or these are two organisations; "
    "then ask for each by itself."
)


def _meant(name: str, value: Any) -> object:
    """Equal for what means the same."""
    if name == "services":
        return _services(value)
    if name in ("thumbprint", "current", "previous", "next", "internal_transport"):
        return hex_digits(value) or value
    if isinstance(value, list):
        return frozenset(map(str, value))
    return value.lower() if isinstance(value, str) else value


def _shown(name: str, value: Any) -> str:
    if name == "services":
        return write_services(_services(value))
    if isinstance(value, bytes):
        return hashlib.sha1(value, usedforsecurity=False).hexdigest().upper()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _services(words: Iterable[str]) -> frozenset[ExchangeService]:
    return frozenset(service for one in words for service in read_services(one)[0])


def print_of(certificate: CertificateWire) -> str:
    """The digits of its thumbprint, said or worked out; empty where neither can be."""
    if (digits := hex_digits(certificate.thumbprint)) is not None:
        return digits
    return "" if certificate.raw is None else hashlib.sha1(certificate.raw, usedforsecurity=False).hexdigest()


def _answered(export: ExchangeWire) -> set[tuple[str, str]]:
    """The places that it tells of as a whole: with a note of what was not read, it may hold half of them."""
    told = {("", name) for name in _ANSWERS.values() if getattr(export, name, None)}
    told |= {
        (server_key(one.name), name) for one in export.servers for name in _ANSWERS.values() if getattr(one, name, None)
    }
    return told - set(map(_place_of, export.not_read))


def _place_of(note: wire.NotReadWire) -> tuple[str, str]:
    """Of which server, nothing for the organisation's own, and what of it."""
    name = _ANSWERS.get(note.part, "")
    return "" if name in ExchangeWire.__struct_fields__ else server_key(note.server), name


# What makes two of a kind one.
_KEYS: dict[type[Struct], Callable[[Any], object]] = {
    wire.ServerWire: lambda one: server_key(one.name),
    wire.CertificateWire: print_of,
    wire.ReceiveConnectorWire: lambda one: one.name.lower(),
    wire.SendConnectorWire: lambda one: one.name.lower(),
    wire.ClientAccessWire: lambda one: one.service,
    wire.UmWire: lambda one: one.service,
    wire.BindingWire: lambda one: (one.site.lower(), one.port, one.address, one.host.lower()),
    wire.DirectoryWire: lambda one: (one.site, one.name.lower()),
    wire.SubscriptionWire: lambda one: one.name.lower(),
    wire.NotReadWire: lambda one: (server_key(one.server), one.part, one.why),
}
