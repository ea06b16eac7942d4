"""nginx: server blocks of http, mail and stream, wherever they are included from."""

import re
from collections.abc import Iterator, Mapping

from mailtrust.core.formats.nginx_conf import NginxConfError, written
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Cannot, Change, ConfiguredCertificate, Disruption, Files
from mailtrust.core.model.plan import RunCommand
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import (
    FileAt,
    FilesLike,
    Names,
    NoAnswer,
    OutputOf,
    Printed,
    Question,
    ServerFacts,
)
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.editing import Replacement, edits, line_before
from mailtrust.core.targets.configured.parts.nginx_served import (
    DEFAULT,
    Pair,
    Served,
    Socket,
    listening,
    read_served,
    server_names,
    sockets,
)
from mailtrust.core.targets.configured.parts.nginx_tree import Node, included_from
from mailtrust.core.targets.configured.parts.pem_files import belonging_keys
from mailtrust.core.targets.configured.parts.places import agreed, all_found_again, shall_be, shared

ID = "nginx"

MODERN = ("TLSv1.2", "TLSv1.3")
USUAL = "/etc/nginx/nginx.conf"
_BUILT = re.compile(r"--(conf-path|prefix)=(\S+)")


def questions(server: Server, facts: ServerFacts) -> tuple[Question, ...]:
    """Where the configuration is, its files, and the files that it names."""
    if not server.configuration and _version(server) not in facts:
        return (_version(server),)
    main = _main(server, facts)
    wanted: list[Question] = [FileAt(main)]
    try:
        whole = read_served(_main(server, facts), facts)
    except NginxConfError:
        return tuple(one for one in wanted if one not in facts)
    for one in whole.root.all():
        if one.directive.name == "include":
            pattern = FilesLike(included_from(main, one.argument))
            wanted.append(pattern)
            match facts.get(pattern):
                case Names(paths=paths):
                    wanted.extend(map(FileAt, paths))
    for place, _ in _places(whole):
        wanted += [FileAt(place.chain_file), FileAt(place.key_file)]
    return tuple(dict.fromkeys(one for one in wanted if one not in facts))


def certificates(server: Server, facts: ServerFacts) -> tuple[ConfiguredCertificate, ...] | Cannot:
    """Every ssl_certificate that somebody may see, with the servers that it counts for, inherited or their own."""
    match facts.get(FileAt(_main(server, facts))):
        case NoAnswer(why=why):
            return Cannot(why)
    try:
        return tuple(place for place, _ in _places(read_served(_main(server, facts), facts)))
    except NginxConfError as error:
        return _unreadable(error)


def point_to(
    server: Server, facts: ServerFacts, wanted: Mapping[ConfiguredCertificate, Files]
) -> tuple[Change, ...] | Cannot:
    """Other paths in ssl_certificate and ssl_certificate_key."""
    try:
        whole = read_served(_main(server, facts), facts)
    except NginxConfError as error:
        return _unreadable(error)
    found = _places(whole)
    shall = shall_be(wanted, [place for place, _ in found])
    if isinstance(shall, Cannot):
        return shall
    together = [(pair, files) for (_, pair), files in zip(found, shall, strict=True)]
    chains = agreed((pair.chain.where, files.chain, True) for pair, files in together)
    keys = agreed((pair.key.where, files.key, not _is_inherited(pair)) for pair, files in together)
    replacements: list[Replacement] = []
    lacking: set[Node | None] = set()
    for pair, files in together:
        if chains[pair.chain.where] is None or keys.get(pair.key.where, "") is None:
            return shared(pair.chain.directive.line, pair.chain.path)
        if files.chain != whole.file_of(pair.chain):
            replacements.append(_argument(pair.chain, files.chain))
        there = whole.file_of(pair.key)
        shall_be_there = keys.get(pair.key.where, there)
        if shall_be_there and shall_be_there != there:
            replacements.append(_argument(pair.key, shall_be_there))
        if files.key != shall_be_there:
            lacking.add(pair.chain.around)
    # Where the keys come from a block around it, and are others', too, it gets its own from now on.
    for pair, files in together:
        if pair.chain.around in lacking and _is_inherited(pair):
            line = f"ssl_certificate_key {written(files.key)};"
            replacements.append(line_before(facts, pair.chain.path, pair.chain.directive.at, line))
    return edits(facts, replacements)


def _is_inherited(pair: Pair) -> bool:
    """Whether its key stands in a block around that of the certificate."""
    return pair.key.around is not pair.chain.around and any(one is pair.key.around for one in pair.chain.blocks)


def set_up(
    server: Server,
    facts: ServerFacts,
    goal: ConfigureServer,
    places: tuple[ConfiguredCertificate, ...],
    ports: tuple[int, ...],
) -> tuple[Change, ...] | Cannot:
    """Versions of TLS, STARTTLS of the mail proxy, and which server answers who gives no name."""
    try:
        whole = read_served(_main(server, facts), facts)
    except NginxConfError as error:
        return _unreadable(error)
    found = _places(whole)
    pairs = all_found_again(places, found)
    if isinstance(pairs, Cannot):
        return pairs
    match goal.setting:
        case "tls-version":
            return edits(facts, _versions(facts, whole, pairs, ports))
        case "offer-tls" if any(pair.chain.kind == "mail" for pair in pairs):
            return edits(facts, (change for pair in pairs for change in _starttls(facts, pair)))
        case "send-sni-certificate" if all(pair.chain.kind != "mail" for pair in pairs):
            return _answering(facts, whole, pairs, ports)
        case "matching-key":
            keys = belonging_keys(facts, places, [place for place, _ in found])
            return keys if isinstance(keys, Cannot) else point_to(server, facts, keys)
        case _:
            return Cannot(text("nginx has no single line for this: follow the steps of the report."))


