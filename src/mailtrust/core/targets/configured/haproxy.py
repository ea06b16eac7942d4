"""HAProxy: certificate and key in one file, named on bind lines, in folders and in lists."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from mailtrust.core.formats.haproxy_cfg import HaproxyCfgError, Word, written
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Cannot, Change, ConfiguredCertificate, Disruption, Files
from mailtrust.core.model.plan import OnServer, RunCommand, TalkTo
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import Question, ServerFacts
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.editing import Replacement, edits, source_of
from mailtrust.core.targets.configured.parts.haproxy_binds import Bind, Binds, Loaded
from mailtrust.core.targets.configured.parts.pem_files import belonging_keys, certificates_in
from mailtrust.core.targets.configured.parts.places import all_found_again, shall_be
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import CERTIFICATE_LABELS, find_pem
from mailtrust.core.x509.withheld_keys import mark_of, withheld, withheld_in

ID = "haproxy"

USUAL = "/etc/haproxy/haproxy.cfg"
MOST_SAID = 12 * 1024
"""Octets of a certificate that are said to the socket: tune.bufsize is 16 KiB, and a key is put in yet."""
_OLD = frozenset({"SSLv3", "TLSv1.0", "TLSv1.1"})
_FLOOR = "ssl-min-ver TLSv1.2"


def questions(server: Server, facts: ServerFacts) -> tuple[Question, ...]:
    """Its files, and the files, folders and lists that bind lines name."""
    try:
        whole = _read(server, facts)
    except HaproxyCfgError:
        return ()
    _places(whole, facts)
    return tuple(dict.fromkeys(one for one in whole.asked if one not in facts))


def certificates(server: Server, facts: ServerFacts) -> tuple[ConfiguredCertificate, ...] | Cannot:
    """Every certificate that is loaded for a bind line; those of one line in the order in which they are loaded."""
    found = _found(server, facts)
    return found if isinstance(found, Cannot) else tuple(place for place, _ in found[1])


def point_to(
    server: Server, facts: ServerFacts, wanted: Mapping[ConfiguredCertificate, Files]
) -> tuple[Change, ...] | Cannot:
    """Another path behind `crt`, or in a list. A file that comes by its folder can only be replaced."""
    found = _found(server, facts)
    if isinstance(found, Cannot):
        return found
    shall = shall_be(wanted, [place for place, _ in found[1]])
    if isinstance(shall, Cannot):
        return shall
    replacements: list[Replacement] = []
    for (now, loaded), files in zip(found[1], shall, strict=True):
        if (files.chain, files.key) == (now.chain_file, now.key_file):
            continue
        if not loaded.by_name:
            return Cannot(
                text("HAProxy takes {file} from its folder: let that file hold the certificate.", file=now.chain_file)
            )
        beside = f"{files.chain}.key"
        if files.key not in (files.chain, beside):
            return Cannot(text("HAProxy takes the key from the certificate's own file, or from {file}.", file=beside))
        path, _, word = loaded.named_in
        if loaded.origin.entry and written(files.chain) != files.chain:
            return Cannot(text("In a list of HAProxy's this path cannot be written: {file}", file=files.chain))
        replacements.append(Replacement(path, word.start, word.end, written(files.chain)))
    return edits(facts, replacements)


def set_up(
    server: Server,
    facts: ServerFacts,
    goal: ConfigureServer,
    places: tuple[ConfiguredCertificate, ...],
    ports: tuple[int, ...],
) -> tuple[Change, ...] | Cannot:
    """Versions of TLS, and which certificate is for who gives no name."""
    found = _found(server, facts)
    if isinstance(found, Cannot):
        return found
    whole, there = found
    loaded = all_found_again(places, there)
    if isinstance(loaded, Cannot):
        return loaded
    # A line of a list may be loaded by several bind lines.
    chosen = [
        one for file in (each.file for each in loaded) for bind in whole.binds for one in bind.loaded
        if one.file == file and (not ports or any(where.port in ports for where in bind.listens))
    ]  # fmt: skip
    match goal.setting:
        case "tls-version":
            return edits(facts, (change for one in chosen for change in _versions(whole, one.bind)))
        case "send-sni-certificate":
            first = {one.bind: one for one in reversed(chosen)}
            return edits(facts, (change for one in first.values() for change in _first(facts, one)))
        case "matching-key":
            keys = belonging_keys(facts, places, [place for place, _ in there])
            return keys if isinstance(keys, Cannot) else point_to(server, facts, keys)
        case _:
            return Cannot(text("HAProxy has no single line for this: follow the steps of the report."))


def disruption(_server: Server, _facts: ServerFacts) -> Disruption:
    """Whoever is connected is served to the end."""
    return "reload"


def test(server: Server) -> RunCommand | None:
    """It reads configuration, certificates and keys, and says when a key belongs to another certificate."""
    return RunCommand((server.program or "haproxy", "-c", "-f", server.configuration or USUAL))


def take_up(server: Server) -> RunCommand:
    """The master starts new workers; old ones finish what they began."""
    return RunCommand(server.take_up or ("systemctl", "reload", "haproxy"))


def without_reload(server: Server, facts: ServerFacts, place: ConfiguredCertificate, content: bytes) -> TalkTo | Cannot:
    """Commands of the runtime API (`set ssl cert`), where a socket is configured for an administrator.

    `content`: what the place's file holds from now on. Its key is withheld; where it stands in a file of its own, its
    mark is added, because HAProxy forgets a key that does not come along.
    """
    found = _found(server, facts)
    if isinstance(found, Cannot):
        return found
    loaded = all_found_again([place], found[1])
    if isinstance(loaded, Cannot):
        return loaded
    socket = _admin_socket(found[0])
    blocks = [block for block in find_pem(content) if block.label in CERTIFICATE_LABELS]
    leaf = read_certificate(blocks[0].data) if blocks else None
    if not isinstance(leaf, Certificate):
        return Cannot(text("Expected a certificate for {file}, found none.", file=place.chain_file))
    if not socket:
        return Cannot(text("HAProxy has no socket for an administrator: stats socket ... level admin."))
    own = content if withheld_in(content) else withheld(mark_of(leaf)) + content
    # An empty line would end what is given.
    pem = "\n".join(line for line in own.decode("ascii", "ignore").splitlines() if line.strip())
    if len(pem) > MOST_SAID:
        return Cannot(text("HAProxy's socket takes no more than its buffer holds, and {file} is longer.",
                           file=place.chain_file))  # fmt: skip
    name = loaded[0].called
    fingerprint = hashlib.sha1(leaf.der, usedforsecurity=False).hexdigest().upper()
    return TalkTo(
        socket,
        (f"set ssl cert {name} <<\n{pem}\n\n", f"commit ssl cert {name}\n", f"show ssl cert {name}\n"),
        ("Transaction", "Success!", fingerprint),
        (OnServer(place.key_file),),
    )


def _read(server: Server, facts: ServerFacts) -> Binds:
    """Raises HaproxyCfgError."""
    return Binds(server.configuration or USUAL, facts)


def _found(server: Server, facts: ServerFacts) -> tuple[Binds, list[tuple[ConfiguredCertificate, Loaded]]] | Cannot:
    try:
        whole = _read(server, facts)
    except HaproxyCfgError as error:
        return Cannot(text("The configuration cannot be read: {detail}", detail=clean(str(error), 300)))
    return whole, _places(whole, facts)


def _places(whole: Binds, facts: ServerFacts) -> list[tuple[ConfiguredCertificate, Loaded]]:
    together: dict[tuple[str, int, Word, str], list[Loaded]] = {}
    for bind in whole.binds:
        for loaded in bind.loaded:
            together.setdefault((*loaded.named_in, loaded.file), []).append(loaded)
    default = {loaded for bind in whole.binds for loaded in bind.defaults()}
    return [(_place(whole, facts, group, not default.isdisjoint(group)), group[0]) for group in together.values()]


def _place(whole: Binds, facts: ServerFacts, group: list[Loaded], is_default: bool) -> ConfiguredCertificate:
    loaded = group[0]
    line = loaded.bind.line
    path, number, _ = loaded.named_in
    return ConfiguredCertificate(
        product=ID,
        service=f"{line.section} {line.called} bind {line.words[1].value}".replace("  ", " "),
        named_in=path,
        line=number,
        chain_file=loaded.file,
        key_file=loaded.key,
        issuers_file=whole.issuers_of(loaded),
        listens=tuple(dict.fromkeys(where for one in group for where in one.bind.listens)),
        names=_names(facts, loaded),
        is_default=is_default,
        in_place=not loaded.by_name or loaded.key != loaded.file,
    )


def _names(facts: ServerFacts, loaded: Loaded) -> tuple[str, ...]:
    """The filters of a list, or else what the certificate says: HAProxy takes its names and its common names."""
    filters = [word.value for word in loaded.origin.entry.words[1:]] if loaded.origin.entry else []
    if said := tuple(one for one in filters if not one.startswith("!")):
        return said
    leaves = certificates_in(facts, loaded.file)[:1]
    return tuple(dict.fromkeys(name for leaf in leaves for name in (*leaf.dns_names, *leaf.subject.common_names)))


def _versions(whole: Binds, bind: Bind) -> Iterator[Replacement]:
    own = list(_old_words(bind.path, bind.keywords))
    said = any(word.value.startswith(("ssl-min-ver", "force-")) for word, _ in bind.keywords)
    general: list[Replacement] = []
    for path, line in whole.globals:
        if line.words[0].value == "ssl-default-bind-options":
            words = iter(line.words[1:])
            pairs = [(word, next(words, None) if word.value.startswith("ssl-m") else None) for word in words]
            general += _old_words(path, pairs)
            said = said or any(word.value.startswith(("ssl-min-ver", "force-")) for word, _ in pairs)
    yield from own
    yield from general
    if not own and not general and not said:
        end = bind.line.words[-1].end
        yield Replacement(bind.path, end, end, f" {_FLOOR}")


def _old_words(path: str, words: Sequence[tuple[Word, Word | None]]) -> Iterator[Replacement]:
    for word, value in words:
        match word.value:
            case "ssl-min-ver" if value and value.value in _OLD:
                yield Replacement(path, value.start, value.end, "TLSv1.2")
            case "ssl-max-ver" if value and value.value in _OLD:
                yield Replacement(path, value.start, value.end, "TLSv1.3")
            case "force-sslv3" | "force-tlsv10" | "force-tlsv11":
                yield Replacement(path, word.start, word.end, _FLOOR)
            case "no-tlsv12":
                yield Replacement(path, word.start - 1, word.end, "")


def _first(facts: ServerFacts, loaded: Loaded) -> Iterator[Replacement]:
    """It is loaded before all others of its bind line, and nobody without a name is sent away."""
    bind, origin = loaded.bind, loaded.origin
    for word, _ in bind.keywords:
        if word.value == "strict-sni":
            yield Replacement(bind.path, word.start - 1, word.end, "")
    said = [named for word, named in bind.crts if word.value == "default-crt"]
    for named in said:
        yield Replacement(bind.path, named.start, named.end, written(loaded.file))
    if said or loaded is bind.loaded[0]:
        return
    source = source_of(facts, bind.path)
    front = bind.crts[0][0]
    if not loaded.by_name and origin.entry is None:
        # From a folder: named once more, before it.
        yield Replacement(bind.path, front.start, front.start, f"crt {written(loaded.file)} ")
        return
    if origin.keyword.start != front.start:
        yield Replacement(bind.path, front.start, front.start, f"{source[origin.keyword.start : origin.named.end]} ")
        yield Replacement(bind.path, origin.keyword.start - 1, origin.named.end, "")
    if origin.entry is not None:
        start, end = origin.entry.start, origin.entry.end
        listed = source_of(facts, origin.list_path)
        same = (one.origin for one in bind.loaded if one.origin.list_path == origin.list_path)
        first = min(one.entry.start for one in same if one.entry)
        if start != first:
            line = listed[start:end] if listed[start:end].endswith("\n") else listed[start:end] + "\n"
            yield Replacement(origin.list_path, first, first, line)
            yield Replacement(origin.list_path, start, end, "")


def _admin_socket(whole: Binds) -> str:
    for _, line in whole.globals:
        match line.values:
            case ("stats", "socket", place, *how) if ("level", "admin") in pairwise(how):
                path = place.removeprefix("unix@")
                if path.startswith("/"):
                    return path
    return ""
