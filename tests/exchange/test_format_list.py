"""Pasted text: Format-List with its wrapped lines and cut lists, tables, transcripts of a shell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.exchange.format_list import read_format_list
from mailtrust.core.formats.exchange.organisation_of import organisation_of
from mailtrust.core.model.problem import UserProblem

FIRST, SECOND = "0C3DBE8AA7A9E0BA2C4D5E6F708192A3B4C5D6E7", "1D4ECF9BB8BAF1CB3D5E6F708192A3B4C5D6E7F8"

LISTED = f"""
[PS] C:\\Windows\\system32>Get-ExchangeCertificate -Server MAIL1 | Format-List *


FriendlyName       : mail
Subject            : CN=mail.example.com, O=Example Post and Telegraph
                     Office, C=DE
CertificateDomains : {{mail.example.com, autodiscover.example.com,
                     imap.example.com}}
Thumbprint         : {FIRST}
Services           : IMAP, POP, IIS, SMTP

FriendlyName       : Microsoft Exchange
Subject            : CN=MAIL1
CertificateDomains : {{MAIL1, MAIL1.example.com}}
Thumbprint         : {SECOND}
Services           : SMTP



[PS] C:\\Windows\\system32>
"""

TABLE = f"""
Thumbprint                                Services   Subject
----------                                --------   -------
{FIRST}  IP.WS..    CN=mail.example.com, O=Example Post and Tele...
{SECOND}  ....S..    CN=MAIL1

"""

CONNECTORS = """
RunspaceId                              : 4f1d6ed3-81ee-4120-9d38-b803867135e5
AuthMechanism                           : Tls, BasicAuth, BasicAuthRequireTLS
Bindings                                : {[::]:587, 0.0.0.0:587}
Fqdn                                    : mail.example.com
TlsCertificateName                      : <I>CN=R11, O=Let's Encrypt, C=US<S>CN=mail.example.com
TransportRole                           : FrontendTransport
Enabled                                 : True
SuppressXAnonymousTls                   : False
Server                                  : MAIL1
Name                                    : Client Frontend MAIL1
Identity                                : MAIL1\\Client Frontend MAIL1

AddressSpaces                : {SMTP:*;1}
CloudServicesMailEnabled     : True
Fqdn                         :
Name                         : Outbound to Office 365
RequireTLS                   : True
SmartHosts                   : {}
SourceTransportServers       : {MAIL1, MAIL2}
TlsAuthLevel                 : DomainValidation
TlsCertificateName           : <I>CN=R11, O=Let's Encrypt, C=US<S>CN=mail.example.com
TlsDomain                    : mail.protection.outlook.com
"""

SETTINGS = """
ProtocolName                : IMAP4
SSLBindings                 : {[::]:993, 0.0.0.0:993}
InternalConnectionSettings  : {mail.example.com:993:SSL, mail.example.com:143:TLS}
ExternalConnectionSettings  : {}
X509CertificateName         : mail.example.com
Server                      : MAIL1

UnencryptedOrTLSBindings    : {[::]:110, 0.0.0.0:110}
X509CertificateName         : pop.example.com
Server                      : MAIL1

UMStartupMode : Dual
Name          : MAIL1

Identity      : MAIL1\\UMCallRouterSettings
UMStartupMode : TCP

Name                                  : MAIL1
InternalTransportCertificateThumbprint : 1D4ECF9BB8BAF1CB3D5E6F708192A3B4C5D6E7F8

CurrentCertificateThumbprint  : 0C3DBE8AA7A9E0BA2C4D5E6F708192A3B4C5D6E7
PreviousCertificateThumbprint :
NextCertificateThumbprint     :
NextCertificateEffectiveDate  : 31/12/2026 23:59:59

Name                : MAIL1
Edition             : Standard
Fqdn                : MAIL1.example.com
AdminDisplayVersion : Version 15.2 (Build 1544.4)

Name                : EDGE1
AdminDisplayVersion : Version 15.2 (Build 1544.4)
ServerRole          : Edge

Name                           : owa (Default Web Site)
ExtendedProtectionTokenChecking : Require
InternalUrl                    : https://mail.example.com/owa
ExternalUrl                    :
Server                         : MAIL1

Name                           : EWS (Exchange Back End)
ExtendedProtectionTokenChecking : Require
Server                         : MAIL1

