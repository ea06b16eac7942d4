"""Exim: `tls_certificate` and `tls_privatekey` of the main section, or Debian's macros for them.

Since 4.95 the daemon keeps the files in memory and sees some five seconds after they have changed that they have; a
HUP makes it read configuration and files at once, and who is connected is served to the end (4.96, tried).
"""

from collections.abc import Iterable, Iterator, Mapping
from shlex import join

from mailtrust.core.formats.exim_conf import Setting
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Cannot, Change, ConfiguredCertificate, Disruption, Files
from mailtrust.core.model.plan import RunCommand
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import FileAt, Printed, Question, ServerFacts
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.editing import Replacement, edits, source_of
from mailtrust.core.targets.configured.parts.exim_configuration import (
    Configuration,
    build,
    is_debians,
    read_configuration,
)
from mailtrust.core.targets.configured.parts.pem_files import belonging_keys, unwritable
from mailtrust.core.targets.configured.parts.places import found_again, gone

ID = "exim"

CERTIFICATES, KEYS = "tls_certificate", "tls_privatekey"
GNUTLS = "-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
OPENSSL = ("+no_sslv2", "+no_sslv3", "+no_tlsv1", "+no_tlsv1_1")


def questions(server: Server, facts: ServerFacts) -> tuple[Question, ...]:
    """Which file is read, the files that it is made of, and what they name."""
    wanted: list[Question] = [build(server)]
    read = read_configuration(server, facts)
    if not isinstance(read, Cannot):
        wanted += read.questions
        places = _places(read)
        if not isinstance(places, Cannot):
            wanted += [FileAt(path) for one in places for path in (one.chain_file, one.key_file)]
    return tuple(dict.fromkeys(one for one in wanted if one not in facts))


def certificates(server: Server, facts: ServerFacts) -> tuple[ConfiguredCertificate, ...] | Cannot:
    """The certificates of tls_certificate, one for each kind of key."""
    read = read_configuration(server, facts)
    return read if isinstance(read, Cannot) else _places(read)


def point_to(
    server: Server, facts: ServerFacts, wanted: Mapping[ConfiguredCertificate, Files]
) -> tuple[Change, ...] | Cannot:
    """Other paths in the two options, or in the macros that they are."""
    read = read_configuration(server, facts)
    if isinstance(read, Cannot):
        return read
    places = _places(read)
    if isinstance(places, Cannot):
        return places
    if strange := unwritable(wanted.values()):
        return strange
    if any(":" in path for files in wanted.values() for path in (files.chain, files.key)):
        return Cannot(text("A path with a colon is two paths to Exim: choose another name."))
    files = [Files(one.chain_file, one.key_file) for one in places]
    for place, new in wanted.items():
        number = found_again(place, places)
        if number is None:
            return gone(place)
        files[number] = new
    return edits(facts, _named(read, files)) if files else ()


def set_up(
    server: Server,
    facts: ServerFacts,
    goal: ConfigureServer,
    places: tuple[ConfiguredCertificate, ...],
    _: tuple[int, ...],
) -> tuple[Change, ...] | Cannot:
    """Versions, whether TLS is offered, the key that belongs to a certificate."""
    read = read_configuration(server, facts)
    if isinstance(read, Cannot):
        return read
    now = _places(read)
    if isinstance(now, Cannot):
        return now
    if not now:
        return Cannot(text("Exim has no certificate to offer TLS with: tls_certificate is not set."))
    match goal.setting:
        case "tls-version":
            return _versions(server, read)
        case "offer-tls":
            return _offer(read)
        case "matching-key":
            found = [found_again(place, now) for place in places]
            if None in found:
                return gone(places[found.index(None)])
            wanted = belonging_keys(facts, [now[number] for number in found if number is not None], now)
            return wanted if isinstance(wanted, Cannot) else point_to(server, facts, wanted)
        case _:
            return Cannot(text("Exim has no single line for this: follow the steps of the report."))


def disruption(_server: Server, _facts: ServerFacts) -> Disruption:
    """Whoever is connected is served to the end."""
    return "reload"


def test(server: Server) -> RunCommand | None:
    """Exim's own look at its configuration; it opens neither certificate nor key.

    On Debian both what is made of the pieces, and the file that takes the place of all of them where there is one.
    """
    look = build(server).command
    if is_debians(server):
        return RunCommand(("sh", "-c", f"update-exim4.conf --check && {join(look)}"))
    return RunCommand(look)


def take_up(server: Server) -> RunCommand:
    """A HUP to the daemon, before which Debian's service makes the file anew: who is connected stays so."""
    return RunCommand(server.take_up or ("systemctl", "reload", "exim4" if is_debians(server) else "exim"))


