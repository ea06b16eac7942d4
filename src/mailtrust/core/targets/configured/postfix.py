"""Postfix: main.cf, what master.cf sets for one service, and the table of server names.

`smtpd_tls_chain_files` wins over the parameters that name one certificate of each kind; there a key stands before its
chain (postconf(5)). `tls_server_sni_maps` keep copies of the files, made by `postmap -F`, unless they are `texthash`.
"""

from collections.abc import Iterable, Iterator, Mapping
from posixpath import join

from mailtrust.core.formats.postfix_cf import Service, Value
from mailtrust.core.model.configured import Act, Cannot, Change, ConfiguredCertificate, Disruption, Edit, Files
from mailtrust.core.model.plan import RunCommand
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import FileAt, OutputOf, Printed, Question, ServerFacts, content_of
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.editing import Replacement, edits
from mailtrust.core.targets.configured.parts.key_first import key_put_first
from mailtrust.core.targets.configured.parts.pem_files import belonging_keys, leaf_names, unwritable
from mailtrust.core.targets.configured.parts.places import all_found_again
from mailtrust.core.targets.configured.parts.postfix_configuration import (
    SERVICES,
    Configuration,
    folder_of,
    program,
    read_configuration,
)
from mailtrust.core.targets.configured.parts.postfix_index import add_to_index, index
from mailtrust.core.targets.configured.parts.postfix_places import (
    Spot,
    items_of,
    key_of,
    name_of,
    spots_of,
    tables_of,
)

ID = "postfix"

LEVEL = "smtpd_tls_security_level"
PROTOCOLS = ("smtpd_tls_protocols", "smtpd_tls_mandatory_protocols")


def questions(server: Server, facts: ServerFacts) -> tuple[Question, ...]:
    """The two files, what they name, and Postfix's own word for what they do not say."""
    folder = folder_of(server)
    wanted: list[Question] = [FileAt(join(folder, "main.cf")), FileAt(join(folder, "master.cf")), SERVICES]
    wanted.append(_version(server))
    configuration = read_configuration(server, facts)
    if not isinstance(configuration, Cannot):
        wanted += [FileAt(path) for _, path in tables_of(configuration)]
        spots = spots_of(configuration)
        if not isinstance(spots, Cannot):
            lists = {one.value: one.files for one in spots}
            wanted += [FileAt(path) for one in spots for path in (one.place.chain_file, one.place.key_file)]
            wanted += [FileAt(path) for files in lists.values() for path in files]
        wanted += configuration.unknown
    return tuple(dict.fromkeys(one for one in wanted if one not in facts))


def certificates(server: Server, facts: ServerFacts) -> tuple[ConfiguredCertificate, ...] | Cannot:
    """What main.cf names, what services have of their own, and the entries of the tables of server names."""
    spots = _read(server, facts)
    return spots if isinstance(spots, Cannot) else tuple(dict.fromkeys(spot.place for spot in spots[1]))


def point_to(
    server: Server, facts: ServerFacts, wanted: Mapping[ConfiguredCertificate, Files]
) -> tuple[Change, ...] | Cannot:
    """Other words in the same values; a table's entry is written into its index, too."""
    read = _read(server, facts)
    if isinstance(read, Cannot):
        return read
    if strange := unwritable(wanted.values()):
        return strange
    configuration, spots = read
    found = _found(spots, wanted)
    if isinstance(found, Cannot):
        return found
    lists: dict[tuple[str, Value], list[tuple[Spot, Files]]] = {}
    replacements: list[Replacement] = []
    acts: list[Act] = []
    # The same files may stand twice in one list: they cannot be told apart, and change together.
    concerned = [
        (spot, files)
        for one, files in zip(found, wanted.values(), strict=True)
        for spot in spots
        if spot.place == one.place
    ]
    for spot, files in concerned:
        if spot.key_name:
            replacements += configuration.put(spot.service, {name_of(spot): files.chain}, spot.value)
            replacements += configuration.put(spot.service, key_of(configuration, spot, files), spot.value)
        else:
            lists.setdefault((spot.path, spot.value), []).append((spot, files))
    for (path, value), parts in lists.items():
        items = items_of(value, parts)
        replacements += configuration.written(path, value, items)
        if parts[0][0].table:
            acts += index(server, parts[0][0].table, value, items)
    return (*edits(facts, replacements), *acts)


def set_up(
    server: Server,
    facts: ServerFacts,
    goal: ConfigureServer,
    places: tuple[ConfiguredCertificate, ...],
    ports: tuple[int, ...],
) -> tuple[Change, ...] | Cannot:
    """Versions, whether TLS is offered, the certificate for who gives no name, the key that belongs to one."""
    read = _read(server, facts)
    if isinstance(read, Cannot):
        return read
    configuration, spots = read
    services = configuration.at(ports)
    match goal.setting:
        case "tls-version":
            old = "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1" if _before_3_6(server, facts) else ">=TLSv1.2"
            return edits(facts, _put(configuration, services, PROTOCOLS, old))
        case "offer-tls" if not any(spot.place.is_default for spot in spots):
            return Cannot(text("Postfix has no certificate to offer TLS with: no parameter names one."))
        case "offer-tls":
            silent = tuple(one for one in services if _silent(configuration, one))
            return edits(facts, _put(configuration, silent, (LEVEL,), "may"))
        case "send-sni-certificate":
            return _make_default(server, (configuration, spots), places, services)
        case "matching-key":
            return _match_keys(server, configuration, spots, places)
        case _:
            return Cannot(text("Postfix has no single line for this: follow the steps of the report."))


def disruption(_server: Server, _facts: ServerFacts) -> Disruption:
    """Whoever is connected is served to the end."""
    return "reload"


