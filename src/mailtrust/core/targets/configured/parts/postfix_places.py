"""The places of Postfix's configuration that name certificates, each with the value that names it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailtrust.core.formats.postfix_cf import PostfixCfError, Service, Value, read_table
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Cannot, ConfiguredCertificate, Files, Listening
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.key_first import groups
from mailtrust.core.targets.configured.parts.postfix_configuration import Configuration

CHAINS = "smtpd_tls_chain_files"
PAIRS = (
    ("smtpd_tls_cert_file", "smtpd_tls_key_file"),
    ("smtpd_tls_eccert_file", "smtpd_tls_eckey_file"),
    ("smtpd_tls_dcert_file", "smtpd_tls_dkey_file"),
)
NAMES = "tls_server_sni_maps"
TABLES = ("texthash", "hash", "btree", "lmdb", "dbm", "cdb")
"""Those that are made from a file."""


@dataclass(frozen=True, eq=False)
class Spot:
    """A place, and the values that name its files."""

    place: ConfiguredCertificate
    path: str
    value: Value
    """A list of files, or the certificate's own parameter."""
    files: tuple[str, ...] = ()
    """Every file of a list."""
    first: int = 0
    last: int = 0
    """Which of these are the place's own."""
    service: Service | None = None
    """Whose own setting it is; None: main.cf's."""
    key_name: str = ""
    """The parameter of the key; empty: it stands in the list."""
    table: str = ""
    """The table, with its type, whose entry this is; empty: it is none."""


def spots_of(configuration: Configuration) -> tuple[Spot, ...] | Cannot:
    """Every place, each once, with all ports that it counts for."""
    found: dict[object, Spot] = {}
    listens: dict[object, dict[Listening, None]] = {}
    for service in configuration.services:
        for spot in _of_service(configuration, service):
            if isinstance(spot, Cannot):
                return spot
            key = spot.path, spot.value, spot.first, spot.service
            found.setdefault(key, spot)
            listens.setdefault(key, {}).update(dict.fromkeys(configuration.listens(service)))
    for table, path in tables_of(configuration):
        presenting = [one for one in configuration.services if (table, path) in tables_of(configuration, one)]
        ports = dict.fromkeys(place for one in presenting for place in configuration.listens(one))
        for spot in _entries(configuration, table, path):
            if isinstance(spot, Cannot):
                return spot
            found[spot.table, spot.value, spot.first] = spot
            listens[spot.table, spot.value, spot.first] = ports
    return tuple(replace(spot, place=replace(spot.place, listens=tuple(listens[key]))) for key, spot in found.items())


def _of_service(configuration: Configuration, service: Service) -> Iterator[Spot | Cannot]:
    chains = configuration.value(service, CHAINS)
    if chains is not None and chains.words:
        yield from _listed(configuration, service, chains)
    else:
        for name, key_name in PAIRS:
            yield from _pair(configuration, service, name, key_name)


def _listed(configuration: Configuration, service: Service, value: Value) -> Iterator[Spot | Cannot]:
    said = configuration.expanded(service, ",".join(value.items))
    if said is None:
        yield _untold(value)
        return
    owner = service if CHAINS in service.settings else None
    files = tuple(said.replace(",", " ").split())
    path = configuration.master_path if owner else configuration.main_path
    for group in groups(configuration.facts, files):
        place = _place(_called(owner), path, value, Files(group.chain, group.key))
        yield Spot(place, path, value, files, group.first, group.last, owner)


def _pair(configuration: Configuration, service: Service, name: str, key_name: str) -> Iterator[Spot | Cannot]:
    value = configuration.value(service, name)
    chain = configuration.said(service, name)
    key = configuration.said(service, key_name)
    if value is None or chain in ("", "none"):
        return
    if chain is None or key is None:
        yield _untold(value)
        return
    owner = service if {name, key_name} & set(service.settings) else None
    path = configuration.master_path if name in service.settings else configuration.main_path
    place = _place(_called(owner), path, value, Files(chain, key or chain))
    yield Spot(place, path, value, service=owner, key_name=key_name)


def _entries(configuration: Configuration, table: str, path: str) -> Iterator[Spot | Cannot]:
    try:
        entries = read_table(configuration.source(path))
    except PostfixCfError:
        yield Cannot(text("The table of server names {file} has too many lines.", file=path))
        return
    for name, value in entries.items():
        files = value.items
        for group in groups(configuration.facts, files):
            place = _place(f"{NAMES} {clean(name, 100)}", path, value, Files(group.chain, group.key))
            place = replace(place, names=(name,), is_default=False)
            yield Spot(place, path, value, files, group.first, group.last, table=table)


def tables_of(configuration: Configuration, service: Service | None = None) -> Iterator[tuple[str, str]]:
    """The tables of server names that are made from a file: with their type, and the file."""
    services = (service,) if service is not None else configuration.services
    for said in dict.fromkeys(configuration.said(one, NAMES) for one in services):
        for table in (said or "").replace(",", " ").split():
            kind, colon, path = table.partition(":")
            if colon and kind in TABLES and path:
                yield table, path


def _place(service: str, path: str, value: Value, files: Files) -> ConfiguredCertificate:
    return ConfiguredCertificate("postfix", service, path, value.line, files.chain, files.key)


def _called(owner: Service | None) -> str:
    return "smtpd" if owner is None else f"smtpd {clean(owner.name, 100)}"


def _untold(value: Value) -> Cannot:
    return Cannot(
        text(
            "Line {line} sets {name} to “{value}”, and what that stands for cannot be told.",
            line=value.line,
            name=value.name,
            value=clean(value.whole, 200),
        )
    )


def name_of(spot: Spot) -> str:
    """The parameter of the certificate, where the key has one of its own."""
    return next(name for name, key_name in PAIRS if key_name == spot.key_name)


def key_of(configuration: Configuration, spot: Spot, files: Files) -> dict[str, str]:
    """The key's parameter; by itself it is the certificate's file."""
    silent = configuration.value(spot.service, spot.key_name) is None
    return {} if silent and files.key == files.chain else {spot.key_name: files.key}


def items_of(value: Value, parts: list[tuple[Spot, Files]]) -> tuple[str, ...]:
    """The words of a list in which some groups have become others; the rest stays as it is written."""
    files = parts[0][0].files
    written = value.items if len(value.items) == len(files) else files
    items, at = [], 0
    for spot, new in sorted(parts, key=lambda part: part[0].first):
        wanted = (new.chain,) if new.chain == new.key else (new.key, new.chain)
        same = files[spot.first : spot.last] == wanted
        items += [*written[at : spot.first], *(written[spot.first : spot.last] if same else wanted)]
        at = spot.last
    items += written[at:]
    return value.items if tuple(items) == files else tuple(items)
