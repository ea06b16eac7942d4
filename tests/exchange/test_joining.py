"""Several exports of one organisation: joined by server, filled up, and honest where they contradict each other."""

import json
from typing import Any
from xml.sax.saxutils import escape

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exchange.making import certificate_xml, clixml, own, print_of, serialized
from tests.exchange.test_export_json import ORGANISATIONS, WINDOWS

from mailtrust.core.formats.exchange.export_json import as_wire_has_it, encode_export
from mailtrust.core.formats.exchange.organisation_of import Gathered, organisation_of
from mailtrust.core.formats.exchange.written import wire_of
from mailtrust.core.model.exchange import ExchangeOrganisation, IisBinding, NotRead

FIRST, SECOND = "0C3DBE8AA7A9E0BA2C4D5E6F708192A3B4C5D6E7", "1D4ECF9BB8BAF1CB3D5E6F708192A3B4C5D6E7F8"


def export(exported: str | None, *servers: dict[str, Any], **rest: Any) -> bytes:
    return json.dumps({"schema": "mailtrust/exchange/1", "exported": exported, "servers": servers, **rest}).encode()


def joined(*documents: bytes) -> Gathered:
    return organisation_of([(f"{number}.json", data) for number, data in enumerate(documents, 1)])


def test_one_run_on_each_server_makes_one_organisation() -> None:
    """IIS is read on the machine itself: what was refused to one run is told by the other."""
    refused = [{"server": one, "part": "Get-WebBinding", "why": "ask there"} for one in ("MAIL1", "MAIL2")]
    directory = {"name": "EWS", "extended_protection": "None"}
    known = {"name": "EWS", "extended_protection": "Require", "urls": ["https://mail.example.com/EWS"]}
    bound = [{"site": "Default Web Site", "port": 443, "thumbprint": FIRST}]
    first = export(
        "2026-06-01T12:00:00Z",
        {"name": "MAIL1", "bindings": bound, "directories": [known]},
        {"name": "MAIL2", "directories": [directory]},
        not_read=refused[1:],
    )
    second = export(
        "2026-06-01T11:00:00Z",
        {"name": "mail1", "fqdn": "mail1.example.com", "directories": [directory]},
        {"name": "MAIL2", "bindings": [], "directories": [known]},
        not_read=[*refused[:1], {"part": "Get-AuthConfig", "why": "denied"}],
        accepted_domains=["example.com"],
    )
    for gathered in (joined(first, second), joined(second, first)):
        organisation = gathered.organisation
        mail1, mail2 = organisation.servers
        assert (mail1.name, mail1.fqdn) == ("MAIL1", "mail1.example.com")
        assert mail1.bindings == (IisBinding("Default Web Site", 443, FIRST),)
        assert mail1.directories is not None
        # Who read IIS knows better than the directory, whichever file is newer.
        assert [one.extended_protection for one in mail1.directories] == ["Require"]
        assert mail2.bindings == ()
        assert organisation.not_read == (
            NotRead("MAIL2", "Get-WebBinding", "ask there"),
            NotRead("", "Get-AuthConfig", "denied"),
        )
        assert organisation.accepted_domains == ("example.com",)
        assert str(organisation.exported) == "2026-06-01 12:00:00+00:00"


def test_half_an_answer_stays_half_until_another_export_has_it_whole() -> None:
    """A cmdlet can fail in the middle: what it had said by then stands beside the note."""
    named = [{"name": "Default MAIL1", "tls_certificate_name": ""}]
    note = {"server": "MAIL1", "part": "Get-ReceiveConnector", "why": "lost"}
    out = {"part": "Get-SendConnector", "why": "lost"}
    half = export(
        None, {"name": "MAIL1", "receive_connectors": named}, send_connectors=[{"name": "Out"}], not_read=[note, out]
    )
    noted = (NotRead("MAIL1", "Get-ReceiveConnector", "lost"), NotRead("", "Get-SendConnector", "lost"))
    assert joined(half).organisation.not_read == joined(half, half).organisation.not_read == noted
    whole = export(None, {"name": "mail1", "receive_connectors": named})
    assert joined(half, whole).organisation.not_read == joined(whole, half).organisation.not_read == noted[1:]
    assert joined(half, export(None, send_connectors=[{"name": "Out"}])).organisation.not_read == noted[:1]


