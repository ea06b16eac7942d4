"""The grammar, every kind of value, and what each mistake is told as."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.certreq_inf.conftest import GOLDEN, NOW

from mailtrust.core.formats.certreq_inf.encoding import decode
from mailtrust.core.formats.certreq_inf.keys import KEYS
from mailtrust.core.formats.certreq_inf.lifetime import lifetime_of
from mailtrust.core.formats.certreq_inf.lints import lint
from mailtrust.core.formats.certreq_inf.meaning import read_request
from mailtrust.core.model.requested_certificate import Lasting, RequestedCertificate

MENDED = (GOLDEN / "01-mailstore.inf").read_text(encoding="ascii")

AS_PRINTED = (
    MENDED.replace("[NewRequest] ;replace", "[NewRequest] ;\nreplace")
    .replace("OU=Department, O=", "OU=Department,\nO=")
    .replace("C=DE", "C=Country")
)
"""As an article prints it, whose lines a word processor has wrapped."""


def request(*lines: str) -> str:
    return "\n".join(("[NewRequest]", "RequestType=PKCS10", *lines, "[EnhancedKeyUsageExtension]"))


def asked_by(*lines: str) -> RequestedCertificate:
    reading = read_request(request(*lines))
    assert reading.requested is not None, [str(remark.text) for remark in reading.errors]
    return reading.requested


def errors_of(source: str) -> list[tuple[int, str]]:
    reading = read_request(source)
    assert reading.requested is None
    return [(remark.line, str(remark.text)) for remark in reading.errors]


def names_by(*lines: str) -> list[tuple[str, str]]:
    return [(name.kind, name.value) for name in asked_by("Subject=CN=x", "[Extensions]", *lines).names]


def warnings_of(source: str) -> list[str]:
    reading = read_request(source)
    remarks = (*reading.remarks, *lint(reading, NOW))
    return [str(remark.text) for remark in remarks if remark.severity == "warning"]


class TestMailStoresFile:
    def test_as_printed_it_is_broken_three_ways(self) -> None:
        wrapped, quoted, country = errors_of(AS_PRINTED)
        assert wrapped[0] == 5
        assert "reads like the rest of the comment on line 4, wrapped. Put ; before it" in wrapped[1]
        assert quoted == (
            6,
            "Subject: the quote that opens here closes on line 7 only. A value stands on one line: join them.",
        )
        assert country[0] == 6
        assert "a country's code of two letters (ISO 3166), such as DE or FR; got “Country”" in country[1]

    def test_mended_it_asks_for_four_names_with_their_kinds(self) -> None:
        asked = read_request(MENDED).requested
        assert asked is not None
        assert [(name.kind, name.value) for name in asked.names] == [
            ("dns", "mailstoreserver.example.com"),
            ("dns", "mailstoreserver"),
            ("dns", "172.31.1.5"),
            ("ip", "172.31.1.5"),
        ]
        assert asked.key_usage == {"digitalSignature", "keyEncipherment"}
        assert asked.extended_key_usage == ("1.3.6.1.5.5.7.3.1",)
        assert asked.lifetime == Lasting(20, "years")
        assert asked.keeping.provider_type == 12
        assert asked.keeping.machine
        assert asked.keeping.exportable

    def test_the_address_among_the_dns_names_is_told_of(self) -> None:
        told = [one for one in warnings_of(MENDED) if "DNS=172.31.1.5" in one]
        assert len(told) == 1
        assert "Internet Explorer" in told[0]
        assert "Windows 8.1" in told[0]
        assert "IPAddress=172.31.1.5" in told[0]


class TestGrammar:
    def test_sections_and_keys_know_no_case_and_sections_of_one_name_are_one(self) -> None:
        reading = read_request("[NEWREQUEST]\nSUBJECT=CN=a\n[Version]\n[newrequest]\nkeylength=3072\n")
        assert reading.requested is not None
        assert reading.requested.key_bits == 3072
        assert reading.requested.common_name == "a"

    def test_quotes_protect_semicolons_equals_signs_and_blanks(self) -> None:
        assert asked_by('Subject="CN=a"', 'FriendlyName = "  x; y = ""z""  " ; said').keeping.friendly_name == (
            '  x; y = "z"  '
        )

    def test_a_backslash_at_the_end_continues_a_line(self) -> None:
        assert asked_by(
            "Subject=CN=a", "FriendlyName = one \\", "  two\\ ; and more", "three"
        ).keeping.friendly_name == ("one   twothree")

    def test_a_backslash_elsewhere_is_a_letter(self) -> None:
        assert asked_by("Subject=CN=a", "FriendlyName = one\\two").keeping.friendly_name == "one\\two"

    def test_strings_stand_for_keys_and_values(self) -> None:
        source = request('Subject="CN=%Host%"') + '\n[Strings]\nhost = "100%% %x%"\nx=y\n'
        asked = read_request(source).requested
        assert asked is not None
        assert asked.common_name == "100%% %x%"  # what a string holds is not looked through again

    def test_a_string_that_is_nowhere(self) -> None:
        ((line, told),) = errors_of(request("Subject=CN=%COMPUTERNAME%"))
        assert line == 3
        assert told.startswith("“COMPUTERNAME” stands between percent signs, and [Strings] has no such line")

    def test_strings_do_not_make_a_small_file_endless(self) -> None:
        source = request("Subject=CN=a", "FriendlyName=" + "%a%" * 100) + "\n[Strings]\na=" + "x" * 1000
        assert "has more than 65536 characters" in errors_of(source)[0][1]

    @pytest.mark.parametrize(
        ("mark", "encoding"),
        [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"", "utf-16-le"),
         (b"", "utf-16-be"), (b"", "utf-8"), (b"", "cp1252")],
    )  # fmt: skip
    def test_every_encoding_of_notepad(self, mark: bytes, encoding: str) -> None:
        source = request("Subject=CN=a,L=Zürich").replace("\n", "\r\n")
        decoded, named = decode(mark + source.encode(encoding))
        assert decoded == source
        assert named.replace("windows-", "cp") == encoding

    @pytest.mark.parametrize(
        ("source", "line", "told"),
        [
            ("", 0, "There is no [NewRequest]"),
            ("[NewRequest]\n", 0, "There is no [NewRequest] with a key in it"),
            ("Subject=CN=a\n[NewRequest]\nKeyLength=2048", 1, "Subject stands before the first section"),
            ("[NewRequest\nSubject=CN=a", 1, "with both brackets"),
            ("[NewRequest] x\nSubject=CN=a", 1, "Nothing but a comment may follow [NewRequest]"),
            ("[NewReqest]\nSubject=CN=a", 1, "There is no section [NewReqest]; [NewRequest] is near"),
            ("[NewRequest]\nSubject=CN=a\nwhat", 3, "Expected “key = value”, a [section] or a comment after ;"),
            ("[NewRequest]\nSubject=“CN=a”", 2, "typographic quotes"),
            ("[NewRequest]\n" + "\n" * 3000, 0, "at most 2000 lines"),
        ],
    )  # fmt: skip
    def test_what_is_no_inf_file(self, source: str, line: int, told: str) -> None:
        found = errors_of(source)
        assert any(where == line and told in what for where, what in found), found

    def test_a_forgotten_quote_ends_at_the_line_as_on_windows(self) -> None:
        reading = read_request('[Version]\nSignature="$Windows NT$\n[NewRequest]\nSubject="CN=a"\n')
        assert reading.requested is not None
        assert any("never closed" in str(remark.text) for remark in reading.remarks)

    def test_typographic_quotes_within_straight_ones_are_letters(self) -> None:
        assert asked_by('Subject="CN=a,O=«Exemple»"').subject[1][0].value == "«Exemple»"

    def test_of_very_many_mistakes_the_first_hundred_are_told(self) -> None:
        reading = read_request(request(*["KeyLenght=1"] * 500))
        assert len(reading.errors) == 100
        assert str(reading.remarks[-1].text).endswith("more remarks are not shown.")

    def test_of_two_the_first_counts(self) -> None:
        reading = read_request(request("Subject=CN=a", "KeyLength=3072", "KeyLength=4096"))
        assert reading.requested is not None
        assert reading.requested.key_bits == 3072
        assert any("stands on line 4 already" in str(remark.text) for remark in reading.remarks)


class TestValues:
    @pytest.mark.parametrize(
        ("given", "bits"),
        [
            ("0xa0", {"digitalSignature", "keyEncipherment"}),
            ("160", {"digitalSignature", "keyEncipherment"}),
            ("0xF0", {"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment"}),
            ("0x8008", {"keyAgreement", "decipherOnly"}),
            ('"CERT_KEY_CERT_SIGN_KEY_USAGE | cert_offline_crl_sign_key_usage|0x80"',
             {"keyCertSign", "cRLSign", "digitalSignature"}),
        ],
    )  # fmt: skip
    def test_key_usage(self, given: str, bits: set[str]) -> None:
        assert asked_by("Subject=CN=a", f"KeyUsage={given}").key_usage == bits

    @pytest.mark.parametrize(
        ("lines", "told"),
        [
            (("KeyUsage=0",), "KeyUsage: expected a mask such as 0xa0"),
            (("KeyUsage=0x100",), "got “0x100”"),
            (("KeyUsage=CERT_DIGITAL_SIGNATURE_KEY_USGE",), "CERT_DIGITAL_SIGNATURE_KEY_USAGE is near"),
            (("KeyLenght=2048",), "[NewRequest] has no key KeyLenght; KeyLength is near"),
            (("Colour=red",), "[NewRequest] has no key Colour: take the line out"),
            (("Exportable=maybe",), "Exportable: expected TRUE or FALSE, got “maybe”"),
            (("KeyLength=2k",), "KeyLength: expected a number from 1024 to 8192, got “2k”"),
            (("KeyLength=512",), "a number from 1024"),
            (("KeyLength=2047",), "a multiple of 8"),
            (("HashAlgorithm=sha-256",), "sha256 is near"),
            (("HashAlgorithm=md2",), "is broken"),
            (("KeyAlgorithm=DSA",), "no client of today speaks TLS with it"),
            (("KeySpec=AT_KEYEXCHANG",), "AT_KEYEXCHANGE is near"),
            (("RequestType=CMC",), "RequestType = CMC is made on Windows only"),
            (("RequestType=2",), "RequestType = PKCS7 is made on Windows only"),
            (("RequestType=Certificate",), "expected one of PKCS10, Cert, PKCS7, CMC, SCEP, got “Certificate”"),
            (("UseExistingKeySet=TRUE",), "takes a key of a Windows store"),
            (("RenewalCert=00",), "RenewalCert names a certificate of a Windows store"),
            (("PrivateKeyArchive=TRUE",), "sends the private key to the CA"),
            (("SubjectNameFlags=template",), "fill in names from its directory"),
            (("ValidityPeriod=Year", "ValidityPeriodUnits=2"), "Years is near"),
            (("ValidityPeriod=Years",), "belong together"),
            (("ValidityPeriodUnits=0", "ValidityPeriod=Years"), "from 1 to"),
            (("NotAfter=02/03/2027",), "one day in America and another in Europe"),
            (("NotAfter=soon",), "expected a date such as"),
            (("NotAfter=31 February 2027",), "expected a date such as"),
            (("NotAfter=2027-01-01", "ValidityPeriod=Years", "ValidityPeriodUnits=1"), "exclude each other"),
            (("X500NameFlags=CERT_NAME_STR_COMA_FLAG",), "CERT_NAME_STR_COMMA_FLAG is near"),
        ],
    )
    def test_what_does_not_fit_is_told_with_its_line(self, lines: tuple[str, ...], told: str) -> None:
        source = "\n".join(("[NewRequest]", "Subject=CN=a", *lines))
        found = errors_of(source)
        assert any(told in what for _, what in found), found
        assert all(where in (0, *range(3, 3 + len(lines))) for where, _ in found)

    @pytest.mark.parametrize(
        ("given", "moment"),
        [
            ("2027-01-31", (2027, 1, 31)),
            ("31 January 2027 23:59:58", (2027, 1, 31, 23, 59, 58)),
            ("31. Jan 2027", (2027, 1, 31)),
            ('"January 31, 2027 12:05 AM"', (2027, 1, 31, 0, 5)),
            ("1/31/2027 8:00 PM", (2027, 1, 31, 20)),
            ("31.1.2027", (2027, 1, 31)),
            ("3/3/2027", (2027, 3, 3)),
        ],
    )
    def test_dates_that_mean_one_day(self, given: str, moment: tuple[int, ...]) -> None:
        asked = asked_by("Subject=CN=a", f"NotAfter={given}")
        year, month, day, *time = moment
        assert asked.lifetime == datetime(year, month, day, *time, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("start", "units", "period", "end"),
        [
            (datetime(2028, 2, 29, tzinfo=UTC), 20, "years", datetime(2048, 2, 29, tzinfo=UTC)),
            (datetime(2028, 2, 29, tzinfo=UTC), 1, "years", datetime(2029, 2, 28, tzinfo=UTC)),
            (datetime(2027, 1, 31, tzinfo=UTC), 1, "months", datetime(2027, 2, 28, tzinfo=UTC)),
            (datetime(2027, 11, 30, tzinfo=UTC), 14, "months", datetime(2029, 1, 30, tzinfo=UTC)),
            (datetime(2027, 1, 1, tzinfo=UTC), 2, "weeks", datetime(2027, 1, 15, tzinfo=UTC)),
            (datetime(2027, 1, 1, tzinfo=UTC), 9000, "years", None),
            (datetime(2027, 1, 1, tzinfo=UTC), 999_999_999, "weeks", None),
        ],
    )
    def test_lifetimes_go_by_the_calendar(self, start: datetime, units: int, period: str, end: datetime | None) -> None:
        asked = asked_by("Subject=CN=a", f"ValidityPeriodUnits={units}", f"ValidityPeriod={period}")
        found = lifetime_of(asked, start)
        assert found == (None if end is None else (start, end))

    def test_every_key_of_the_table_is_known(self) -> None:
        assert len(KEYS) == 35
        for key in KEYS.values():
            found = read_request(request("Subject=CN=a", f"{key.name}=")).errors
            assert not [one for one in found if "has no key" in str(one.text)]


class TestSubject:
    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ("CN=a,C=Germany", "a country's code of two letters"),
            ("CN=" + "x" * 65, "CN has at most 64 characters"),
            ("Common Name=a", "expected parts such as CN=host"),
            ("CNN=a", "CN is near"),
            ("CN=a,Example Inc.", 'O=""Example, Inc.""'),
            ("CN=a,O=", "O has no value"),
            ("CN=#0c01", "reads as hexadecimal"),
            ('CN=""a', "do not match"),
            ("CN=a,E=ü@example.com", "E is written in ASCII"),
            (",".join(["OU=x"] * 65), "at most 64 parts"),
            ("1.99.3=x", "expected parts such as CN=host"),
        ],
    )
    def test_what_is_no_name(self, given: str, told: str) -> None:
        found = errors_of(request(f'Subject="{given}"'))
        assert any(told in what and where == 3 for where, what in found), found

    def test_flags_choose_separators_and_order(self) -> None:
        asked = asked_by('Subject="CN=a, b;O=c+d"', "X500NameFlags=0x62000000")  # semicolon, no plus, reverse
        told = [[(one.label, one.value) for one in rdn] for rdn in asked.subject]
        assert told == [[("O", "c+d")], [("CN", "a, b")]]

    def test_plus_joins_what_belongs_together(self) -> None:
        asked = asked_by('Subject="CN=a+OID.2.5.4.97=DE-1,O=b"')
        assert [len(rdn) for rdn in asked.subject] == [2, 1]
        assert asked.subject[0][1].oid == "2.5.4.97"

    def test_commas_without_quotes_are_warned_of(self) -> None:
        assert any("quote it" in told for told in warnings_of(request("Subject=CN=a,O=b")))


class TestNames:
    def test_all_spellings_of_a_list_read_the_same(self) -> None:
        wanted = [("dns", "a.example.com"), ("dns", "b.example.com"), ("ip", "192.0.2.1")]
        assert names_by('2.5.29.17="{text}"', '_continue_="DNS=a.example.com&"', '_continue_="dns=b.example.com&"',
                        '_continue_="IPAddress=192.0.2.1&"') == wanted  # fmt: skip
        assert names_by('2.5.29.17="{text}"', "_continue_ = DNS=a.example.com&", "_continue_ = DNS=b.example.com&",
                        "_continue_ = IP Address=192.0.2.1") == wanted  # fmt: skip
        assert names_by('2.5.29.17="{TEXT}dns=a.example.com&dns=b.example.com&ipaddress=192.0.2.1"') == wanted
        assert names_by('2.5.29.17="{text}"', "continue = DNS=a.example.com&DNS=b.example.com", '_continue_="&"',
                        '_continue_="ip address=192.0.2.1"') == wanted  # fmt: skip

    def test_a_missing_ampersand_is_warned_of_and_put_in(self) -> None:
        lines = ('2.5.29.17="{text}"', '_continue_="DNS=a.example.com"', '_continue_="DNS=b.example.com"')
        assert names_by(*lines) == [("dns", "a.example.com"), ("dns", "b.example.com")]
        assert any("ends without &" in told for told in warnings_of(request("Subject=CN=a", "[Extensions]", *lines)))

    @pytest.mark.parametrize(
        ("part", "told"),
        [
            ("a.example.com", "Expected a name with its kind"),
            ("DNS=", "DNS= has no value"),
            ("DNS=https://a.example.com", "needs the name of a host"),
            ("DNS=a b", "needs the name of a host"),
            ("DNS=a..b", "needs the name of a host"),
            ("DNS=mail.*.example", "needs the name of a host"),
            ("IPAddress=192.0.2.256", "needs an address"),
            ("IPAddress=192.0.2.0/24", "needs an address"),
            ("EMail=postmaster", "needs an address such as postmaster@example.com"),
            ("URL=example", "needs a URL"),
            ("RegisteredId=one", "needs an OID"),
            ("GUID=1", "needs 32 hexadecimal digits"),
            ("IPAdress=192.0.2.1", "IPAddress is near"),
            ("X=1", "Expected one of DNS, IPAddress"),
            ("1.2.3={hex}30", "one whole ASN.1 value"),
            ("1.2.3=!", "Expected Base64"),
            ("DirectoryName=what", "expected parts such as CN=host"),
        ],
    )
    def test_what_is_no_name(self, part: str, told: str) -> None:
        found = errors_of(request("Subject=CN=a", "[Extensions]", '2.5.29.17="{text}"', f'_continue_="{part}&"'))
        assert any(told in what for _, what in found), found


class TestExtensions:
    @pytest.mark.parametrize(
        ("lines", "told"),
        [
            (("OID=1.3.6.1.5.5.7.3.1",), "OID = stands in [EnhancedKeyUsageExtension]"),
            (('_continue_="DNS=a&"',), "_continue_ continues nothing"),
            (('subjectAltName="{text}DNS=a"',), "expected an OID such as 2.5.29.17"),
            (("2.5.29.17=",), "has no value"),
            (('2.5.29.17="{text}"',), "Expected names such as DNS="),
            (('2.5.29.17="{text}DNS=a"', '2.5.29.17="{text}DNS=b"'), "stands on line 5 already"),
            (('2.5.29.37="{text}serverAuth"',), "expected an OID such as 1.3.6.1.5.5.7.3.1"),
            (('2.5.29.37="{text}"',), "at least one OID"),
            (('2.5.29.19="{text}pathlength=1"',), "ca=1&pathlength=0"),
            (('2.5.29.19="{text}ca=maybe"',), "ca=1&pathlength=0"),
            (('2.5.29.30="{text}x"',), "has no text form that is known here"),
            (("1.2.3=30!",), "Expected Base64"),
            (('1.2.3="{hex}3003"',), "one whole ASN.1 value"),
            (("Critical=2.5.29.17",), "Critical names 2.5.29.17, which is no extension of this file"),
            (("Critical=names",), "OIDs of extensions"),
        ],
    )
    def test_what_does_not_fit(self, lines: tuple[str, ...], told: str) -> None:
        found = errors_of(request("Subject=CN=a", "[Extensions]", *lines))
        assert any(told in what for _, what in found), found

    def test_microsofts_own_sample_of_basic_constraints(self) -> None:
        constraints = asked_by("Subject=CN=a", "[Extensions]", '2.5.29.19="{text}ca=1pathlength=3"').basic_constraints
        assert constraints is not None
        assert (constraints.ca, constraints.path_length, constraints.critical) == (True, 3, False)

    def test_a_raw_key_usage_counts_where_the_key_is_not_there(self) -> None:
        assert asked_by("Subject=CN=a", "[Extensions]", '2.5.29.15="{hex}030205a0"').key_usage == {
            "digitalSignature",
            "keyEncipherment",
        }

    def test_a_raw_value_that_others_stumble_over_is_warned_of(self) -> None:
        source = request("Subject=CN=a", "[Extensions]", '2.5.29.17="{hex}0400"')
        assert any("clients stumble over it" in told for told in warnings_of(source))

    def test_names_as_an_attribute_are_not_taken(self) -> None:
        source = request("Subject=CN=a") + '\n[RequestAttributes]\nSAN="dns=a.example.com"\nCertificateTemplate=Web\n'
        reading = read_request(source)
        assert reading.requested is not None
        assert reading.requested.names == ()
        assert reading.requested.template == "Web"
        assert any("EDITF_ATTRIBUTESUBJECTALTNAME2" in told for told in warnings_of(source))

    def test_a_templates_name_has_its_limits(self) -> None:
        ((line, told),) = errors_of(request("Subject=CN=a") + "\n[RequestAttributes]\nCertificateTemplate=" + "x" * 65)
        assert line == 6
        assert "CertificateTemplate: expected a template's name, of at most 64 characters" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('ProviderName = "Microsoft RSA SChannel Cryptographic Provider"',
          'ProviderName = "Microsoft Software Key Storage Provider"'), "users come back to the logon page"),
        (("ProviderType = 12", "ProviderType = 24"), "ProviderType = 24 does not go with"),
        (("KeySpec = 1", "KeySpec = 2"), "KeySpec must be 1"),
        (("MachineKeySet = TRUE", "MachineKeySet = FALSE"), "no service finds it"),
        (("SMIME = False", "SMIME = True"), "write FALSE"),
        (("HashAlgorithm = sha256", "; none"), "older Windows signs with SHA-1"),
        (("UserProtected = FALSE", "UserProtected = TRUE"), "a service cannot answer"),
        (("ValidityPeriodUnits = 20", "ValidityPeriodUnits = 2"), None),
        (("KeyUsage = 0xa0", "KeyUsage = 0x20"), "KeyUsage lacks 0x80"),
        (("KeyLength = 2048", "KeyLength = 8192"), "slows every handshake down"),
        (("DNS=mailstoreserver.example.com&", "DNS=other.example.com&"), "stands in the Subject and not among the"),
        (("FriendlyName = mailstoreserver.example.com", "FriendlyName = " + "x" * 64), "more than 63 characters"),
    ],
)  # fmt: skip
def test_what_exchange_and_mailstore_mind(change: tuple[str, str], told: str | None) -> None:
    before = set(warnings_of(MENDED))
    assert change[0] in MENDED
    after = warnings_of(MENDED.replace(*change))
    if told is None:
        assert any("longer than 825 days" in one for one in before)
        assert not any("longer than 825 days" in one for one in after)
    else:
        new = set(after) - before
        assert any(told in one for one in new), new
