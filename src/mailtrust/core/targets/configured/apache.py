"""Apache's httpd: virtual hosts, wherever they are included from."""

from collections.abc import Iterator, Mapping

from mailtrust.core.formats.apache_conf import ApacheConfError, written
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Cannot, Change, ConfiguredCertificate, Disruption, Files
from mailtrust.core.model.plan import RunCommand
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import FileAt, NoAnswer, Question, ServerFacts
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.apache_build import PROGRAM, build_of, build_questions, main_file
from mailtrust.core.targets.configured.parts.apache_order import come_first
from mailtrust.core.targets.configured.parts.apache_served import Pair, Served
from mailtrust.core.targets.configured.parts.apache_tree import ApacheTree, Node, Scope
from mailtrust.core.targets.configured.parts.editing import Replacement, edits, line_before, lines_after
from mailtrust.core.targets.configured.parts.pem_files import belonging_keys
from mailtrust.core.targets.configured.parts.places import agreed, all_found_again, shall_be, shared

ID = "apache"

MODERN = frozenset({"tlsv1.2", "tlsv1.3"})
_ALL = frozenset({"sslv3", "tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3"})
WANTED = "-all +TLSv1.2 +TLSv1.3"


def questions(server: Server, facts: ServerFacts) -> tuple[Question, ...]:
    """How it is built, the files of its configuration, and the files that these name."""
    wanted = list(build_questions(server, facts))
    if all(one in facts for one in wanted):
        try:
            whole = _read(server, facts)
        except ApacheConfError:
            return ()
        wanted = list(whole.tree.asked)
        for place, _ in _places(whole):
            wanted += [FileAt(path) for path in (place.chain_file, place.key_file, place.issuers_file) if path]
    return tuple(dict.fromkeys(one for one in wanted if one not in facts))


def certificates(server: Server, facts: ServerFacts) -> tuple[ConfiguredCertificate, ...] | Cannot:
    """Every SSLCertificateFile that somebody may see, with the hosts that it counts for."""
    found = _found(server, facts)
    return found if isinstance(found, Cannot) else tuple(place for place, _ in found[1])


def point_to(
    server: Server, facts: ServerFacts, wanted: Mapping[ConfiguredCertificate, Files]
) -> tuple[Change, ...] | Cannot:
    """Other paths in SSLCertificateFile and SSLCertificateKeyFile."""
    found = _found(server, facts)
    if isinstance(found, Cannot):
        return found
    whole, there = found
    shall = shall_be(wanted, [place for place, _ in there])
    if isinstance(shall, Cannot):
        return shall
    together = [(pair, files) for (_, pair), files in zip(there, shall, strict=True)]
    chains = agreed((pair.chain.place, files.chain, True) for pair, files in together)
    keys = agreed((pair.key.place, files.key, not _is_inherited(pair)) for pair, files in together if pair.key)
    replacements: list[Replacement] = []
    lacking: dict[Scope, None] = {}
    for pair, files in together:
        now = whole.tree.path_of(pair.key.words[0]) if pair.key else files.chain
        shall_be_there = keys.get(pair.key.place, now) if pair.key else now
        if chains[pair.chain.place] is None or shall_be_there is None:
            return shared(pair.chain.directive.line, pair.chain.path)
        if files.chain != whole.tree.path_of(pair.chain.words[0]):
            replacements.append(_argument(pair.chain, files.chain))
        if pair.key and shall_be_there != now:
            replacements.append(_argument(pair.key, shall_be_there))
        if files.key != shall_be_there:
            lacking[pair.chain.scope] = None
    # Apache joins certificates and keys by their numbers: where one key is to be named, all are.
    named = {pair.chain.place: files.key for pair, files in together}
    for scope in lacking:
        own, own_chains = (scope.own(f"sslcertificate{name}") for name in ("keyfile", "file"))
        lines = [
            f"SSLCertificateKeyFile {written(named.get(chain.place, whole.tree.path_of(chain.words[0])))}"
            for chain in own_chains[len(own) :]
            if chain.words
        ]
        beside = own[-1] if own else own_chains[0]
        at, end = beside.directive.at, beside.directive.end - 1
        replacements.append(lines_after(facts, beside.path, at, end, *lines))
    return edits(facts, replacements)


def _is_inherited(pair: Pair) -> bool:
    """Whether a host's certificate has a key of the main server's."""
    return pair.key is not None and pair.key.scope is not pair.chain.scope and pair.chain.scope.host is not None


def set_up(
    server: Server,
    facts: ServerFacts,
    goal: ConfigureServer,
    places: tuple[ConfiguredCertificate, ...],
    ports: tuple[int, ...],
) -> tuple[Change, ...] | Cannot:
    """Versions of TLS, and which host answers who gives no name."""
    found = _found(server, facts)
    if isinstance(found, Cannot):
        return found
    whole, there = found
    pairs = all_found_again(places, there)
    if isinstance(pairs, Cannot):
        return pairs
    match goal.setting:
        case "tls-version":
            return edits(facts, _versions(facts, whole, pairs, ports))
        case "send-sni-certificate":
            hosts = [heir for pair in pairs for heir in pair.heirs]
            return come_first(facts, whole, hosts, ports, lambda changed: _read(server, changed))
        case "matching-key":
            keys = belonging_keys(facts, places, [place for place, _ in there])
            return keys if isinstance(keys, Cannot) else point_to(server, facts, keys)
        case _:
            return Cannot(text("Apache has no single line for this: follow the steps of the report."))


