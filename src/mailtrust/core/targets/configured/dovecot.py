"""Dovecot 2.3 and 2.4: the general certificate, and those of blocks for an address, a server name or a protocol.

The intermediates are sent from the certificate's own file. `ssl_ca` is for clients' certificates: OpenSSL takes from it
what is missing only while that file holds the leaf alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from posixpath import basename, dirname, join

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Cannot, Change, ConfiguredCertificate, Disruption, Files, Listening
from mailtrust.core.model.plan import RunCommand
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import FileAt, OutputOf, Printed, Question, ServerFacts
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.dovecot_tree import CONTENTS, Node, listeners, main_file, read_tree
from mailtrust.core.targets.configured.parts.editing import Replacement, edits, line_before
from mailtrust.core.targets.configured.parts.pem_files import belonging_keys, leaf_names, unwritable
from mailtrust.core.targets.configured.parts.places import all_found_again

ID = "dovecot"

PAIRS = (
    ("ssl_cert", "ssl_key"),
    ("ssl_alt_cert", "ssl_alt_key"),
    ("ssl_server_cert_file", "ssl_server_key_file"),
    ("ssl_server_alt_cert_file", "ssl_server_alt_key_file"),
)
"""Of 2.3, then of 2.4; the second of each is for a key of another kind."""
MODERN = ("TLSv1.2", "TLSv1.3")


@dataclass(frozen=True, eq=False)
class _Spot:
    """A place, and the settings that name its files."""

    place: ConfiguredCertificate
    scope: Node
    certificate: Node
    key_name: str


def questions(server: Server, facts: ServerFacts) -> tuple[Question, ...]:
    """The files, what they include, what they name, and the version."""
    wanted: list[Question] = [FileAt(main_file(server)), _version(server)]
    read = read_tree(server, facts)
    if not isinstance(read, Cannot):
        root, files = read
        wanted += files
        wanted += [FileAt(path) for one in _spots(root) for path in (one.place.chain_file, one.place.key_file)]
    return tuple(dict.fromkeys(one for one in wanted if one not in facts))


def certificates(server: Server, facts: ServerFacts) -> tuple[ConfiguredCertificate, ...] | Cannot:
    """Every block that names a certificate; the outermost level first."""
    read = read_tree(server, facts)
    return read if isinstance(read, Cannot) else tuple(one.place for one in _spots(read[0]))


def point_to(
    server: Server, facts: ServerFacts, wanted: Mapping[ConfiguredCertificate, Files]
) -> tuple[Change, ...] | Cannot:
    """Other paths in the settings; a key that was inherited gets a line of its own."""
    read = read_tree(server, facts)
    found = read if isinstance(read, Cannot) else _found(_spots(read[0]), wanted)
    if isinstance(found, Cannot):
        return found
    if strange := unwritable(wanted.values()):
        return strange
    pairs = zip(found, wanted.values(), strict=True)
    return edits(facts, (change for spot, files in pairs for change in _pointed(facts, spot, files)))


def set_up(
    server: Server,
    facts: ServerFacts,
    goal: ConfigureServer,
    places: tuple[ConfiguredCertificate, ...],
    ports: tuple[int, ...],
) -> tuple[Change, ...] | Cannot:
    """Versions, whether TLS is offered, the certificate for who gives no name, the key that belongs to one."""
    read = read_tree(server, facts)
    if isinstance(read, Cannot):
        return read
    root, spots = read[0], _spots(read[0])
    found = _found(spots, places)
    if isinstance(found, Cannot):
        return found
    match goal.setting:
        case "tls-version" if _before_2_3(server, facts):
            return Cannot(text("This Dovecot is older than 2.3, and names versions differently: update it."))
        case "tls-version":
            return edits(facts, _versions(facts, root, found or spots))
        case "offer-tls" if not spots:
            return Cannot(text("Dovecot has no certificate to offer TLS with: no setting names one."))
        case "offer-tls":
            return edits(facts, _offers(root, ports))
        case "send-sni-certificate":
            return _make_default(facts, spots, found, ports)
        case "matching-key":
            wanted = belonging_keys(facts, [one.place for one in found], [one.place for one in spots])
            return wanted if isinstance(wanted, Cannot) else point_to(server, facts, wanted)
        case _:
            return Cannot(text("Dovecot has no single line for this: follow the steps of the report."))


def disruption(server: Server, facts: ServerFacts) -> Disruption:
    """Six seconds after a reload it ends whoever is connected, unless `shutdown_clients = no` (2.3.19, tried)."""
    read = read_tree(server, facts)
    said = read[0].last("shutdown_clients") if not isinstance(read, Cannot) else None
    return "reload" if said is not None and said.entry.value == "no" else "restart"


def test(server: Server) -> RunCommand | None:
    """`doveconf -n -x` reads the configuration and every file that it names; it shows no key."""
    return RunCommand((*_program(server, "doveconf"), "-n", "-x"))


def take_up(server: Server) -> RunCommand:
    """A reload; there is nothing gentler."""
    return RunCommand(server.take_up or (*_program(server, "doveadm"), "reload"))


def _program(server: Server, name: str) -> tuple[str, ...]:
    """One of Dovecot's programs, for this configuration; only `dovecot` itself is in a folder for root."""
    folder = dirname(server.program)
    if basename(folder) == "sbin":
        folder = join(dirname(folder), "bin")
    program = join(folder, name)
    return (program, "-c", server.configuration) if server.configuration else (program,)