def test_the_newest_is_believed_and_the_contradiction_told() -> None:
    old = export(
        "2026-01-01T00:00:00Z", {"name": "MAIL1", "certificates": [{"thumbprint": FIRST, "services": ["SMTP"]}]}
    )
    new = export(
        "2026-06-01T00:00:00Z", {"name": "MAIL1", "certificates": [{"thumbprint": FIRST, "services": ["IIS"]}]}
    )
    gathered = joined(old, new)
    (certificate,) = gathered.organisation.servers[0].certificates
    assert certificate.services == {"IIS"}
    (told,) = map(str, gathered.problems)
    assert told == f"MAIL1 {FIRST}: services is told twice, as IIS and as SMTP; the first is believed."


def test_what_means_the_same_is_no_contradiction() -> None:
    one = {"thumbprint": FIRST, "services": ["IMAP", "POP"], "domains": ["a.test"]}
    same = {"thumbprint": FIRST.lower(), "services": ["POP, IMAP"], "domains": ["b.test"]}
    gathered = joined(
        export(None, {"name": "VERYLONGSERVERN", "version": "Version 15.2 (Build 1544.4)", "certificates": [one]}),
        export(None, {"name": "verylongservername", "version": "15.02.1544.011", "certificates": [same]}),
    )
    (server,) = gathered.organisation.servers
    assert (server.name, server.version, gathered.problems) == ("VERYLONGSERVERN", "15.2.1544.11", ())
    assert server.certificates[0].domains == ("a.test", "b.test")


def test_text_and_clixml_fill_each_other_up() -> None:
    certificate = own("mail.example.com")
    pasted = f"FriendlyName : ours\nThumbprint   : {print_of(certificate)}\nServices     : IMAP, POP, IIS, SMTP\n"
    data = clixml(certificate_xml(certificate, serialized=serialized(certificate, friendly_name="")))
    gathered = organisation_of([("pasted.txt", pasted.encode()), ("export.xml", data)])
    (server,) = gathered.organisation.servers
    (one,) = server.certificates
    assert (server.name, one.friendly_name, one.certificate) == ("mail1", "ours", certificate)
    (told,) = map(str, gathered.problems)
    assert told.startswith("pasted.txt does not say of which server it is: it is taken for mail1.")


def test_whose_a_text_is_the_certificate_of_setup_tells() -> None:
    setup = f"Thumbprint : {SECOND}\nCertificateDomains : {{EX7, EX7.corp.test}}\nFriendlyName : Microsoft Exchange\n"
    gathered = organisation_of([("a.txt", f"Thumbprint : {FIRST}\n\n{setup}".encode()), ("b.txt", setup.encode())])
    (server,) = gathered.organisation.servers
    assert (server.name, server.fqdn, len(server.certificates)) == ("EX7", "EX7.corp.test", 2)


def test_two_cmdlets_pasted_into_one_file_are_of_one_server() -> None:
    setup = f"Thumbprint : {FIRST}\nCertificateDomains : {{EX7, EX7.corp.test}}\nFriendlyName : Microsoft Exchange\n"
    asked = (
        "Name : EX7\nFqdn : EX7.corp.test\nAdminDisplayVersion : Version 15.2 (Build 1544.4)\nIsEdgeServer : False\n\n"
    )
    gathered = organisation_of([("a.txt", (asked + setup).encode())])
    (server,) = gathered.organisation.servers
    assert (server.name, server.version, len(server.certificates)) == ("EX7", "15.2.1544.4", 1)
    assert [str(one).partition(":")[0] for one in gathered.problems] == ["a.txt does not say of which server it is"]


def test_texts_of_two_servers_stay_apart() -> None:
    one, two = (f"Thumbprint : {of}\nServices : SMTP\n".encode() for of in (FIRST, SECOND))
    gathered = organisation_of([("C:\\exports\\MAIL1.txt", one), ("./exports/MAIL2.txt", two)])
    assert [server.name for server in gathered.organisation.servers] == ["MAIL1", "MAIL2"]


def test_sites_of_nobody_knows_which_server_make_no_server_of_their_own() -> None:
    """Two servers are known, and their bindings lie in a file that is called after the cmdlet."""
    settings = "ProtocolName : IMAP4\nServer : MAIL{}\nX509CertificateName : a.test\n\n"
    two = (settings.format(1) + settings.format(2)).encode()
    site = (
        f"protocol : https\nbindingInformation : *:444:\ncertificateHash : {FIRST}\n"
        "ItemXPath : /system.applicationHost/sites/site[@name='Exchange Back End' and @id='2']\n"
    )
    whose = {"GetWebBinding.txt": None, "MAIL2.txt": "MAIL2", "mail1.corp.test.txt": "MAIL1"}
    for file, server in whose.items():
        gathered = organisation_of([("imap.txt", two), (file, site.encode())])
        assert [one.name for one in gathered.organisation.servers] == ["MAIL1", "MAIL2"]
        assert [one.name for one in gathered.organisation.servers if one.bindings] == ([server] if server else [])
        assert ("and is left aside: call the file after the server" in str(gathered.problems[-1])) == (server is None)