def test(server: Server) -> RunCommand | None:
    """`postfix check` reads both files and looks at owners and folders; neither certificate nor key."""
    return RunCommand((*program(server, "postfix"), "check"))


def take_up(server: Server) -> RunCommand:
    """A reload: whoever is connected is served to the end by the process that he has."""
    return RunCommand(server.take_up or (*program(server, "postfix"), "reload"))


def _version(server: Server) -> OutputOf:
    return OutputOf((*program(server, "postconf"), "-h", "mail_version"))


def _before_3_6(server: Server, facts: ServerFacts) -> bool:
    """Whether `>=TLSv1.2` is not understood yet."""
    answer = facts.get(_version(server))
    parts = answer.output.strip().split(".") if isinstance(answer, Printed) else []
    return len(parts) < 2 or not all(one.isdecimal() for one in parts[:2]) or (int(parts[0]), int(parts[1])) < (3, 6)


def _found(spots: tuple[Spot, ...], places: Iterable[ConfiguredCertificate]) -> list[Spot] | Cannot:
    """Places found again."""
    return all_found_again(places, [(spot.place, spot) for spot in spots])


def _silent(configuration: Configuration, service: Service) -> bool:
    """Whether a service offers no TLS; without a level two older parameters say so (postconf(5))."""
    level = configuration.said(service, LEVEL)
    older = [configuration.said(service, name) for name in ("smtpd_use_tls", "smtpd_enforce_tls")]
    return level == "none" or (level == "" and "yes" not in older)


def _read(server: Server, facts: ServerFacts) -> tuple[Configuration, tuple[Spot, ...]] | Cannot:
    configuration = read_configuration(server, facts)
    if isinstance(configuration, Cannot):
        return configuration
    spots = spots_of(configuration)
    return spots if isinstance(spots, Cannot) else (configuration, spots)


def _put(
    configuration: Configuration, services: tuple[Service, ...], names: tuple[str, ...], wanted: str
) -> Iterator[Replacement]:
    """Set parameters for these services: where a service has its own there, for all others in main.cf."""
    general = []
    for name in names:
        for service in services:
            if name in service.settings:
                # A list in master.cf is written without blanks.
                yield from configuration.put(service, {name: wanted.replace(", ", ",")}, None)
            elif name not in general:
                general.append(name)
    near = max(
        (value for name, value in configuration.main.items() if name.startswith("smtpd_tls_")),
        key=lambda value: value.line,
        default=None,
    )
    yield from configuration.put(None, dict.fromkeys(general, wanted), near)


def _make_default(
    server: Server,
    read: tuple[Configuration, tuple[Spot, ...]],
    places: tuple[ConfiguredCertificate, ...],
    services: tuple[Service, ...],
) -> tuple[Change, ...] | Cannot:
    """The certificate of a table's entry for everybody; who was the default gets an entry of its own."""
    configuration, spots = read
    speaking = {place for one in services for place in configuration.listens(one)}
    found = _found(spots, places)
    if isinstance(found, Cannot):
        return found
    chosen = [spot for spot in found if spot.table]
    former = [spot for spot in spots if spot.place.is_default and speaking.intersection(spot.place.listens)]
    if not chosen:
        return ()
    scopes = {spot.service: [one for one in former if one.service is spot.service] for spot in former}
    if any(len(own) != len(chosen) for own in scopes.values()):
        return Cannot(
            text(
                "{product} presents several certificates to who gives no name; which of them to replace, you decide.",
                product="Postfix",
            )
        )
    wanted = {
        old.place: Files(new.place.chain_file, new.place.key_file)
        for own in scopes.values()
        for old, new in zip(own, chosen, strict=True)
    }
    changes = point_to(server, configuration.facts, wanted)
    if isinstance(changes, Cannot):
        return changes
    table, near = chosen[0].table, chosen[0].value
    known = {one.place.names[0].lower() for one in spots if one.table}
    lines: dict[str, str] = {}
    for old in former:
        files = ", ".join(dict.fromkeys((old.place.key_file, old.place.chain_file)))
        for name in leaf_names(configuration.facts, old.place.chain_file):
            entry = name.removeprefix("*")
            if entry not in known:
                lines.setdefault(entry, files)
    added = "".join(f"{name} {files}\n" for name, files in lines.items())
    if not added:
        return changes
    source = configuration.source(chosen[0].path)
    ended = source[near.after - 1] == "\n"
    addition = Replacement(chosen[0].path, near.after, near.after, added if ended else f"\n{added.rstrip()}")
    return (*changes, *edits(configuration.facts, [addition]), *add_to_index(server, table, added, tuple(lines)))


def _match_keys(
    server: Server, configuration: Configuration, spots: tuple[Spot, ...], places: tuple[ConfiguredCertificate, ...]
) -> tuple[Change, ...] | Cannot:
    """The key that belongs to a certificate; in a list it comes first, also where both stand in one file."""
    found = _found(spots, places)
    if isinstance(found, Cannot):
        return found
    facts = configuration.facts
    wanted = belonging_keys(facts, [spot.place for spot in found], [spot.place for spot in spots])
    if isinstance(wanted, Cannot):
        return wanted
    changes = point_to(server, facts, wanted)
    if isinstance(changes, Cannot):
        return changes
    files = [wanted[spot.place] for spot in found if not spot.key_name]
    turned = []
    for path in dict.fromkeys(one.chain for one in files if one.chain == one.key):
        content = content_of(facts, path)
        new = key_put_first(content.octets) if content is not None else b""
        if content is not None and new != content.octets:
            turned.append(Edit(path, new, text("The key comes before the certificates, as Postfix wants it.")))
    return (*turned, *changes)
