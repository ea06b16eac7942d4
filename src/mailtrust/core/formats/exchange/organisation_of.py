"""From whatever was exported, in one file or many, to one organisation; and what is wrong with it, in sentences."""

import re
from collections.abc import Sequence

import msgspec

from mailtrust.core.formats.certreq_inf.encoding import decode
from mailtrust.core.formats.exchange.clixml import ClixmlError, OtherXmlError, read_clixml
from mailtrust.core.formats.exchange.cmdlets import add
from mailtrust.core.formats.exchange.draft import Draft, server_key
from mailtrust.core.formats.exchange.export_json import (
    MOST_BYTES,
    ExportError,
    as_wire_has_it,
    convert_export,
    decode_export,
)
from mailtrust.core.formats.exchange.export_wire import SCHEMA, ExchangeWire, ServerWire
from mailtrust.core.formats.exchange.format_list import read_format_list
from mailtrust.core.formats.exchange.joining import joined, print_of
from mailtrust.core.formats.exchange.nouns import organisation_of_wire
from mailtrust.core.formats.exchange.shown import MOST_OBJECTS, Shown, Value
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.exchange import ExchangeOrganisation
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text

MOST_TOLD = 100
MOST_KINDS = 5

# Its subject; that of IIS's Management Service is made by Windows, and keeps a name that the machine had before.
_NETBIOS = re.compile(r"CN=(?!WMSvc-)(?P<name>[A-Za-z0-9-]{1,15})", re.IGNORECASE)
_SERVER = re.compile(r"[A-Za-z0-9-]{1,15}(\.[A-Za-z0-9.-]*)?")


@frozen
class Gathered:
    """What exports say."""

    organisation: ExchangeOrganisation
    problems: tuple[Text, ...] = ()
    """What was left aside or contradicts itself, a sentence each."""


def organisation_of(documents: Sequence[tuple[str, bytes]]) -> Gathered:
    """Read every document, a name and its octets, and join them. Raises ExportError.

    Among exports there may be something else: a folder of support's has much. It is told, and left aside.
    """
    told: list[Text] = []
    exports: list[tuple[str, ExchangeWire]] = []
    aside: list[tuple[str, Text]] = []
    for name, data in documents:
        why = text("it holds nothing that Get-ExchangeCertificate or a cmdlet beside it shows")
        try:
            export = _export(name, data, told)
        except OtherXmlError as error:
            export, why = _nothing(), _no_clixml(str(error))
        exports.append((name, export))
        if export == _nothing():
            aside.append((name, why))
    if len(aside) == len(exports):
        raise _no_export(*aside[0])
    if aside:
        told.append(_left_aside([name for name, _ in aside]))
    exports += _name_servers(exports, told)
    whole, contradictions = joined(exports)
    organisation, problems = organisation_of_wire(whole)
    return _gathered(organisation, [*told, *contradictions, *problems])


def _left_aside(files: Sequence[str]) -> Text:
    named = [clean(one, 100) for one in files[:MOST_KINDS]]
    more = [text("{count} more", count=len(files) - len(named))] if len(files) > len(named) else []
    return text(
        "Left aside, as nothing in it comes from Get-ExchangeCertificate or a cmdlet beside it: {files}.",
        files=(*named, *more),
    )


def _gathered(organisation: ExchangeOrganisation, problems: list[Text]) -> Gathered:
    if len(problems) > MOST_TOLD:
        problems[MOST_TOLD:] = [text("And {count} such sentences more.", count=len(problems) - MOST_TOLD)]
    return Gathered(organisation, tuple(problems))


