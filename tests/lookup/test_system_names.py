"""Addresses as the system finds them."""

import asyncio
import socket
import threading

import pytest

from mailtrust.edge.lookup.dns import DnsResolver
from mailtrust.edge.lookup.dns_answers import Found, LookupFailed, NoData, NoSuchName, Patience


async def test_the_hosts_file_counts_when_no_server_is_named():
    answer = await DnsResolver().addresses("localhost")
    assert isinstance(answer, Found)
    assert set(answer.records) & {"127.0.0.1", "::1"}


def resolved(monkeypatch, result):
    def getaddrinfo(*args, **kwargs):
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


async def test_each_address_once_ordered_with_its_canonical_name(monkeypatch):
    stream = socket.SOCK_STREAM
    resolved(
        monkeypatch,
        [
            (socket.AF_INET6, stream, 6, "Node7.provider.test", ("2001:db8::1", 0, 0, 0)),
            (socket.AF_INET, stream, 6, "", ("192.0.2.10", 0)),
            (socket.AF_INET, stream, 6, "", ("192.0.2.9", 0)),
            (socket.AF_INET, stream, 6, "", ("192.0.2.9", 0)),
        ],
    )
    answer = await DnsResolver().addresses("mail.example.test")
    assert answer == Found(("192.0.2.9", "192.0.2.10", "2001:db8::1"), aliases=("node7.provider.test",))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), NoSuchName("mail.test")),
        (socket.gaierror(getattr(socket, "EAI_NODATA", -5), "No address"), NoData("mail.test")),
    ],
)
async def test_absence(monkeypatch, error, expected):
    resolved(monkeypatch, error)
    assert await DnsResolver().addresses("mail.test") == expected


@pytest.mark.parametrize(
    "error", [socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), OSError("no descriptors"), UnicodeError("label")]
)
async def test_what_the_system_cannot_tell(monkeypatch, error):
    resolved(monkeypatch, error)
    assert isinstance(await DnsResolver().addresses("mail.test"), LookupFailed)


@pytest.mark.parametrize("name", ["a" * 64 + ".test", "a..test"])
async def test_names_that_cannot_be_are_not_asked_for(name):
    assert "cannot be the name" in str(await DnsResolver().addresses(name))


async def test_a_system_that_hangs_is_not_waited_for(monkeypatch):
    release = threading.Event()

    def hang(*args, **kwargs):
        release.wait()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    answer = await DnsResolver(patience=Patience(in_all=0.05)).addresses("mail.test")
    assert isinstance(answer, LookupFailed)
    release.set()
    await asyncio.sleep(0.01)
