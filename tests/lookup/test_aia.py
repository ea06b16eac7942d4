"""Issuers fetched from web servers on loopback: whole chains, wrong ones, and servers that mean harm."""

import asyncio
import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from mailtrust.core.model.pool import Pool, Source
from mailtrust.edge.lookup.aia import AiaLimits, fetch_issuers
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.edge.lookup.dns_answers import Found
from mailtrust.edge.lookup.download import Bounds

LIMITS = AiaLimits(seconds=20, one=Bounds(seconds=15))
QUICK = AiaLimits(seconds=0.5, one=Bounds(seconds=0.3))


async def fetch(*parties, allow_private=True, proxy="", limits=LIMITS, resolver=None):
    return await fetch_issuers(
        [party.certificate for party in parties],
        allow_private=allow_private,
        proxy=proxy,
        resolver=resolver or FakeResolver(),
        limits=limits,
    )


def pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def certs_only(*ders: bytes, encoding: Encoding = Encoding.DER) -> bytes:
    return pkcs7.serialize_certificates([x509.load_der_x509_certificate(der) for der in ders], encoding)


@pytest.fixture
async def world(web_server, party):
    """Root, intermediate and leaf; each but the root names where its issuer is."""
    web = await web_server()
    root = party("Root")
    intermediate = party("Intermediate", root, urls=[f"{web.base}/root.cer"])
    leaf = party("mail.example.test", intermediate, ca=False, urls=[f"{web.base}/intermediate.cer"])
    web.put("/root.cer", root.der)
    web.put("/intermediate.cer", intermediate.der)
    return web, root, intermediate, leaf


async def test_the_chain_is_fetched_up_to_the_root(world):
    web, root, intermediate, leaf = world
    entries, lookups = await fetch(leaf)
    assert [entry.certificate for entry in entries] == [intermediate.certificate, root.certificate]
    assert all(entry.sources == {Source.AIA} for entry in entries)
    assert [entry.origins for entry in entries] == [(f"{web.base}/intermediate.cer",), (f"{web.base}/root.cer",)]
    assert [lookup.kind for lookup in lookups] == ["aia", "aia"]
    assert lookups[0].answer == ("CN=Intermediate: the issuer of CN=mail.example.test.",)
    assert not any(lookup.failure for lookup in lookups)
    assert web.paths() == ["/intermediate.cer", "/root.cer"]


@pytest.mark.parametrize("form", ["pem", "p7c", "p7c-pem", "p7c-ber"])
async def test_every_form_that_clients_read(world, form):
    web, root, intermediate, leaf = world
    bundle = (intermediate.der, root.der)
    body = {
        "pem": pem(intermediate.der) + pem(root.der),
        "p7c": certs_only(*bundle),
        "p7c-pem": certs_only(*bundle, encoding=Encoding.PEM),
        # Indefinite length around the whole, as Windows writes it.
        "p7c-ber": b"\x30\x80" + _content(certs_only(*bundle)) + b"\0\0",
    }[form]
    web.put("/intermediate.cer", body)
    entries, lookups = await fetch(leaf)
    assert {entry.certificate.fingerprint for entry in entries} == {
        intermediate.certificate.fingerprint,
        root.certificate.fingerprint,
    }
    assert any("PEM" in remark for remark in lookups[0].answer) == ("pem" in form)


def _content(der: bytes) -> bytes:
    octets = der[1] & 0x7F if der[1] & 0x80 else 0
    return der[2 + octets :]


async def test_every_address_is_asked_and_the_same_one_only_once(world, party):
    web, _root, intermediate, leaf = world
    cross_root = party("Old Root")
    cross = party("Intermediate", cross_root, key=intermediate.key)
    web.put("/cross.cer", cross.der)
    urls = [f"{web.base}/cross.cer", f"{web.base}/intermediate.cer", f"{web.base}/cross.cer"]
    other = party("imap.example.test", intermediate, ca=False, urls=urls)
    entries, _ = await fetch(leaf, other)
    assert sorted(web.paths()) == ["/cross.cer", "/intermediate.cer", "/root.cer"]
    assert len(Pool(entries).named(intermediate.certificate.subject)) == 2


async def test_the_same_certificate_from_two_addresses_is_one_entry_with_both(web_server, party):
    web = await web_server()
    root = party("Root")
    urls = [web.put("/a.cer", root.der), web.put("/b.cer", root.der)]
    entries, lookups = await fetch(party("leaf", root, ca=False, urls=urls))
    (entry,) = entries
    assert entry.origins == tuple(urls)
    assert len(lookups) == 2