Name                            : Rpc (Default Web Site)
InternalHostname                : mail.example.com
SSLOffloading                   : False
ExtendedProtectionTokenChecking : Allow
Server                          : MAIL1

Name                           : MAIL1
AutoDiscoverServiceInternalUri : https://autodiscover.example.com/Autodiscover/Autodiscover.xml

SendingTransportServers   : {MAIL1}
ReceivingTransportServers : {MAIL1}
OnPremisesSmartHost       : mail.example.com
TlsCertificateName        : <I>CN=R11<S>CN=mail.example.com

OrgPrivCertificate     : 0C3DBE8AA7A9E0BA2C4D5E6F708192A3B4C5D6E7
OrgNextPrivCertificate :

Name       : example.com
DomainName : example.com
DomainType : Authoritative

protocol           : https
bindingInformation : *:444:
certificateHash    : 1D4ECF9BB8BAF1CB3D5E6F708192A3B4C5D6E7F8
ItemXPath          : /system.applicationHost/sites/site[@name='Exchange Back End' and @id='2']
PSComputerName     : MAIL1
"""


def test_a_list_as_it_is_pasted_from_the_shell() -> None:
    gathered = organisation_of([("pasted.txt", LISTED.encode())])
    (server,) = gathered.organisation.servers
    assert (server.name, gathered.problems) == ("MAIL1", ())
    first, second = server.certificates
    assert first.thumbprint == FIRST
    assert first.friendly_name == "mail"
    assert first.subject == "CN=mail.example.com, O=Example Post and Telegraph Office, C=DE"
    assert first.domains == ("mail.example.com", "autodiscover.example.com", "imap.example.com")
    assert first.services == {"IMAP", "POP", "IIS", "SMTP"}
    assert (first.not_after, first.certificate, first.has_private_key) == (None, None, None)
    assert (second.domains, second.services) == (("MAIL1", "MAIL1.example.com"), {"SMTP"})


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_as_a_file_of_any_encoding(encoding: str) -> None:
    lines = LISTED.replace("Office", "Büro").replace("\n", "\r\n")
    (server,) = organisation_of([("x", lines.encode(encoding))]).organisation.servers
    assert server.certificates[0].subject.endswith("Telegraph Büro, C=DE")


def test_a_table_has_letters_and_cuts_what_is_long() -> None:
    gathered = organisation_of([("folder/MAIL7.txt", TABLE.encode())])
    (server,) = gathered.organisation.servers
    first, second = server.certificates
    assert (first.thumbprint, first.services, first.subject) == (FIRST, {"IMAP", "POP", "IIS", "SMTP"}, "")
    assert (second.services, second.subject) == ({"SMTP"}, "CN=MAIL1")
    cut, whose = map(str, gathered.problems)
    assert "PowerShell has cut Subject" in cut
    assert "is taken for MAIL1." in whose  # as the subject of setup's certificate says


def test_a_table_of_servers_has_their_names_and_tells_what_it_cuts() -> None:
    pasted = """