def disruption(_server: Server, _facts: ServerFacts) -> Disruption:
    """Whoever is connected is served to the end."""
    return "reload"


def test(server: Server) -> RunCommand | None:
    """`nginx -t` reads configuration, certificates and keys, and stops nothing."""
    return RunCommand((*_program(server), "-t"))


def take_up(server: Server) -> RunCommand:
    """A reload: old workers finish what they began."""
    return RunCommand(server.take_up or (*_program(server), "-s", "reload"))


def _program(server: Server) -> tuple[str, ...]:
    program = server.program or "nginx"
    return (program, "-c", server.configuration) if server.configuration else (program,)


def _version(server: Server) -> OutputOf:
    return OutputOf((server.program or "nginx", "-V"))


def _main(server: Server, facts: ServerFacts) -> str:
    if server.configuration:
        return server.configuration
    match facts.get(_version(server)):
        case Printed(output=output, errors=errors) if said := dict(_BUILT.findall(errors + output)):
            return str(said.get("conf-path") or f"{said['prefix']}/conf/nginx.conf")
    return USUAL


def _unreadable(error: NginxConfError) -> Cannot:
    return Cannot(text("The configuration cannot be read: {detail}", detail=clean(str(error), 300)))


def _places(whole: Served) -> list[tuple[ConfiguredCertificate, Pair]]:
    found = ((pair, whole.file_of(pair.chain), whole.file_of(pair.key)) for pair in whole.pairs())
    return [(_place(whole, pair, chain, key), pair) for pair, chain, key in found if chain and key]


def _place(whole: Served, pair: Pair, chain: str, key: str) -> ConfiguredCertificate:
    names = tuple(dict.fromkeys(name for heir in pair.heirs for name in server_names(heir)))
    there = [(heir, socket) for heir in pair.heirs for socket in whole.sockets_of(heir)]
    return ConfiguredCertificate(
        product=ID,
        service=f"{pair.chain.kind} server {' '.join(names) or '_'}",
        named_in=pair.chain.path,
        line=pair.chain.directive.line,
        chain_file=chain,
        key_file=key,
        listens=tuple(dict.fromkeys(listening(socket) for _, socket in there)),
        # A mail proxy has one server for an address and port, whatever name a client gives.
        names=() if pair.chain.kind == "mail" else names,
        is_default=any(whole.default[socket] is heir for heir, socket in there),
    )


def _argument(node: Node, new: str) -> Replacement:
    start, end = node.directive.spans[0]
    return Replacement(node.path, start, end, written(new))


def _versions(facts: ServerFacts, whole: Served, pairs: list[Pair], ports: tuple[int, ...]) -> Iterator[Replacement]:
    """At the servers, and at those that answer first there: OpenSSL settles the version before it hears the name."""
    heirs = [heir for pair in pairs for heir in pair.heirs]
    there = [one for heir in heirs for one in whole.sockets_of(heir) if not ports or one[2] in ports]
    for server in dict.fromkeys((*heirs, *(whole.default[socket] for socket in there))):
        said = server.inherited("ssl_protocols")
        for one in said:
            if not set(one.directive.arguments) <= set(MODERN) and one.directive.spans:
                start, end = one.directive.spans[0][0], one.directive.spans[-1][1]
                yield Replacement(one.path, start, end, " ".join(MODERN))
        if not said:
            beside = (*server.inherited("ssl_certificate"), *server.own("listen"))[0]
            yield line_before(facts, beside.path, beside.directive.at, f"ssl_protocols {' '.join(MODERN)};")


def _starttls(facts: ServerFacts, pair: Pair) -> Iterator[Replacement]:
    for server in pair.heirs:
        said = server.inherited("starttls")
        for one in said:
            if one.argument not in ("on", "only") and one.directive.spans:
                yield _argument(one, "on")
        if not said and server.kind == "mail":
            yield line_before(facts, pair.chain.path, pair.chain.directive.at, "starttls on;")


def _answering(
    facts: ServerFacts, whole: Served, pairs: list[Pair], ports: tuple[int, ...]
) -> tuple[Change, ...] | Cannot:
    """`default_server` where the wanted servers listen, and nowhere else at the same places."""
    wanted: dict[Socket, Node] = {}
    for heir in (heir for pair in pairs for heir in pair.heirs):
        for socket in whole.sockets_of(heir):
            if (not ports or socket[2] in ports) and socket not in wanted:
                wanted[socket] = heir
    listens = [said for server in whole.root.servers() for said in server.own("listen")]
    changed: list[Replacement] = []
    for said in listens:
        speaker = next(
            (wanted[one] for one in sockets(said) if one in wanted and whole.default[one] != wanted[one]), None
        )
        changes = _declared(said, speaker is said.around) if speaker else []
        if changes and len([one for one in listens if one.where == said.where]) > 1:
            return Cannot(
                text("Several servers share line {line} of {file}.", line=said.directive.line, file=said.path)
            )
        changed += changes
    return edits(facts, changed)


def _declared(said: Node, wanted: bool) -> list[Replacement]:
    """The words of a `listen` that come or go."""
    there = [number for number, word in enumerate(said.directive.arguments) if number and word in DEFAULT]
    spans = said.directive.spans
    if wanted:
        return [] if there else [Replacement(said.path, spans[-1][1], spans[-1][1], " default_server")]
    return [Replacement(said.path, spans[number - 1][1], spans[number][1], "") for number in there]