async def test_the_right_name_with_the_wrong_key_is_kept_and_told(world, party):
    web, _root, intermediate, leaf = world
    impostor = party("Intermediate")
    web.put("/intermediate.cer", impostor.der)
    entries, lookups = await fetch(leaf)
    assert Pool(entries).named(intermediate.certificate.subject)[0].certificate == impostor.certificate
    assert "another key made the signature" in lookups[0].answer[0]
    assert "got another: CN=Intermediate: the name of the issuer" in lookups[0].failure


async def test_another_cas_certificate_is_told(world, party):
    web, _root, _intermediate, leaf = world
    web.put("/intermediate.cer", party("Quite Another CA").der)
    _, lookups = await fetch(leaf)
    assert lookups[0].answer == ("CN=Quite Another CA: not the issuer that is looked for (CN=Intermediate).",)
    assert lookups[0].answer[0] in lookups[0].failure


async def test_a_leaf_in_place_of_the_issuer_is_not_kept(world, party):
    web, _root, _intermediate, leaf = world
    web.put("/intermediate.cer", leaf.der)
    entries, lookups = await fetch(leaf)
    assert entries == ()
    assert "not the issuer" in lookups[0].answer[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!DOCTYPE html><html>Not here any more</html>", "got a web page"),
        (b"\n\n  <HTML>", "got a web page"),
        (b"", "got an empty answer"),
        (b"PK\x03\x04zipped", "got a zip file"),
        (b"\x30\x03\x02\x01\x05", "got 5 octets"),
        (b"\x30\x84\xff\xff\xff\xff", "got 6 octets"),
        (b"\0" * 5000, "got 5000 octets"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "neither"),
        (b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "neither"),
    ],
)
async def test_what_is_no_certificate(world, body, said):
    web, _root, _intermediate, leaf = world
    web.put("/intermediate.cer", body)
    entries, lookups = await fetch(leaf)
    assert entries == ()
    assert said in lookups[0].failure
    assert "must put the certificate there" in lookups[0].failure


async def test_bare_base64_is_none_of_the_forms_that_are_read(world):
    web, _root, intermediate, leaf = world
    web.put("/intermediate.cer", base64.b64encode(intermediate.der))
    assert (await fetch(leaf))[0] == ()


async def test_missing_files_and_dead_hosts_are_told_and_the_others_still_count(world, party):
    web, _root, intermediate, _leaf = world
    urls = [f"{web.base}/gone.cer", "http://127.0.0.9:1/x.cer", f"{web.base}/intermediate.cer"]
    entries, lookups = await fetch(party("leaf", intermediate, ca=False, urls=urls))
    assert intermediate.certificate in [entry.certificate for entry in entries]
    failures = {lookup.question: lookup.failure for lookup in lookups}
    assert "404" in failures[urls[0]]
    assert "127.0.0.9" in failures[urls[1]]
    assert failures[urls[2]] == ""


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ldap:///CN=CA,CN=AIA,CN=Public%20Key%20Services?cACertificate?base", "members of the directory"),
        ("LDAP://dc.example.test/CN=CA", "members of the directory"),
        ("ftp://ca.example.test/ca.cer", "kind ftp"),
        ("file://server/share/ca.cer", "kind file"),
        ("\x1b[31mred:x", "are not fetched"),
    ],
)
async def test_addresses_that_are_not_fetched(party, url, said):
    resolver = FakeResolver()
    entries, lookups = await fetch(party("leaf", party("CA"), ca=False, urls=[url]), resolver=resolver)
    assert entries == ()
    assert said in lookups[0].failure
    assert "\x1b" not in lookups[0].question + lookups[0].failure
    assert resolver.asked == []


async def test_issuers_in_a_circle_end(web_server, party):
    web = await web_server()
    a_key, b_key = party("A"), party("B")
    a = party("A", b_key, key=a_key.key, urls=[f"{web.base}/b.cer"])
    b = party("B", a_key, key=b_key.key, urls=[f"{web.base}/a.cer"])
    web.put("/a.cer", a.der)
    web.put("/b.cer", b.der)
    entries, lookups = await fetch(party("leaf", a, ca=False, urls=[f"{web.base}/a.cer"]))
    assert len(entries) == 2
    assert len(lookups) == 2