Name                Site                 ServerRole  Edition     AdminDisplayVersion
----                ----                 ----------  -------     -------------------
MAIL1               example.com/Confi... Mailbox     Standard    Version 15.2 (Bu...
EDGE1                                    Edge        Standard    Version 15.2 (Bu...
"""
    gathered = organisation_of([("x.txt", pasted.encode())])
    assert [(one.name, one.edge, one.version) for one in gathered.organisation.servers] == [
        ("MAIL1", False, ""),
        ("EDGE1", True, ""),
    ]
    (told,) = map(str, gathered.problems)
    assert "PowerShell has cut AdminDisplayVersion, Site" in told


def test_what_stands_below_a_table_is_no_row_of_it() -> None:
    indented = "\n".join(f"  {line}" for line in TABLE.strip().split("\n"))
    gathered = organisation_of([("MAIL1.txt", f"{indented}\n#>\n".encode())])
    assert len(gathered.organisation.servers[0].certificates) == 2
    assert not any("left out" in str(one) for one in gathered.problems)


def test_a_certificate_without_its_thumbprint_is_told() -> None:
    shown = "CertificateDomains : {MAIL1}\nHasPrivateKey : True\nServices : SMTP\nSubject : CN=MAIL1\n"
    pasted = f"[PS] C:\\>Get-ExchangeCertificate -Server MAIL1 | fl\n\n{shown}"
    (told,) = map(str, organisation_of([("x.txt", pasted.encode())]).problems)
    assert told == "MAIL1: a certificate is left out, as its Thumbprint is missing. Copy the whole output."


def test_whose_it_is_the_file_may_say() -> None:
    pasted = TABLE.replace("CN=MAIL1", "CN=WMSvc-OLD")
    (server,) = organisation_of([("folder/MAIL7.txt", pasted.encode())]).organisation.servers
    assert server.name == "MAIL7"


def test_a_list_that_is_cut_is_told() -> None:
    pasted = f"Thumbprint         : {FIRST}\nCertificateDomains : {{a.test, b.test, c.test, d.test...}}\n"
    gathered = organisation_of([("x.txt", pasted.encode())])
    assert gathered.organisation.servers[0].certificates[0].domains == ("a.test", "b.test", "c.test", "d.test")
    assert "$FormatEnumerationLimit" in str(gathered.problems[0])


def test_everything_that_a_certificate_shows() -> None:
    pasted = f"""
AccessRules          : {{System.Security.AccessControl.CryptoKeyAccessRule, System.Security.AccessControl.CryptoKeyAcces
                       sRule, System.Security.AccessControl.CryptoKeyAccessRule...}}
CertificateDomains   : {{mail.example.com}}
HasPrivateKey        : True
Identity             : MAIL3.example.com\\{FIRST}
IISServices          : {{IIS://MAIL3/W3SVC/1}}
IsSelfSigned         : False
NotAfter             : 31.12.2026 23:59:59
PrivateKeyExportable : False
RawData              : {{48, 130, 3, 41...}}
RootCAType           : ThirdParty
Services             : IIS, SMTP
Status               : Valid
Subject              : CN=mail.example.com
"""
    gathered = organisation_of([("x.txt", pasted.encode())])
    (server,) = gathered.organisation.servers
    (one,) = server.certificates
    assert (server.name, server.fqdn, gathered.problems) == ("MAIL3", "MAIL3.example.com", ())
    assert (one.thumbprint, one.has_private_key, one.self_signed, one.exportable) == (FIRST, True, False, False)
    assert (one.status, one.root_ca_type, one.not_after, one.certificate) == ("Valid", "ThirdParty", None, None)


def test_a_thumbprint_that_was_wrapped_in_the_middle_is_whole() -> None:
    first, second = FIRST[:30], FIRST[30:]
    (shown,) = read_format_list(
        f"Thumbprint : {first}\n             {second}\nServices   : IMAP, POP, IIS,\n             SMTP"
    )
    assert shown.word("thumbprint") == FIRST
    assert shown.word("Services") == "IMAP, POP, IIS, SMTP"


def test_connectors_are_told_apart_by_their_properties() -> None:
    organisation = organisation_of([("x", CONNECTORS.encode())]).organisation
    (server,) = organisation.servers
    (receive,) = server.receive_connectors
    assert receive.identity == "MAIL1\\Client Frontend MAIL1"
    assert receive.auth_mechanisms == {"Tls", "BasicAuth", "BasicAuthRequireTLS"}
    assert receive.suppresses_anonymous_tls is False
    assert receive.bindings == ("[::]:587", "0.0.0.0:587")
    assert receive.tls_certificate_name == "<I>CN=R11, O=Let's Encrypt, C=US<S>CN=mail.example.com"
    assert organisation.send_connectors is not None
    (send,) = organisation.send_connectors
    assert (send.name, send.fqdn, send.source_servers) == ("Outbound to Office 365", "", ("MAIL1", "MAIL2"))
    assert (send.tls_auth_level, send.require_tls, send.cloud_services_mail) == ("DomainValidation", True, True)
    assert (send.smart_hosts, send.address_spaces) == ((), ("SMTP:*;1",))


def test_every_other_cmdlet() -> None:
    gathered = organisation_of([("x", SETTINGS.encode())])
    organisation = gathered.organisation
    assert gathered.problems == ()
    mail, edge = organisation.servers
    assert (mail.name, mail.fqdn, mail.version, mail.edge) == ("MAIL1", "MAIL1.example.com", "15.2.1544.4", False)
    assert (edge.name, edge.edge) == ("EDGE1", True)
    assert [(one.service, one.certificate_name) for one in mail.client_access] == [
        ("IMAP", "mail.example.com"),
        ("POP", "pop.example.com"),
    ]
    assert mail.client_access[0].connection_settings == ("mail.example.com:993:SSL", "mail.example.com:143:TLS")
    assert [(one.service, one.startup_mode) for one in mail.um] == [("UM", "Dual"), ("UMCallRouter", "TCP")]
    assert mail.internal_transport == SECOND
    assert organisation.auth is not None
    # A date in the manner of a country and without its zone says nothing for certain.
    assert (organisation.auth.current, organisation.auth.next_effective) == (FIRST, None)
    assert mail.directories is not None
    found = {(one.site, one.name): one for one in mail.directories}
    assert found["front", "OWA"].urls == ("https://mail.example.com/owa",)
    assert found["front", "OWA"].extended_protection == found["back", "EWS"].extended_protection == "Require"
    assert (found["front", "RPC"].urls, found["front", "RPC"].ssl_offloading) == (
        ("https://mail.example.com/rpc",),
        False,
    )
    assert found["front", "Autodiscover"].urls == ("https://autodiscover.example.com/Autodiscover/Autodiscover.xml",)
    assert organisation.hybrid is not None
    assert (organisation.hybrid.sending_servers, organisation.hybrid.smart_host) == (("MAIL1",), "mail.example.com")
    assert (organisation.federation, organisation.accepted_domains) == ((FIRST,), ("example.com",))
    assert mail.bindings is not None
    (binding,) = mail.bindings
    assert (binding.site, binding.port, binding.address, binding.thumbprint) == ("Exchange Back End", 444, "*", SECOND)


def test_what_is_said_of_a_hybrid_in_parts_is_one_hybrid() -> None:
    applications = "".join(f"\nTargetUri : https://{name}.test/ews\n" for name in ("a", "b"))
    hybrid = organisation_of([("x", (SETTINGS + applications).encode())]).organisation.hybrid
    assert hybrid is not None
    assert (hybrid.sending_servers, hybrid.smart_host) == (("MAIL1",), "mail.example.com")
    assert hybrid.agent_targets == ("https://a.test/ews", "https://b.test/ews")
    again = organisation_of([("x", applications.encode())]).organisation.hybrid
    assert again is not None
    assert again.agent_targets == hybrid.agent_targets


@pytest.mark.parametrize(
    ("information", "bound"),
    [
        ("[::1]:443:mail.example.com", [("[::1]", 443, "mail.example.com")]),
        (":443:", [("*", 443, "")]),
        ("*:65536:", None),
        (f"*:{'4' * 5000}:", None),
        ("*:\u0664\u0664\u0663:", None),
        ("443", None),
    ],
)
def test_where_a_site_is_bound(information: str, bound: list[tuple[str, int, str]] | None) -> None:
    gathered = organisation_of([("x", SETTINGS.replace("*:444:", information).encode())])
    bindings = gathered.organisation.servers[0].bindings
    assert (bindings and [(one.address, one.port, one.host) for one in bindings]) == bound


@pytest.mark.parametrize("pasted", ["", " \r\n\t", "hello", "Name : x\nColour : red\n", "a,b,c\n1,2,3\n", "\0" * 300])
def test_what_is_nothing_of_exchange_is_refused(pasted: str) -> None:
    with pytest.raises(UserProblem) as refused:
        organisation_of([("x.txt", pasted.encode())])
    assert "Expected what the script of `mailtrust services collect` writes" in str(refused.value)


NAMES = st.from_regex(r"[A-Z][A-Za-z0-9]{0,12}", fullmatch=True)
VALUES = (
    st.from_regex(r"[!-9;-z][ -z]{0,80}", fullmatch=True)
    .map(str.strip)
    .filter(lambda given: not given.startswith("{") and "..." not in given)
)


@given(st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=5), min_size=1, max_size=4))
def test_what_format_list_writes_is_read(objects: list[dict[str, str]]) -> None:
    folded = [{name.lower(): value for name, value in one.items()} for one in objects]
    objects = [one for one, by_name in zip(objects, folded, strict=True) if len(by_name) == len(one)]
    width = 14
    pasted = "\n\n".join("\n".join(f"{name:<{width}}: {value}" for name, value in one.items()) for one in objects)
    read = [dict(shown.properties) for shown in read_format_list(pasted)]
    assert read == [{name.lower(): value for name, value in one.items()} for one in objects]


@given(st.text(max_size=300))
def test_any_text_is_read(given: str) -> None:
    for shown in read_format_list(given):
        assert shown.properties