def _places(read: Configuration) -> tuple[ConfiguredCertificate, ...] | Cannot:
    said, key = read.exim.options.get(CERTIFICATES), read.exim.options.get(KEYS)
    if said is None or not said.value:
        return ()
    for one in (said, key):
        if one is not None and ("$" in one.value or one.value.startswith("<")):
            return Cannot(
                text(
                    "{file}, line {line}: {name} is worked out anew for each connection, or is a list of another "
                    "kind: “{value}”",
                    file=clean(one.path),
                    line=one.line,
                    name=one.name,
                    value=clean(one.value, 200),
                )
            )
    chains = _list(said)
    keys = _list(key) if key is not None and key.value else chains
    if len(chains) != len(keys):
        return Cannot(text("{first} and {second} name different numbers of files.", first=CERTIFICATES, second=KEYS))
    return tuple(
        ConfiguredCertificate(
            product=ID,
            service="smtp" if len(chains) == 1 else f"smtp {number}",
            named_in=read.target(said).path,
            line=read.target(said).line,
            chain_file=chain,
            key_file=own,
            listens=read.listens(),
        )
        for number, (chain, own) in enumerate(zip(chains, keys, strict=True), 1)
    )


def _list(setting: Setting) -> list[str]:
    return [one.strip() for one in setting.value.split(":") if one.strip()]


def _named(read: Configuration, files: Iterable[Files]) -> Iterator[Replacement]:
    """Both options for these files; without one of its own the key is looked for in the certificate's file."""
    pairs = list(files)
    certificate, key = read.exim.options[CERTIFICATES], read.exim.options.get(KEYS)
    chains, keys = (" : ".join(paths) for paths in ([one.chain for one in pairs], [one.key for one in pairs]))
    if chains != " : ".join(_list(certificate)):
        yield from _set(read, certificate, chains)
    if keys == (" : ".join(_list(key)) if key is not None and key.value else chains):
        return
    if key is not None:
        yield from _set(read, key, keys)
    else:
        yield _line(read, certificate.path, certificate.after, f"{KEYS} = {keys}")


def _set(read: Configuration, setting: Setting, value: str) -> Iterator[Replacement]:
    """Another value where it is written; Debian's own default gives way to a macro of the administrator's."""
    origin = read.target(setting)
    before = source_of(read.facts, origin.path)[: origin.start]
    if read.local and before.splitlines()[-2:-1] == [f".ifndef {origin.name}"]:
        end = len(source_of(read.facts, read.local))
        yield _line(read, read.local, end, f"{origin.name} = {value}")
    else:
        gap = " " if before.endswith("=") and not origin.written else ""
        yield Replacement(origin.path, origin.start, origin.end, gap + value)


def _line(read: Configuration, path: str, at: int, line: str) -> Replacement:
    """A line of its own behind what ends there."""
    begins = at == 0 or source_of(read.facts, path)[at - 1] == "\n"
    return Replacement(path, at, at, f"{line}\n" if begins else f"\n{line}")


def _versions(server: Server, read: Configuration) -> tuple[Change, ...] | Cannot:
    answer = read.facts.get(build(server))
    built = answer.output if isinstance(answer, Printed) else ""
    name = "tls_require_ciphers" if "GnuTLS" in built else "openssl_options"
    said = read.exim.options.get(name)
    old = said.value if said is not None else ""
    if not built or "$" in old:
        return Cannot(
            text("Expected to learn which TLS library Exim is built with, and did not: set {name}.", name=name)
        )
    if "GnuTLS" in built:
        new = old if GNUTLS in old else f"{old or 'NORMAL'}:{GNUTLS}"
    else:
        new = " ".join(dict.fromkeys((*old.split(), *OPENSSL)))
    if new == old:
        return ()
    if said is None:
        near = read.exim.options[CERTIFICATES]
        return edits(read.facts, [_line(read, near.path, near.after, f"{name} = {new}")])
    return edits(read.facts, _set(read, said, new))


def _offer(read: Configuration) -> tuple[Change, ...] | Cannot:
    said = read.exim.options.get("tls_advertise_hosts")
    if said is None or said.value.strip() == "*":
        return ()
    if said.value.strip(" :") not in ("", "!*"):
        return Cannot(
            text(
                "{file}, line {line}: TLS is offered to some and not to others: “{value}”; whom to add, you decide.",
                file=clean(said.path),
                line=said.line,
                value=clean(said.value, 200),
            )
        )
    return edits(read.facts, _set(read, said, "*"))