async def test_a_ca_that_makes_a_new_issuer_for_every_question_ends(web_server, party):
    web = await web_server()
    asked = 0

    async def next_issuer(reader, writer):
        nonlocal asked
        asked += 1
        url = f"{web.base}/{asked}.cer"
        web.pages[f"/{asked}.cer"] = next_issuer
        body = party(f"CA {asked}", party(f"CA {asked + 1}"), urls=[url]).der
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + body)

    web.put("/0.cer", next_issuer)
    entries, _ = await fetch(party("leaf", party("CA 0"), ca=False, urls=[f"{web.base}/0.cer"]))
    assert asked == LIMITS.depth
    assert len(entries) == LIMITS.depth


async def test_numbers_of_addresses_and_certificates_are_bounded(web_server, party):
    web = await web_server()
    root = party("Root")
    many = certs_only(*(party(f"CA {number}", root, urls=[f"{web.base}/{number}"]).der for number in range(30)))
    urls = [web.put(f"/many-{number}.p7c", many) for number in range(12)]
    limits = AiaLimits(seconds=20, one=Bounds(seconds=15), downloads=10, urls_per_certificate=4, certificates=5)
    entries, lookups = await fetch(party("leaf", root, ca=False, urls=urls), limits=limits)
    assert len(web.requests) <= 10
    assert len(entries) <= 4 * 5
    assert sum("more than 4 addresses" in lookup.failure for lookup in lookups) == 8
    assert len(lookups) < 60


async def test_downloads_run_at_the_same_time(web_server, party):
    web = await web_server()
    root = party("Root")
    waiting = 0
    everybody = asyncio.Event()

    async def together(reader, writer):
        nonlocal waiting
        waiting += 1
        if waiting == 4:
            everybody.set()
        await everybody.wait()
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + root.der)

    urls = [web.put(f"/{number}.cer", together) for number in range(4)]
    _, lookups = await fetch(party("leaf", root, ca=False, urls=urls))
    assert not any(lookup.failure for lookup in lookups)


async def test_the_time_for_all_downloads_is_bounded(web_server, party):
    web = await web_server()

    async def silent(reader, writer):
        await asyncio.Event().wait()

    urls = [web.put(f"/{number}.cer", silent) for number in range(8)]
    limits = AiaLimits(seconds=0.3, one=Bounds(seconds=0.2), parallel=2)
    entries, lookups = await fetch(party("leaf", party("Root"), ca=False, urls=urls), limits=limits)
    assert entries == ()
    assert any("time for all downloads was used up" in lookup.failure for lookup in lookups)
    assert all(lookup.failure for lookup in lookups)


async def test_private_addresses_only_when_they_are_allowed(world):
    web, _root, _intermediate, leaf = world
    entries, lookups = await fetch(leaf, allow_private=False)
    assert entries == ()
    assert "--allow-private-aia" in lookups[0].failure
    assert web.requests == []


async def test_names_are_asked_of_the_given_resolver(web_server, party):
    web = await web_server()
    root = party("Root")
    web.put("/root.cer", root.der)
    resolver = FakeResolver(hosts={"ca.example.test": Found(("127.0.0.1",))})
    leaf = party("leaf", root, ca=False, urls=[f"http://ca.example.test:{web.port}/root.cer"])
    entries, _ = await fetch(leaf, resolver=resolver)
    assert [entry.certificate for entry in entries] == [root.certificate]
    assert resolver.asked == [("addresses", "ca.example.test")]


async def test_through_a_proxy(web_server, party):
    proxy = await web_server()
    root = party("Root")
    proxy.put("http://ca.example.test/root.cer", root.der)
    leaf = party("leaf", root, ca=False, urls=["http://ca.example.test/root.cer"])
    entries, _ = await fetch(leaf, allow_private=False, proxy=f"http://127.0.0.1:{proxy.port}")
    assert [entry.certificate for entry in entries] == [root.certificate]


async def test_redirects_are_told(world):
    web, _root, intermediate, leaf = world
    web.redirect("/intermediate.cer", "/moved.cer")
    web.put("/moved.cer", intermediate.der)
    _, lookups = await fetch(leaf)
    assert lookups[0].answer[0] == f"Redirected to {web.base}/moved.cer"


async def test_a_self_signed_certificate_has_no_issuer_elsewhere(web_server, party):
    web = await web_server()
    url = web.put("/me.cer", b"never asked")
    assert await fetch(party("self-signed", urls=[url])) == ((), ())
    assert web.requests == []


async def test_nothing_to_fetch():
    assert await fetch() == ((), ())


async def test_the_same_world_gives_the_same_answer(world):
    _web, _root, _intermediate, leaf = world
    assert await fetch(leaf) == await fetch(leaf)
