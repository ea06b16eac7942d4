"""The export as JSON: as the script writes it on Windows, as we write it, and as a half-broken server leaves it."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exchange.making import own, print_of

from mailtrust.core.formats.exchange.export_json import decode_export, encode_export
from mailtrust.core.formats.exchange.nouns import organisation_of_wire
from mailtrust.core.formats.exchange.organisation_of import organisation_of
from mailtrust.core.formats.exchange.written import wire_of
from mailtrust.core.model import exchange as nouns
from mailtrust.core.model.exchange import EXCHANGE_SERVICES, ExchangeOrganisation, NotRead
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.report.schemas import schemas

SCHEMA = jsonschema.Draft202012Validator(json.loads(schemas()["exchange-1.json"]))
FIRST, SECOND = "0C3DBE8AA7A9E0BA2C4D5E6F708192A3B4C5D6E7", "1D4ECF9BB8BAF1CB3D5E6F708192A3B4C5D6E7F8"

WINDOWS = """{
    "accepted_domains":  "example.com",
    "auth":  {
                 "next":  "",
                 "next_effective":  null,
                 "current":  "1D4ECF9BB8BAF1CB3D5E6F708192A3B4C5D6E7F8",
                 "previous":  ""
             },
    "hybrid":  {

               },
    "federation":  [

                   ],
    "schema":  "mailtrust/exchange/1",
    "exported":  "2026-06-01T12:00:00Z",
    "send_connectors":  [
                            {
                                "name":  "Outbound",
                                "tls_certificate_name":  "\\u003cI\\u003eCN=R11, O=Let\\u0027s Encrypt, C=US\\u003cS\\u003eCN=mail.example.com",
                                "source_servers":  {
                                                       "value":  [
                                                                     "MAIL1",
                                                                     "MAIL2"
                                                                 ],
                                                       "Count":  2
                                                   },
                                "require_tls":  null,
                                "enabled":  true
                            }
                        ],
    "servers":  [
                    {
                        "name":  "MAIL1",
                        "fqdn":  "MAIL1.example.com",
                        "version":  "15.02.1544.004",
                        "edge":  false,
                        "site":  "Default-First-Site-Name",
                        "internal_transport":  {

                                               },
                        "certificates":  [
                                             {
                                                 "thumbprint":  "0C3DBE8AA7A9E0BA2C4D5E6F708192A3B4C5D6E7",
                                                 "services":  "IMAP, POP, IIS, SMTP",
                                                 "status":  "Valid",
                                                 "subject":  "CN=mail.example.com",
                                                 "issuer":  "CN=R11, O=Let\\u0027s Encrypt, C=US",
                                                 "domains":  [
                                                                 "mail.example.com"
                                                             ],
                                                 "friendly_name":  "",
                                                 "not_before":  "2026-05-01T00:00:00Z",
                                                 "not_after":  "2026-07-30T00:00:00Z",
                                                 "has_private_key":  true,
                                                 "root_ca_type":  "ThirdParty",
                                                 "exportable":  null,
                                                 "raw":  null
                                             }
                                         ],
                        "receive_connectors":  [

                                               ],
                        "client_access":  {
                                              "service":  "IMAP",
                                              "certificate_name":  "mail.example.com",
                                              "connection_settings":  "mail.example.com:993:SSL",
                                              "running":  false
                                          },
                        "bindings":  [
                                         {
                                             "site":  "Exchange Back End",
                                             "port":  444,
                                             "address":  "*",
                                             "host":  "",
                                             "store":  "MY",
                                             "thumbprint":  "1d4ecf9bb8baf1cb3d5e6f708192a3b4c5d6e7f8"
                                         }
                                     ]
                    }
                ],
    "not_read":  [
                     {
                         "why":  "Access is denied.",
                         "part":  "Get-TransportService",
                         "server":  "MAIL1"
                     }
                 ]
}
"""  # noqa: E501 - as ConvertTo-Json indents it


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_as_windows_powershell_writes_it(encoding: str) -> None:
    gathered = organisation_of([("exchange.json", WINDOWS.replace("\n", "\r\n").encode(encoding))])
    organisation = gathered.organisation
    assert gathered.problems == ()
    (server,) = organisation.servers
    assert (server.name, server.version, server.internal_transport) == ("MAIL1", "15.2.1544.4", None)
    (certificate,) = server.certificates
    assert (certificate.thumbprint, certificate.services) == (FIRST, {"IMAP", "POP", "IIS", "SMTP"})
    assert (certificate.not_after, certificate.exportable) == (datetime(2026, 7, 30, tzinfo=UTC), None)
    assert server.receive_connectors == ()
    assert server.client_access[0].connection_settings == ("mail.example.com:993:SSL",)
    assert server.client_access[0].running is False
    assert server.bindings == (nouns.IisBinding("Exchange Back End", 444, SECOND, store="MY"),)
    assert server.directories is None
    assert organisation.hybrid is None
    assert organisation.auth == nouns.AuthConfig(SECOND)
    assert organisation.accepted_domains == ("example.com",)
    assert organisation.send_connectors is not None
    assert organisation.send_connectors[0].source_servers == ("MAIL1", "MAIL2")
    assert organisation.send_connectors[0].tls_certificate_name.startswith("<I>CN=R11, O=Let's Encrypt")
    assert organisation.not_read == (NotRead("MAIL1", "Get-TransportService", "Access is denied."),)


def export(**server: Any) -> dict[str, Any]:
    return {"schema": "mailtrust/exchange/1", "servers": [{"name": "MAIL1", **server}]}


def told(value: object) -> list[str]:
    return [str(one) for one in organisation_of([("x.json", json.dumps(value).encode())]).problems]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"schema": "mailtrust/case/1"}, "schema: expected one of mailtrust/exchange/1"),
        ({"servers": []}, "schema: expected one of mailtrust/exchange/1"),
        (export(certificates=[{}]), "servers[0].certificates[0].thumbprint"),
        (export(bindings=[{"site": "x", "port": 0}]), "servers[0].bindings[0].port: expected a number from 1 to 65535"),
        (export(edge="perhaps"), "servers[0].edge: expected true or false"),
        (export(colour="red"), "servers[0]: nobody knows the key “colour”"),
        (export(certificates=[{"thumbprint": FIRST, "raw": "?"}]), "servers[0].certificates[0].raw"),
        (export(certificates=[{"thumbprint": FIRST, "not_after": "31/12/2026"}]), "a moment such as"),
        ({"schema": "mailtrust/exchange/1", "servers": 7}, "servers[0]"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(value: object, says: str) -> None:
    with pytest.raises(UserProblem) as refused:
        organisation_of([("x.json", json.dumps(value).encode())])
    assert says in str(refused.value)
    assert str(refused.value).startswith("The export x.json cannot be read: ")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (WINDOWS.encode()[:900], "it ends in the middle; copy it again, whole"),
        (b"{]", "it is no JSON"),
        (b'{"a":' * 100_000, "it"),
        (b"{" + b'"a":[' * 5000 + b"]" * 5000 + b"}", "it is no JSON"),
    ],
)
def test_what_is_broken_is_told(data: bytes, says: str) -> None:
    with pytest.raises(UserProblem) as refused:
        organisation_of([("x.json", data)])
    assert says in str(refused.value)


def test_words_that_nobody_knows_cost_themselves_alone() -> None:
    certificate = {
        "thumbprint": FIRST, "services": ["SMTP, Fax", "IIS"], "status": "Fine", "root_ca_type": "Moon",
    }  # fmt: skip
    value = export(
        certificates=[certificate, {"thumbprint": "12"}],
        version="the newest",
        um=[{"service": "UM", "startup_mode": "Fast"}],
        directories=[{"name": "EWS", "extended_protection": "Maybe"}],
        internal_transport="none",
    )
    gathered = organisation_of([("x.json", json.dumps(value).encode())])
    (server,) = gathered.organisation.servers
    (kept,) = server.certificates
    assert (kept.services, kept.status, kept.root_ca_type) == ({"SMTP", "IIS"}, "", "")
    assert (server.version, server.um[0].startup_mode, server.internal_transport) == ("", "", "")
    sentences = [str(one) for one in gathered.problems]
    for says in ("Fax", "“Fine”", "“Moon”", "“12” is no thumbprint", "the newest", "“Fast”", "“Maybe”", "“none”"):
        assert sum(says in one for one in sentences) == 1, says
    assert len(sentences) == 8


def test_octets_that_are_not_the_certificate_that_is_named() -> None:
    import base64

    certificate = own("mail.example.com")
    raw = base64.b64encode(certificate.der).decode()
    value = export(certificates=[{"thumbprint": FIRST, "raw": raw}, {"thumbprint": SECOND, "raw": "AAAA"}])
    gathered = organisation_of([("x.json", json.dumps(value).encode())])
    first, second = gathered.organisation.servers[0].certificates
    assert (first.thumbprint, first.certificate) == (print_of(certificate), certificate)
    assert (first.subject, first.domains) == ("CN=mail.example.com", ("mail.example.com",))
    assert (second.thumbprint, second.certificate) == (SECOND, None)
    assert sorted("taken as that" in str(one) for one in gathered.problems) == [False, True]


def test_the_same_twice_in_one_file_is_told() -> None:
    one = {"thumbprint": FIRST, "services": ["SMTP"]}
    value = export(certificates=[one, {**one, "thumbprint": FIRST.lower()}])
    value["servers"].append({"name": "mail1", "fqdn": "mail1.example.com"})
    sentences = told(value)
    assert sum("stands there twice" in sentence for sentence in sentences) == 2
    gathered = organisation_of([("x.json", json.dumps(value).encode())])
    (server,) = gathered.organisation.servers
    assert (server.fqdn, len(server.certificates)) == ("mail1.example.com", 1)
    contradiction = export(certificates=[one, {"thumbprint": FIRST, "services": ["IIS"]}])
    assert any("services is told twice, as SMTP and as IIS" in sentence for sentence in told(contradiction))


# What can be written is read again.

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).map(str.strip).filter(bool)
LOWER = st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True)
MAYBE = st.none() | st.booleans()
PRINTS = st.from_regex(r"[0-9A-F]{40}", fullmatch=True)
MOMENTS = st.none() | st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))
TEXTS = st.lists(LOWER, max_size=3, unique=True).map(tuple)


def words(of: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(of.__args__)


def several(of: st.SearchStrategy[Any], by: Any) -> st.SearchStrategy[Any]:
    return st.lists(of, max_size=3, unique_by=by).map(tuple)


def by_name(one: Any) -> str:
    return str(one.name).lower()


CERTIFICATES = st.builds(
    nouns.ExchangeCertificate,
    thumbprint=PRINTS,
    services=st.none() | st.frozensets(st.sampled_from(EXCHANGE_SERVICES)),
    status=words(nouns.CertificateStatus),
    subject=TEXT,
    issuer=TEXT,
    domains=TEXTS,
    friendly_name=TEXT,
    not_before=MOMENTS,
    not_after=MOMENTS,
    has_private_key=MAYBE,
    self_signed=MAYBE,
    root_ca_type=words(nouns.RootCaType),
    exportable=MAYBE,
    certificate=st.none(),
)
RECEIVE_CONNECTORS = st.builds(
    nouns.ReceiveConnector,
    name=TEXT,
    server=st.just(""),
    fqdn=LOWER,
    auth_mechanisms=st.none() | st.frozensets(LOWER, max_size=3),
    tls_certificate_name=TEXT,
    bindings=TEXTS,
    role=LOWER,
    enabled=st.booleans(),
    suppresses_anonymous_tls=MAYBE,
)


def own_connectors(server: nouns.ExchangeServer) -> nouns.ExchangeServer:
    mine = tuple(replace(one, server=server.name) for one in server.receive_connectors)
    return replace(server, receive_connectors=mine)


SERVERS = st.builds(
    nouns.ExchangeServer,
    name=LOWER,
    fqdn=st.just(""),
    version=st.sampled_from(["", "15.2.1544.4"]),
    certificates=several(CERTIFICATES, lambda one: one.thumbprint),
    edge=st.booleans(),
    site=TEXT,
    receive_connectors=several(RECEIVE_CONNECTORS, by_name),
    client_access=several(
        st.builds(
            nouns.ClientAccessSettings,
            service=st.sampled_from(["IMAP", "POP"]),
            certificate_name=TEXT,
            connection_settings=TEXTS,
            running=MAYBE,
        ),
        lambda one: one.service,
    ),
    um=several(
        st.builds(
            nouns.UmSettings, service=st.sampled_from(["UM", "UMCallRouter"]), startup_mode=words(nouns.StartupMode)
        ),
        lambda one: one.service,
    ),
    bindings=st.none()
    | several(
        st.builds(
            nouns.IisBinding,
            site=TEXT,
            port=st.integers(1, 65535),
            thumbprint=PRINTS | st.just(""),
            host=LOWER,
            store=st.sampled_from(["", "My", "WebHosting"]),
        ),
        lambda one: one.port,
    ),
    directories=st.none()
    | several(
        st.builds(
            nouns.VirtualDirectory,
            name=LOWER,
            site=st.sampled_from(["front", "back"]),
            urls=TEXTS,
            extended_protection=words(nouns.TokenChecking),
            ssl_offloading=MAYBE,
        ),
        by_name,
    ),
    internal_transport=st.none() | PRINTS | st.just(""),
).map(own_connectors)
SEND_CONNECTORS = st.builds(
    nouns.SendConnector,
    name=TEXT,
    fqdn=LOWER,
    source_servers=TEXTS,
    tls_certificate_name=TEXT,
    address_spaces=TEXTS,
    smart_hosts=TEXTS,
    tls_auth_level=LOWER,
    tls_domain=LOWER,
    require_tls=MAYBE,
    ignore_starttls=MAYBE,
    cloud_services_mail=MAYBE,
    smart_host_auth=LOWER,
    enabled=st.booleans(),
)
ORGANISATIONS = st.builds(
    ExchangeOrganisation,
    servers=several(SERVERS, by_name),
    exported=MOMENTS,
    send_connectors=st.none() | several(SEND_CONNECTORS, by_name),
    auth=st.none() | st.builds(nouns.AuthConfig, PRINTS, PRINTS | st.just(""), PRINTS | st.just(""), MOMENTS),
    edge_subscriptions=st.none() | several(st.builds(nouns.EdgeSubscription, LOWER, TEXT, MOMENTS), by_name),
    hybrid=st.none() | st.builds(nouns.Hybrid, TEXT, TEXTS, TEXTS, TEXTS, LOWER, TEXTS),
    federation=st.lists(PRINTS, max_size=2, unique=True).map(tuple),
    accepted_domains=TEXTS,
    not_read=several(st.builds(NotRead, LOWER, LOWER, LOWER), lambda one: one.part),
)


@settings(max_examples=60)
@given(ORGANISATIONS)
def test_what_is_written_is_read_again(organisation: ExchangeOrganisation) -> None:
    written = encode_export(wire_of(organisation))
    SCHEMA.validate(json.loads(written))
    assert organisation_of_wire(decode_export(written, "x")) == (organisation, ())
    if organisation != ExchangeOrganisation(()):
        gathered = organisation_of([("x.json", written)])
        assert (gathered.organisation, gathered.problems) == (organisation, ())
        assert encode_export(wire_of(gathered.organisation)) == written


def test_what_names_nothing_is_not_lost() -> None:
    organisation = ExchangeOrganisation((), auth=nouns.AuthConfig(""), hybrid=nouns.Hybrid())
    assert organisation_of([("x", encode_export(wire_of(organisation)))]).organisation == organisation


def test_a_moment_outside_of_the_calendar_is_no_moment() -> None:
    value = export(certificates=[{"thumbprint": FIRST, "not_before": "0001-01-01T00:00:00+23:59"}])
    (server,) = organisation_of([("x", json.dumps(value).encode())]).organisation.servers
    assert server.certificates[0].not_before is None


def test_a_certificate_comes_back_with_its_octets() -> None:
    certificate = own("mail.example.com")
    held = nouns.ExchangeCertificate(
        print_of(certificate), None, "", "CN=mail.example.com", "CN=mail.example.com", ("mail.example.com",),
        not_before=certificate.not_before, not_after=certificate.not_after, certificate=certificate,
    )  # fmt: skip
    organisation = ExchangeOrganisation((nouns.ExchangeServer("MAIL1", "", "", (held,)),))
    assert organisation_of([("x", encode_export(wire_of(organisation)))]).organisation == organisation


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner)
    )
)
def test_any_json_is_read_or_refused(value: Any) -> None:
    data = msgspec.json.encode({"schema": "mailtrust/exchange/1", "servers": value})
    with suppress(UserProblem):
        assert organisation_of([("x.json", data)]).organisation.servers is not None