def _export(name: str, data: bytes, told: list[Text]) -> ExchangeWire:
    """One document, by what stands in it. Raises ExportError, and OtherXmlError for what nobody can have meant."""
    text_of_it = decode(data[:400])[0].lstrip()
    if text_of_it.startswith("{"):
        # PowerShell's `>` writes UTF-16.
        return decode_export(decode(data)[0].encode("utf-8", "replace"), name)
    if text_of_it.startswith("<"):
        try:
            objects = read_clixml(data)
        except OtherXmlError:
            raise
        except ClixmlError as error:
            raise _no_export(name, _no_clixml(str(error))) from None
        for shown in objects:
            if shown.word("schema") == SCHEMA:  # what the script writes where there is no ConvertTo-Json
                return convert_export(as_wire_has_it(_plain(shown)), name)
    elif len(data) > MOST_BYTES:
        raise _no_export(name, text("it has more than {most} MB", most=MOST_BYTES // 2**20))
    elif data.strip():
        objects = read_format_list(decode(data)[0])
    else:
        raise _no_export(name, text("it is empty"))
    return _of_objects(objects, name, told)


def _no_clixml(detail: str) -> Text:
    if detail.startswith(("no element found", "unclosed")):  # as expat says it
        return text("it ends in the middle; copy it again, whole")
    return text("it is no CLIXML ({detail})", detail=clean(detail, 120))


def _of_objects(objects: Sequence[Shown], name: str, told: list[Text]) -> ExchangeWire:
    if len(objects) > MOST_OBJECTS:
        raise _no_export(name, text("it holds more than {most} objects", most=MOST_OBJECTS))
    draft = Draft()
    for shown in objects:
        add(shown, draft)
    if draft.cut:
        told.append(
            text(
                "{file}: PowerShell has cut {properties} with “...”. Set $FormatEnumerationLimit = -1, and export "
                "again with | Format-List.",
                file=clean(name, 100),
                properties=tuple(clean(one, 60) for one in sorted(draft.cut)),
            )
        )
    if draft.silent:
        # CSS-Exchange, Import-ExchangeCertificateFromRawData.ps1: with signed serialization and a broken certificate
        # of OAuth, the shell gives RawData alone.
        told.append(
            text(
                "{file}: nothing says what {count} of the certificates serve. The shell leaves that out where the "
                "auth certificate has expired or is missing: look at Get-AuthConfig.",
                file=clean(name, 100),
                count=draft.silent,
            )
        )
    if draft.aside and draft.wire != _nothing():
        told.append(
            text(
                "{file}: left aside what is of no use here: {kinds}.",
                file=clean(name, 100),
                kinds=tuple(f"{count} {clean(kind, 60)}" for kind, count in list(draft.aside.items())[:MOST_KINDS]),
            )
        )
    return draft.wire


def _nothing() -> ExchangeWire:
    return ExchangeWire(schema=SCHEMA, servers=[])


def _no_export(name: str, why: Text) -> ExportError:
    return ExportError(
        text(
            "The export {name} cannot be read: {why}. Expected what the script of `mailtrust services collect` writes, "
            "an Export-Clixml, or pasted Format-List text.",
            name=clean(name, 200),
            why=why,
        )
    )


def _plain(value: Value) -> object:
    match value:
        case Shown():
            return {name: _plain(one) for name, one in value.properties.items()}
        case tuple():
            return [_plain(one) for one in value]
    return msgspec.to_builtins(value)


def _name_servers(exports: Sequence[tuple[str, ExchangeWire]], told: list[Text]) -> list[tuple[str, ExchangeWire]]:
    """Give a name to what says of no server: text that was pasted often does not.

    What turns out to be of a server that the same file names elsewhere is given by itself, to be joined.
    """
    parted: list[tuple[str, ExchangeWire]] = []
    named = [one for _, export in exports for one in export.servers if one.name]
    for file, export in exports:
        for server in [one for one in export.servers if not one.name]:
            called, fqdn = _own_name(server)
            server.name = called or _likely(server, named) or _called_after(file, server, named)
            server.fqdn = server.fqdn or fqdn
            if not server.name:
                export.servers.remove(server)
                told.append(
                    text(
                        "{file} does not say of which server it is, and is left aside: call the file after the server, "
                        "as in MAIL1.txt.",
                        file=clean(file, 100),
                    )
                )
                continue
            if any(one is not server and server_key(one.name) == server_key(server.name) for one in export.servers):
                export.servers.remove(server)
                parted.append((file, ExchangeWire(schema=SCHEMA, servers=[server])))
            told.append(
                text(
                    "{file} does not say of which server it is: it is taken for {server}. A file that is called after "
                    "the server says so.",
                    file=clean(file, 100),
                    server=clean(server.name, 100),
                )
            )
    return parted


def _likely(server: ServerWire, named: Sequence[ServerWire]) -> str:
    """The one server that has all its certificates, or the only one there is where it has none."""
    mine = set(map(print_of, server.certificates))
    alike = {server_key(one.name): one.name for one in named if mine <= set(map(print_of, one.certificates))}
    return next(iter(alike.values())) if len(alike) == 1 else ""


def _called_after(file: str, server: ServerWire, named: Sequence[ServerWire]) -> str:
    """Beside servers that have names: one of them, else one that can be called so and has certificates of its own."""
    base = file.replace("\\", "/").rpartition("/")[2]
    base = base.rpartition(".")[0] or base
    known = server_key(base) in {server_key(one.name) for one in named}
    possible = bool(server.certificates) and _SERVER.fullmatch(base) is not None
    return base if known or possible or not named else ""


def _own_name(server: ServerWire) -> tuple[str, str]:
    """The names in the certificate that Exchange's setup makes for a server: the NetBIOS name, and the full one."""
    subjects = set()
    for one in server.certificates:
        short = [name for name in one.domains if "." not in name]
        full = [name for name in one.domains if "." in name]
        ours = one.self_signed is not False and one.friendly_name in ("", "Microsoft Exchange")
        if ours and len(short) == len(full) == 1 and full[0].lower().startswith(f"{short[0].lower()}."):
            return short[0], full[0]
        if ours and not one.domains and (subject := _NETBIOS.fullmatch(one.subject)):
            subjects.add(subject["name"])
    return (subjects.pop(), "") if len(subjects) == 1 else ("", "")
