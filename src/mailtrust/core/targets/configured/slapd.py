"""slapd, of OpenLDAP: slapd.conf, or cn=config, which is read and changed while it runs.

The intermediates are sent from TLSCertificateFile, behind the leaf. Only while that file lacks the leaf's issuer they
are taken from TLSCACertificateFile, and its root with them (2.5.13 with GnuTLS, tried): that file is for clients'
certificates, and stays as it is.
"""

from collections.abc import Iterator, Mapping
from shlex import quote

from mailtrust.core.formats.slapd_conf import Directive, ldif_line
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Act, Cannot, Change, ConfiguredCertificate, Disruption, Files
from mailtrust.core.model.plan import RunCommand
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import FileAt, OutputOf, Printed, Question, ServerFacts
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.editing import Replacement, edits, source_of
from mailtrust.core.targets.configured.parts.pem_files import belonging_keys, unwritable
from mailtrust.core.targets.configured.parts.places import found_again, gone
from mailtrust.core.targets.configured.parts.slapd_configuration import (
    CERTIFICATE,
    DEFAULTS,
    KEY,
    OLDEST,
    SUITE,
    directives,
    listens,
    look,
    main_file,
    said_about_tls,
    url_of,
)

ID = "slapd"

TLS_1_2 = "3.3"
GNUTLS = "-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
"""Built with GnuTLS, slapd takes TLSProtocolMin and does not heed it (2.5.13, tried)."""


def questions(server: Server, facts: ServerFacts) -> tuple[Question, ...]:
    """What is configured, where it listens, and the files that are named."""
    wanted: list[Question] = [*DEFAULTS, _libraries(server)]
    if main_file(server):
        read = directives(server, facts)
        wanted += [FileAt(main_file(server)), *(read[1] if not isinstance(read, Cannot) else ())]
    else:
        wanted.append(look(server))
    places = certificates(server, facts)
    if not isinstance(places, Cannot):
        wanted += [FileAt(path) for one in places for path in (one.chain_file, one.key_file)]
    return tuple(dict.fromkeys(one for one in wanted if one not in facts))


def certificates(server: Server, facts: ServerFacts) -> tuple[ConfiguredCertificate, ...] | Cannot:
    """The one certificate that it has."""
    said = said_about_tls(server, facts)
    if isinstance(said, Cannot):
        return said
    chain, key = said.get(CERTIFICATE, ""), said.get(KEY, "")
    if not chain or not key:
        return ()
    named_in, line = "", 0
    if main_file(server):
        read = directives(server, facts)
        if isinstance(read, Cannot):
            return read
        named_in, line = read[0][CERTIFICATE][0], read[0][CERTIFICATE][1].line
    service = "slapd" if named_in else "cn=config"
    return (ConfiguredCertificate(ID, service, named_in, line, chain, key, listens=listens(server, facts)),)


def point_to(
    server: Server, facts: ServerFacts, wanted: Mapping[ConfiguredCertificate, Files]
) -> tuple[Change, ...] | Cannot:
    """Other paths in both directives; in cn=config in one go, since slapd tests that the two belong together."""
    now = certificates(server, facts)
    if isinstance(now, Cannot):
        return now
    if strange := unwritable(wanted.values()):
        return strange
    for place, files in wanted.items():
        if found_again(place, now) is None:
            return gone(place)
        return _set(server, facts, {CERTIFICATE: files.chain, KEY: files.key})
    return ()


def set_up(
    server: Server,
    facts: ServerFacts,
    goal: ConfigureServer,
    _places: tuple[ConfiguredCertificate, ...],
    _ports: tuple[int, ...],
) -> tuple[Change, ...] | Cannot:
    """The oldest version, and the key that belongs to the certificate."""
    now = certificates(server, facts)
    if isinstance(now, Cannot):
        return now
    if not now:
        return Cannot(text("slapd has no certificate to offer TLS with: {name} is not set.", name=CERTIFICATE))
    match goal.setting:
        case "tls-version":
            return _versions(server, facts)
        case "matching-key":
            wanted = belonging_keys(facts, now, now)
            return wanted if isinstance(wanted, Cannot) else point_to(server, facts, wanted)
        case "send-sni-certificate":
            return Cannot(text("slapd shows one certificate to everybody: let it bear all names that clients use."))
        case _:
            return Cannot(text("slapd has no single line for this: follow the steps of the report."))


