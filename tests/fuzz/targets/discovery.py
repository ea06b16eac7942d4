"""What a mail domain publishes about itself: settings for clients, policies, records."""

from collections.abc import Callable

from tests.fuzz.mutation.words import HOSTILE, mutate_text
from tests.fuzz.target import Target

from mailtrust.core.formats.autoconfig import read_config
from mailtrust.core.formats.autodiscover import read_answer
from mailtrust.core.formats.caa import issuers_allowed, read_caa
from mailtrust.core.formats.mta_sts import read_policy, read_record
from mailtrust.core.formats.outlook_registry import read_outlook_registry
from mailtrust.core.formats.scp_list import read_scp_list
from mailtrust.core.formats.srv import read_mx, read_srv
from mailtrust.core.formats.tlsa import read_tlsa
from mailtrust.core.formats.url import host_of, is_https, parts_of, resolved
from mailtrust.core.formats.xml_tree import read_xml
from mailtrust.core.model.problem import UserProblem
from mailtrust.lab.stories.parts.autodiscover_host import AutodiscoverHost

AUTODISCOVER = (
    '<?xml version="1.0"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">'
    "<Response>{}</Response></Autodiscover>"
)
AUTOCONFIG = """<clientConfig version="1.1"><emailProvider id="example.com"><domain>example.com</domain>
<incomingServer type="imap"><hostname>mail.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType>
<username>%EMAILADDRESS%</username></incomingServer><outgoingServer type="smtp"><hostname>{}</hostname><port>587</port>
<socketType>STARTTLS</socketType></outgoingServer></emailProvider></clientConfig>"""
EXCHANGE = "<Protocol><Type>EXCH</Type><Server>ex.test</Server><EwsUrl>https://ex.test/EWS</EwsUrl></Protocol>"
SETTINGS = (
    f"<Account><Action>settings</Action>{EXCHANGE}</Account>",
    "<Action><Redirect>u@a.test</Redirect></Action>",
    "<Account><Action>redirectUrl</Action><RedirectUrl>https://b.test/</RedirectUrl></Account>",
    "<Error><ErrorCode>500</ErrorCode><Message>no</Message></Error>",
)
LISTS = (
    "Name : EX1\nAutoDiscoverServiceInternalUri : https://ex1.test/x.\n    xml\nAutoDiscoverSiteScope : {A, B}\n\n",
    (
        "dn: CN=EX1,CN=x\nkeywords:: NzczNzhGNDYtMkM2Ni00YWE5LUE2QTYtM0U3QTQ4QjE5NTk2\n"
        "keywords: 77378F46-2C66-4aa9-A6A6-3E7A48B19596\nserviceBindingInformation: https://ex1.test\n /x.xml\n"
    ),
    (
        '[HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Outlook\\AutoDiscover]\n"ExcludeScpLookup"=dword:00000001\n'
        '"b\\\\c"="x"\n'
    ),
    (
        "HKCU\\Software\\Policies\\Microsoft\\Office\\15.0\\Outlook\\AutoDiscover\\RedirectServers\n"
        "    a.test    REG_SZ    \n"
        "    ExcludeSrvLookup    REG_DWORD    0x1\n"
    ),
)
"""What administrators paste and export."""
DOCUMENTS = (
    *(AUTODISCOVER.format(one) for one in SETTINGS),
    *(AUTODISCOVER.format(f"<Account><Action>{words}</Action></Account>") for words in HOSTILE[15:22]),
    AUTOCONFIG.format("mail.example.com"),
    "<a>" * 40 + "</a>" * 40,
    '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
    *LISTS,
    "version: STSv1\nmode: enforce\nmx: *.example.com\nmx: mail.example.com\r\nmax_age: 86400\n",
)
RECORDS = (
    "v=STSv1; id=20260601T00;",
    "3 1 1 " + "ab" * 32,
    "2 0 1 " + "CD" * 32,
    '0 issue "ca.test; a=b"',
    '128 issuewild ";"',
    "0 1 993 mail.example.com.",
    "10 mail.example.com.",
    "0 .",
    "https://example.com:443/a?b#c",
    "//x/../y",
    *HOSTILE,
)
SOAP = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    '<GetUserSettingsRequestMessage xmlns="http://schemas.microsoft.com/exchange/2010/Autodiscover"><Request><Users>'
    "<User><Mailbox>{}</Mailbox></User></Users></Request></GetUserSettingsRequestMessage></s:Body></s:Envelope>"
)
REQUESTS = (
    "POST /autodiscover/autodiscover.svc HTTP/1.1\r\nAuthorization: Basic YTpi\r\n\r\n" + SOAP.format("a@b.test"),
    "POST /autodiscover/autodiscover.svc HTTP/1.1\r\nAuthorization: Basic YTpi\r\n\r\n" + SOAP.format("&lt;{server}"),
    "POST /autodiscover/autodiscover.xml HTTP/1.1\r\nAuthorization: Basic YTpi\r\n\r\n",
    "GET /autodiscover/autodiscover.json?Email=a@b.test&Protocol=Autodiscoverv1 HTTP/1.1\r\n\r\n",
)
"""What comes to the lab's own Autodiscover."""


def _encoded(texts: tuple[str, ...]) -> Callable[[], tuple[bytes, ...]]:
    made = tuple(one.encode("utf-8", "surrogatepass") for one in texts)
    return lambda: made


def _try_document(octets: bytes) -> bytes:
    given = [*_refused_or(read_scp_list, octets), *_refused_or(read_outlook_registry, octets)]
    told = (read_answer(octets), read_config(octets, "user@example.com"), read_policy(octets), *given)
    return repr(told).encode("utf-8", "replace")


def _try_host(octets: bytes) -> bytes:
    head, end, body = octets.partition(b"\r\n\r\n")
    answer = AutodiscoverHost("ex.test").said((head + end).decode("latin-1"), body)
    first, _, content = answer.partition(b"\r\n\r\n")
    assert len(answer) < 8192
    assert first.count(b"\r\n") <= 5, "a request writes headers of the answer"
    if b"text/xml" in first and content:
        read_xml(content)
    return answer


def _refused_or(read: Callable[[bytes], object], octets: bytes) -> tuple[str, ...]:
    try:
        # Sets have no order of their own, and the same octets are wanted in every process.
        return ("".join(sorted(repr(read(octets)))),)
    except UserProblem as problem:
        said = str(problem)
        assert said.isprintable()
        return (said,)


def _try_record(octets: bytes) -> bytes:
    given = octets.decode("utf-8", "surrogatepass")
    caa = read_caa([given])
    told = (read_record([given]), read_tlsa([given]), caa, read_srv([given]), read_mx([given]))
    allowed = [sorted(issuers_allowed(caa, wildcard=wildcard) or ()) for wildcard in (True, False)]
    url = host_of(given), parts_of(given), is_https(given), resolved("https://example.com/a", given)
    assert url[1][3].isascii() and not set(url[1][3]) & set("\r\n \0"), "it would stand in a request line"  # noqa: PT018
    return repr((told, allowed, url)).encode("utf-8", "replace")


DOCUMENT = Target("discovery-document", _encoded(DOCUMENTS), mutate_text, _try_document, inputs=20_000, bounded=150)
RECORD = Target("discovery-record", _encoded(RECORDS), mutate_text, _try_record, inputs=20_000, bounded=150)
HOST = Target("autodiscover-host", _encoded(REQUESTS), mutate_text, _try_host, inputs=20_000, bounded=150)