def _version(server: Server) -> OutputOf:
    return OutputOf((server.program or "dovecot", "--version"))


def _before_2_3(server: Server, facts: ServerFacts) -> bool:
    answer = facts.get(_version(server))
    said = answer.output.split(".")[:2] if isinstance(answer, Printed) else []
    return said[:1] == ["1"] or said in (["2", "0"], ["2", "1"], ["2", "2"])


def _spots(root: Node) -> tuple[_Spot, ...]:
    """Every place, with the ports at which it counts."""
    scopes = [scope for scope in root.scopes() if any(scope.last(name) for name, _ in PAIRS)]
    found = []
    for scope in scopes:
        for name, key_name in PAIRS:
            certificate, key = scope.last(name), scope.inherited(key_name)
            files = [one.file() if one is not None else "" for one in (certificate, key)]
            if certificate is not None and all(files):
                place = ConfiguredCertificate(
                    product=ID,
                    service=clean(" ".join(f"{one.entry.name} {one.entry.value}" for one in scope.filters), 200)
                    or "dovecot",
                    named_in=certificate.path,
                    line=certificate.entry.line,
                    chain_file=files[0],
                    key_file=files[1],
                    listens=_listens(root, scope, scopes),
                    names=tuple(name for one in _of(scope, "local_name") for name in one.split()),
                    is_default=not _of(scope, "local_name"),
                )
                found.append(_Spot(place, scope, certificate, key_name))
    return tuple(found)


def _of(scope: Node, kind: str) -> list[str]:
    return [one.entry.value for one in scope.filters if one.entry.name == kind]


def _listens(root: Node, scope: Node, scopes: list[Node]) -> tuple[Listening, ...]:
    """The ports of a scope's protocols, unless a block for the protocol alone has a certificate of its own."""
    others = [] if scope.filters else [one for one in scopes if len(one.filters) == 1]
    found = [
        place
        for one in listeners(root)
        if _speaks(scope, one.protocol)
        and not any(_of(other, "protocol") and _speaks(other, one.protocol) for other in others)
        for place in one.places
    ]
    addresses = _of(scope, "local")
    return tuple(
        dict.fromkeys(Listening(one.port, address) for one in found for address in addresses[-1:] or [one.address])
    )


def _speaks(scope: Node, protocol: str) -> bool:
    """Whether the blocks around a scope let this protocol through: `imap`, `!imap`."""
    return all((said.lstrip("!") == protocol) != said.startswith("!") for said in _of(scope, "protocol"))


