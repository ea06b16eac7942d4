"""TXT, SRV, MX, TLSA and CAA as resolvers hand them over, and as strangers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.formats.caa import Caa, issuers_allowed, read_caa
from mailtrust.core.formats.mta_sts import Fault, Policy, read_policy, read_record
from mailtrust.core.formats.srv import MxRecord, SrvRecord, read_mx, read_srv
from mailtrust.core.formats.tlsa import Tlsa, read_tlsa

anything = st.lists(st.text(max_size=60), max_size=5)


def test_srv_and_mx() -> None:
    assert read_srv(["10 5 993 Mail.Example.TEST.", "x", "1 2 3"]) == (SrvRecord(10, 5, 993, "mail.example.test"),)
    assert read_mx(["20 b.test", "10 a.test.", "0 ."]) == (
        MxRecord(0, "."),
        MxRecord(10, "a.test"),
        MxRecord(20, "b.test"),
    )


def test_tlsa_needs_its_digest_whole() -> None:
    (good,) = read_tlsa(["3 1 1 " + "ab" * 16 + " " + "cd" * 16])
    assert good == Tlsa(3, 1, 1, bytes.fromhex("ab" * 16 + "cd" * 16))
    assert good.usable_for_smtp
    usable = [record.usable_for_smtp for record in read_tlsa(
        ["3 1 1 abcd", "1 1 1 " + "00" * 32, "2 0 0 3000", "3 1 3 00", "3 1 2 " + "00" * 64, "3 9 0 00", "300 1 1 00"]
    )]  # fmt: skip
    assert usable == [False, False, True, False, True, False]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("v=STSv1; id=20260101T000000;",), "20260101T000000"),
        (("v=spf1 -all", "v=STSv1;id=1"), "1"),
        (("v=STSv1; extra=x; id=abc; more=y",), "abc"),
        ((), Fault("no-record")),
        (("v=STSv1; id=1;", "v=STSv1; id=2;"), Fault("several-records", "2")),
        (("v=STSv1; id=with space;",), Fault("record", "v=STSv1; id=with space;")),
    ],
)
def test_the_record_of_mta_sts(texts: tuple[str, ...], expected: object) -> None:
    assert read_record(texts) == expected


def test_the_policy_of_mta_sts() -> None:
    whole = (
        b"version: STSv1\r\nmode: enforce\r\nmx: a.test\r\nmx: *.b.test\r\nmax_age: 604800\r\nmode: none\r\nx: y\r\n"
    )
    policy = read_policy(whole)
    assert policy == Policy("enforce", 604800, ("a.test", "*.b.test"))
    assert isinstance(policy, Policy)
    assert [policy.names(host) for host in ("A.test.", "x.b.test", "b.test", "x.y.b.test")] == [
        True,
        True,
        False,
        False,
    ]
    assert read_policy(whole.replace(b"STSv1", b"STSv2")) == Fault("version", "STSv2")
    assert read_policy(whole.replace(b"604800", b"99999999")) == Fault("max_age", "99999999")
    assert read_policy(b"version: STSv1\nmode: enforce\nmax_age: 1\n") == Fault("mx", "")
    assert read_policy(b"version: STSv1\nmode: none\nmax_age: 1\n") == Policy("none", 1, ())


def test_who_may_issue() -> None:
    records = read_caa(['0 issue "letsencrypt.org; accounturi=x"', '0 issuewild ";"', "128 tbs x", "nonsense"])
    assert records[2] == Caa(True, "tbs", "x")
    assert issuers_allowed(records, wildcard=False) == frozenset({"letsencrypt.org"})
    assert issuers_allowed(records, wildcard=True) == frozenset()
    assert issuers_allowed(read_caa(['0 issue "a.test"']), wildcard=True) == frozenset({"a.test"})
    assert issuers_allowed(read_caa(['0 iodef "mailto:x@y"']), wildcard=False) is None


@given(anything, st.binary(max_size=300))
def test_nothing_raises(texts: list[str], body: bytes) -> None:
    read_srv(texts), read_mx(texts), read_tlsa(texts), read_record(texts), read_policy(body)
    issuers_allowed(read_caa(texts), wildcard=True)
