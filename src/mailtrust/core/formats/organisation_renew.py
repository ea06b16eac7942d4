"""The [[renew]] tables of `mailtrust.toml`."""

from collections.abc import Iterator, Sequence

from mailtrust.core.formats.certificate_names import read_names
from mailtrust.core.formats.listening import parse_dns_server, parse_listening
from mailtrust.core.formats.organisation_wire import RenewWire
from mailtrust.core.formats.threshold import parse_threshold
from mailtrust.core.formats.toml_tables import Table
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.key_name import KEYS, KeyName
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.renewing import USUAL_DAYS, Renewed
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text

WAYS = ("http", "webroot", "hook")
OF_ACME, OF_CA = (*WAYS, "account", "profile"), ("days", "password_file")


def read_renewed(file: Table, servers: Sequence[Server]) -> tuple[Renewed, ...]:
    """Every certificate that is renewed; mistakes go to the file's reader."""
    found: dict[str, Renewed] = {}
    for table in file.tables("renew", RenewWire):
        one = _one(table, tuple(server.name for server in servers))
        if one.name in found:
            table.refuse(
                "name",
                text(
                    "Expected another name for each certificate, got “{name}” again, which stands in line {line} "
                    "already.",
                    name=clean(one.name, 60),
                    line=found[one.name].line,
                ),
            )
        elif one.name:
            found[one.name] = one
    return tuple(found.values())


def _one(table: Table, servers: tuple[str, ...]) -> Renewed:
    kind = table.among((*table.key, "key"), table.text("key"), text("the kind of a key"), KEYS)
    key: KeyName = next((one for one in KEYS if one == kind), "rsa-2048")
    one = Renewed(
        name=table.read("name", _folder_name, ""),
        names=tuple(dict.fromkeys(name for several in _all_names(table) for name in several)),
        by=table.text("by"),
        servers=tuple(_server(table, place, given, servers) for place, given in table.texts("servers")),
        http=table.text("http"),
        webroot=table.text("webroot"),
        hook=table.text("hook"),
        dns_update=table.text("dns_update"),
        tsig_file=table.text("tsig_file"),
        account=table.text("account"),
        profile=table.text("profile"),
        key=key,
        keep_key=table.flag("keep_key"),
        at=table.read("at", parse_threshold, None),
        days=table.number("days", 1, 825, USUAL_DAYS),
        password_file=table.text("password_file"),
        line=table.line,
    )
    table.read("http", lambda given: parse_listening(given, "http"), None)
    table.read("dns_update", lambda given: parse_dns_server(given, "dns_update"), None)
    _expect_fitting(table, one)
    return one


def _expect_fitting(table: Table, one: Renewed) -> None:
    """What does not go together, or lacks."""
    if one.tsig_file and not one.dns_update:
        table.refuse("tsig_file", text("It is the key of dns_update: say dns_update too."))
    if not one.by:
        return
    for name in OF_CA if one.is_acme else OF_ACME:
        if table.has(name):
            whose = text("a private CA") if one.is_acme else text("an ACME server")
            table.refuse(name, text("It belongs to {whose}, and by is “{by}”.", whose=whose, by=clean(one.by, 100)))
    if one.is_acme and sum(map(table.has, WAYS)) > 1:
        table.refuse("by", text("Expected one way to prove control, got several of {ways}.", ways=WAYS))
    if one.is_acme and not any(map(table.has, (*WAYS, "dns_update"))):
        table.refuse("by", text("Say how control over the names is proven: {ways}.", ways=(*WAYS, "dns_update")))


def _server(table: Table, place: tuple[str | int, ...], given: str, servers: tuple[str, ...]) -> str:
    def known(name: str) -> str:
        if name not in servers:
            raise UserProblem(
                text("Expected the name of a [[server]], got “{given}”. There are: {known}.",
                     given=clean(name, 60), known=servers or "-")
            )  # fmt: skip
        return name

    return table.parsed(place, given, known, "")


def _all_names(table: Table) -> Iterator[tuple[str, ...]]:
    nothing: tuple[str, ...] = ()
    for place, given in table.texts("names"):
        yield table.parsed(place, given, _names, nothing)


def _names(given: str) -> tuple[str, ...]:
    read = read_names((given,))
    return (*read.dns_names, *read.ip_addresses)


def _folder_name(given: str) -> str:
    """What it is called is what its folder is called."""
    if len(given) > 60 or given.startswith(".") or any(not (one.isalnum() or one in "-_.") for one in given):
        raise UserProblem(
            text("Expected letters, digits, - _ and . (60 at most), got “{given}”.", given=clean(given, 80))
        )
    return given