def disruption(server: Server, _: ServerFacts) -> Disruption:
    """What cn=config says is taken up without a cut; slapd.conf by a restart (2.5.13, tried)."""
    return "restart" if main_file(server) else "reload"


def test(server: Server) -> RunCommand | None:
    """`slaptest` reads slapd.conf, and neither certificate nor key; cn=config is tested by slapd when it is changed."""
    return RunCommand(("slaptest", "-u", "-f", main_file(server))) if main_file(server) else None


def take_up(server: Server) -> RunCommand:
    """A restart; with cn=config certificate and key are set to what they are, and slapd reads the files again.

    That also heals what a refused change leaves behind: a slapd that offers TLS to nobody (2.5.13, tried).
    """
    if server.take_up:
        return RunCommand(server.take_up)
    if main_file(server):
        return RunCommand(("systemctl", "restart", "slapd"))
    asked = " ".join((*look(server).command, f"olc{CERTIFICATE}", f"olc{KEY}"))
    again = f"s/^dn: .*/&\\nchangetype: modify/; s/^(olc{CERTIFICATE}|olc{KEY}): .*/replace: \\1\\n&\\n-/"
    return RunCommand(("sh", "-c", f"{asked} | sed -E '{again}' | {' '.join(_modify(server))}"))


def _libraries(server: Server) -> OutputOf:
    # Without the addresses, which are others each time.
    asked = f"ldd {quote(server.program or '/usr/sbin/slapd')} | grep -oE 'lib(gnutls|ssl)[.]so' | sort -u"
    return OutputOf(("sh", "-c", asked))


def _versions(server: Server, facts: ServerFacts) -> tuple[Change, ...] | Cannot:
    said = facts.get(_libraries(server))
    libraries = said.output if isinstance(said, Printed) else ""
    if "libgnutls" in libraries:
        old = said_about_tls(server, facts)
        if isinstance(old, Cannot):
            return old
        suite = old.get(SUITE, "")
        return () if GNUTLS in suite else _set(server, facts, {SUITE: f"{suite or 'NORMAL'}:{GNUTLS}"})
    if "libssl" in libraries:
        return _set(server, facts, {OLDEST: TLS_1_2})
    return Cannot(
        text(
            "Expected to learn from {command} which TLS library slapd is built with, and did not: OpenSSL heeds "
            "{first}, GnuTLS {second}.",
            command=_libraries(server).command[-1],
            first=OLDEST,
            second=SUITE,
        )
    )


def _modify(server: Server) -> tuple[str, ...]:
    return ("ldapmodify", "-Q", "-Y", "EXTERNAL", "-H", url_of(server))


def _set(server: Server, facts: ServerFacts, wanted: Mapping[str, str]) -> tuple[Change, ...] | Cannot:
    if not main_file(server):
        return _set_in_tree(server, facts, wanted)
    read = directives(server, facts)
    return read if isinstance(read, Cannot) else edits(facts, _set_in_file(facts, read[0], wanted))


def _set_in_file(
    facts: ServerFacts, found: Mapping[str, tuple[str, Directive]], wanted: Mapping[str, str]
) -> Iterator[Replacement]:
    for name, value in wanted.items():
        if name in found:
            path, one = found[name]
            if one.argument != value:
                yield Replacement(path, one.start, one.end, value)
        else:
            path, near = found[CERTIFICATE]
            ended = source_of(facts, path)[near.after - 1] == "\n"
            line = f"{name} {value}\n" if ended else f"\n{name} {value}"
            yield Replacement(path, near.after, near.after, line)


def _set_in_tree(server: Server, facts: ServerFacts, wanted: Mapping[str, str]) -> tuple[Change, ...] | Cannot:
    """One change of cn=config, and the one that takes it back."""
    said = said_about_tls(server, facts)
    if isinstance(said, Cannot):
        return said
    old = {name: said[name] for name in wanted}
    if old == dict(wanted):
        return ()
    told = tuple(f"olc{name}: {clean(value, 200)}" for name, value in wanted.items() if old[name] != value)
    say = text("Let cn=config of slapd say {values}.", values=told)
    return (Act(_modify(server), _change(wanted), _modify(server), _change(old), say),)


def _change(values: Mapping[str, str]) -> str:
    parts = (
        f"replace: olc{name}\n{ldif_line(f'olc{name}', value)}" if value else f"delete: olc{name}\n"
        for name, value in values.items()
    )
    return "dn: cn=config\nchangetype: modify\n" + "-\n".join(parts)