def disruption(_server: Server, _facts: ServerFacts) -> Disruption:
    """Whoever is connected is served to the end."""
    return "reload"


def test(server: Server) -> RunCommand | None:
    """It reads configuration and certificates, and stops nothing. Keys of other certificates it does not see."""
    if server.configuration or server.program:
        return RunCommand((*_program(server), "-t"))
    return RunCommand((PROGRAM, "configtest"))


def take_up(server: Server) -> RunCommand:
    """A graceful restart: old processes finish what they began."""
    if server.take_up:
        return RunCommand(server.take_up)
    if server.configuration or server.program:
        return RunCommand((*_program(server), "-k", "graceful"))
    return RunCommand((PROGRAM, "graceful"))


def _program(server: Server) -> tuple[str, ...]:
    program = server.program or PROGRAM
    return (program, "-f", server.configuration) if server.configuration else (program,)


def _read(server: Server, facts: ServerFacts) -> Served:
    """Raises ApacheConfError."""
    return Served(ApacheTree(main_file(server, facts), build_of(server, facts), facts))


def _found(server: Server, facts: ServerFacts) -> tuple[Served, list[tuple[ConfiguredCertificate, Pair]]] | Cannot:
    match facts.get(FileAt(main_file(server, facts))):
        case NoAnswer(why=why):
            return Cannot(why)
    try:
        whole = _read(server, facts)
    except ApacheConfError as error:
        return Cannot(text("The configuration cannot be read: {detail}", detail=clean(str(error), 300)))
    if "macro" in whole.tree.hidden:
        return Cannot(text("The configuration uses macros (mod_macro), which are not followed here."))
    if "md" in whole.tree.hidden:
        return Cannot(text("Apache gets certificates by itself here (mod_md): see MDomain in its configuration."))
    return whole, _places(whole)


def _places(whole: Served) -> list[tuple[ConfiguredCertificate, Pair]]:
    return [(_place(whole, pair), pair) for pair in whole.pairs() if _is_file(pair.chain) and _is_file(pair.key)]


def _is_file(node: Node | None) -> bool:
    """Not a key of a token (PKCS #11), nor a variable that nobody knows."""
    return node is None or not (node.words[0].startswith("pkcs11:") or "${" in node.words[0])


def _place(whole: Served, pair: Pair) -> ConfiguredCertificate:
    names = tuple(dict.fromkeys(name for heir in pair.heirs for name in whole.names_of(heir)))
    chain, key, issuers = (
        whole.tree.path_of(one.words[0]) if one else "" for one in (pair.chain, pair.key, pair.issuers)
    )
    return ConfiguredCertificate(
        product=ID,
        service=f"VirtualHost {' '.join(names) or '*'}",
        named_in=pair.chain.path,
        line=pair.chain.directive.line,
        chain_file=chain,
        key_file=key or chain,
        issuers_file=issuers,
        listens=tuple(dict.fromkeys(where for heir in pair.heirs for where in whole.listening(heir))),
        names=names,
        is_default=any(map(whole.is_default, pair.heirs)),
    )


def _argument(node: Node, new: str) -> Replacement:
    spans = node.directive.spans
    return Replacement(node.path, spans[0][0], spans[-1][1], written(new))


def _versions(facts: ServerFacts, whole: Served, pairs: list[Pair], ports: tuple[int, ...]) -> Iterator[Replacement]:
    """At the hosts, and at those that answer first there: OpenSSL settles the version before it hears the name."""
    for pair in pairs:
        sockets = [one for heir in pair.heirs for one in whole.sockets_of(heir) if not ports or one[1] in (0, *ports)]
        first = [whole.default[one] for one in sockets if one in whole.default]
        for scope in dict.fromkeys((*pair.heirs, *first)):
            said = (scope.own("sslprotocol") or whole.tree.main.own("sslprotocol"))[-1:]
            for one in said:
                if not _is_modern(one.words) and one.directive.spans:
                    start, end = one.directive.spans[0][0], one.directive.spans[-1][1]
                    yield Replacement(one.path, start, end, WANTED)
            if not said:
                beside = (*whole.effective(scope, "sslcertificatefile"), pair.chain)[0]
                yield line_before(facts, beside.path, beside.directive.at, f"SSLProtocol {WANTED}")


def _is_modern(words: tuple[str, ...]) -> bool:
    """What SSLProtocol allows, word by word, as mod_ssl reads it."""
    allowed: frozenset[str] = frozenset()
    for word in words:
        name = word.lstrip("+-").lower()
        meant = _ALL if name == "all" else frozenset({name})
        if word.startswith("-"):
            allowed -= meant
        else:
            allowed = allowed | meant if word.startswith("+") else meant
    return bool(allowed) and allowed <= MODERN