def test_a_document_that_is_of_no_use_costs_nothing_beside_others() -> None:
    other = clixml('<Obj RefId="0"><TN RefId="0"><T>A.Mailbox</T></TN><Props><S N="Alias">x</S></Props></Obj>')
    gathered = organisation_of([("other.xml", other), ("exchange.json", WINDOWS.encode())])
    assert len(gathered.organisation.servers) == 1
    assert [str(one) for one in gathered.problems] == [
        "Left aside, as nothing in it comes from Get-ExchangeCertificate or a cmdlet beside it: other.xml."
    ]


def hashtable(value: Any, place: str = "") -> str:
    """What Export-Clixml of PowerShell 2.0 makes of the script's tables."""
    match value:
        case dict():
            entries = (f'<En><S N="Key">{name}</S>{hashtable(one, "Value")}</En>' for name, one in value.items())
            inside = f"<DCT>{''.join(entries)}</DCT>"
        case list():
            inside = f"<LST>{''.join(map(hashtable, value))}</LST>"
        case None:
            return f'<Nil N="{place}" />'
        case bool():
            return f'<B N="{place}">{str(value).lower()}</B>'
        case int():
            return f'<I32 N="{place}">{value}</I32>'
        case _:
            return f'<S N="{place}">{escape(str(value)).replace("_x", "_x005F_x")}</S>'
    return f'<Obj N="{place}" RefId="0">{inside}</Obj>'


def test_the_script_of_exchange_2010_writes_the_same_as_clixml() -> None:
    told = as_wire_has_it(json.loads(WINDOWS))  # CLIXML keeps lists as they are
    assert organisation_of([("x", clixml(hashtable(told)))]) == organisation_of([("x", WINDOWS.encode())])


@settings(max_examples=30)
@given(ORGANISATIONS, st.integers(2, 3))
def test_an_export_joined_with_itself_is_itself(organisation: ExchangeOrganisation, times: int) -> None:
    if organisation == ExchangeOrganisation(()):
        return
    once = joined(encode_export(wire_of(organisation)))
    assert joined(*[encode_export(wire_of(organisation))] * times) == once


def test_two_organisations_are_told_apart_by_their_certificates_of_oauth() -> None:
    one, other = (
        json.dumps(
            {"schema": "mailtrust/exchange/1", "servers": [{"name": name}], "auth": {"current": current}}
        ).encode()
        for name, current in (("MAIL1", FIRST), ("POST1", SECOND))
    )
    told, advice = map(str, joined(one, other).problems)
    assert (
        told
        == f"Exchange: CurrentCertificateThumbprint is told twice, as {FIRST} and as {SECOND}; the first is believed."
    )
    assert "two organisations" in advice


def test_what_stands_twice_at_the_machine_itself_is_joined_too() -> None:
    modes = [{"service": "UM", "startup_mode": mode} for mode in ("Dual", "TCP")]
    bound = [{"site": "Default Web Site", "port": 443, "thumbprint": FIRST}]
    gathered = joined(export(None, {"name": "MAIL1"}), export(None, {"name": "MAIL1", "bindings": bound, "um": modes}))
    (server,) = gathered.organisation.servers
    assert [one.startup_mode for one in server.um] == ["Dual"]
    assert [str(one) for one in gathered.problems] == [
        "MAIL1 UM: startup_mode is told twice, as Dual and as TCP; the first is believed."
    ]


def test_hundreds_of_contradictions_are_counted() -> None:
    prints = [f"{number:040X}" for number in range(150)]
    documents = [
        export(None, {"name": "M", "certificates": [{"thumbprint": one, "subject": subject} for one in prints]})
        for subject in ("a", "b")
    ]
    told = [str(one) for one in joined(*documents).problems]
    assert (len(told), told[-1]) == (101, "And 50 such sentences more.")


def test_what_one_certificate_is_said_to_hold_is_united_once_however_often_it_stands_there() -> None:
    domains = (", ".join(f"{one}-{name}.test" for name in range(100)) for one in range(1000))
    shown = (f"Thumbprint : {FIRST}\nCertificateDomains : {{a.test, {names}}}\n" for names in domains)
    (server,) = joined("\n".join(shown).encode()).organisation.servers
    (certificate,) = server.certificates
    assert len(certificate.domains) == 100_001
    assert certificate.domains[:2] == ("a.test", "0-0.test")
