"""slapd's configuration: slapd.conf with what it includes, or cn=config as slapd shows it to root; and its ports."""

import re
from collections.abc import Iterator

from mailtrust.core.formats.slapd_conf import Directive, SlapdConfError, read_ldif_values, read_slapd_conf
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.configured import Cannot, Listening
from mailtrust.core.model.server_facts import (
    FileAt,
    NoAnswer,
    OutputOf,
    Printed,
    Question,
    ServerFacts,
    content_of,
)
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.core.targets.configured.parts.editing import decode

CERTIFICATE, KEY = "TLSCertificateFile", "TLSCertificateKeyFile"
OLDEST, SUITE = "TLSProtocolMin", "TLSCipherSuite"
NAMES = (CERTIFICATE, KEY, OLDEST, SUITE)
DEFAULTS = (FileAt("/etc/default/slapd"), FileAt("/etc/sysconfig/slapd"))
"""Where services get the addresses from at which slapd listens."""
USUAL = "ldapi:///"
MOST_DEPTH = 20

_ADDRESSES = re.compile(r"^[ \t]*(?:SLAPD_SERVICES|SLAPD_URLS)=(['\"]?)([^'\"\n]*)", re.MULTILINE)
_ADDRESS = re.compile(r"(?P<scheme>ldaps?)://(?:\[(?P<six>[^\]]*)\]|(?P<four>[^:/\s]*))(?::(?P<port>\d{1,5}))?/?\S*")


def main_file(server: Server) -> str:
    """slapd.conf; empty: it is cn=config."""
    return server.configuration if server.configuration.endswith(".conf") else ""


def url_of(server: Server) -> str:
    """Where slapd listens for the programs of its own machine."""
    return server.configuration if re.fullmatch(r"ldapi://[\w.%/-]*", server.configuration, re.ASCII) else USUAL


def look(server: Server) -> OutputOf:
    """What cn=config says itself."""
    command = ("ldapsearch", "-Q", "-LLL", "-o", "ldif-wrap=no", "-Y", "EXTERNAL", "-H", url_of(server))
    return OutputOf((*command, "-b", "cn=config", "-s", "base"))


def said_about_tls(server: Server, facts: ServerFacts) -> dict[str, str] | Cannot:
    """What is set about TLS, by the names of slapd.conf."""
    if main_file(server):
        read = directives(server, facts)
        return read if isinstance(read, Cannot) else {name: one.argument for name, (_, one) in read[0].items()}
    values = _values(server, facts)
    if isinstance(values, Cannot):
        return values
    return {name: values.get(f"olc{name}".lower(), "") for name in NAMES}


def directives(
    server: Server, facts: ServerFacts
) -> tuple[dict[str, tuple[str, Directive]], tuple[Question, ...]] | Cannot:
    """The directives about TLS, as they are set last, each with its file; and all files that there are."""
    main = main_file(server)
    names = {name.lower(): name for name in NAMES}
    found: dict[str, tuple[str, Directive]] = {}
    files: dict[Question, None] = {FileAt(main): None}

    def read(path: str, above: tuple[str, ...]) -> None:
        files[FileAt(path)] = None
        content = content_of(facts, path)
        if path in above or len(above) > MOST_DEPTH:
            raise SlapdConfError(f"{path} includes itself")
        try:
            directives = read_slapd_conf(decode(content.octets)) if content is not None else ()
        except SlapdConfError as error:
            raise SlapdConfError(f"{path}, {error}") from None
        for one in directives:
            if one.name == "include" and one.argument:
                read(one.argument, (*above, path))
            elif one.name in names:
                found[names[one.name]] = path, one

    match facts.get(FileAt(main)):
        case NoAnswer(why=why):
            return Cannot(why)
    try:
        read(main, ())
    except SlapdConfError as error:
        return Cannot(text("The configuration cannot be read: {detail}", detail=clean(str(error), 300)))
    return found, tuple(files)


def listens(server: Server, facts: ServerFacts) -> tuple[Listening, ...]:
    """Where it listens: as mailtrust.toml says, or its service, or as usual."""
    if own := tuple(dict.fromkeys(Listening(place.port) for place in server.places if place.port is not None)):
        return own
    for question in DEFAULTS:
        content = content_of(facts, question.path)
        if content is not None and (said := _ADDRESSES.findall(decode(content.octets))):
            return tuple(dict.fromkeys(_addresses(said[-1][1])))
    return Listening(389), Listening(636)


def _values(server: Server, facts: ServerFacts) -> dict[str, str] | Cannot:
    """What cn=config says itself, by attribute; nothing before it has been asked."""
    match facts.get(look(server)):
        case None:
            return {}
        case Printed(status=0, output=output):
            return read_ldif_values(output)
        case Printed(errors=errors):
            why = clean(errors, 200)
        case NoAnswer(why=reason):
            why = str(reason)
    return Cannot(
        text(
            "slapd does not let its cn=config be read over {url}: {why}. Where it has a slapd.conf, name that file as "
            "its configuration.",
            url=url_of(server),
            why=why.rstrip(" ."),
        )
    )


def _addresses(urls: str) -> Iterator[Listening]:
    for one in urls.split():
        if match := _ADDRESS.fullmatch(one):
            port = int(match["port"] or (636 if match["scheme"] == "ldaps" else 389))
            address = match["six"] or match["four"] or ""
            yield Listening(port, "" if address in ("0.0.0.0", "::", "*") else address)  # noqa: S104