def _found(spots: tuple[_Spot, ...], places: Iterable[ConfiguredCertificate]) -> list[_Spot] | Cannot:
    """Places found again."""
    return all_found_again(places, [(spot.place, spot) for spot in spots])


def _pointed(facts: ServerFacts, spot: _Spot, files: Files) -> Iterator[Replacement]:
    yield from _changed(spot.certificate, files.chain)
    own = spot.scope.last(spot.key_name)
    if own is not None:
        yield from _changed(own, files.key)
    elif files.key != spot.place.key_file:
        line = f"{spot.key_name} = {_written(spot.key_name, files.key)}"
        yield line_before(facts, spot.certificate.path, spot.certificate.entry.at, line)


def _changed(node: Node, path: str) -> Iterator[Replacement]:
    if node.file() != path:
        yield Replacement(node.path, node.entry.start, node.entry.end, _written(node.entry.name, path))


def _written(name: str, path: str) -> str:
    return f"<{path}" if name in CONTENTS else path


def _versions(facts: ServerFacts, root: Node, spots: Iterable[_Spot]) -> Iterator[Replacement]:
    """Every setting of the oldest version; where there is none, one beside the certificates."""
    said = [one for scope in root.scopes() if (one := scope.last("ssl_min_protocol")) is not None]
    for one in said:
        if one.entry.value not in MODERN:
            yield Replacement(one.path, one.entry.start, one.entry.end, MODERN[0])
    for spot in spots:
        if spot.scope.inherited("ssl_min_protocol") is None:
            line = f"ssl_min_protocol = {MODERN[0]}"
            yield line_before(facts, spot.certificate.path, spot.certificate.entry.at, line)


def _offers(root: Node, ports: tuple[int, ...]) -> Iterator[Replacement]:
    """`ssl = yes` where it is off: for everybody, for a protocol, at a port that is TLS from the first octet."""
    wanted = [one for one in listeners(root) if not ports or any(place.port in ports for place in one.places)]
    said = [one for scope in root.scopes() if (one := scope.last("ssl")) is not None]
    said += [
        found
        for one in wanted
        for section in one.sections
        if one.name.endswith("s") and (found := section.last("ssl")) is not None
    ]
    for one in said:
        if one.entry.value == "no":
            yield Replacement(one.path, one.entry.start, one.entry.end, "yes")


def _make_default(
    facts: ServerFacts, spots: tuple[_Spot, ...], found: list[_Spot], ports: tuple[int, ...]
) -> tuple[Change, ...] | Cannot:
    """A named block's certificate for everybody; who was the default gets a block for its own names."""
    chosen = [one for one in found if not one.place.is_default]
    former = [
        one
        for one in spots
        if one.place.is_default and (not ports or any(place.port in ports for place in one.place.listens))
    ]
    if not chosen:
        return ()
    scopes = {one.scope: [other for other in former if other.scope is one.scope] for one in former}
    if any(len(own) != len(chosen) for own in scopes.values()):
        return Cannot(
            text(
                "{product} presents several certificates to who gives no name; which of them to replace, you decide.",
                product="Dovecot",
            )
        )
    known = {name.lower() for one in spots for name in one.place.names}
    beside = chosen[0].scope.filters[0]
    changes: list[Replacement] = []
    for own in scopes.values():
        for old, new in zip(own, chosen, strict=True):
            changes += _pointed(facts, old, Files(new.place.chain_file, new.place.key_file))
            own_files = {
                old.certificate.entry.name: old.place.chain_file,
                old.key_name: old.place.key_file,
            }
            lines = "\n".join(f"  {name} = {_written(name, path)}" for name, path in own_files.items())
            for name in leaf_names(facts, old.place.chain_file):
                if name not in known:
                    known.add(name)
                    block = f"local_name {name} {{\n{lines}\n}}"
                    changes.append(line_before(facts, beside.path, beside.entry.at, block))
    return edits(facts, changes)
