"""Downloads from servers that mean well and from servers that do not."""

import asyncio
import contextlib

import pytest

from mailtrust.core.model.text import text
from mailtrust.edge.lookup import download as downloading
from mailtrust.edge.lookup.dns import FakeResolver
from mailtrust.edge.lookup.dns_answers import Found, LookupFailed, NoSuchName
from mailtrust.edge.lookup.download import Bounds, Downloaded, NotDownloaded, Route, download

ANYWHERE = Route(FakeResolver(), allow_private=True, proxy="")
QUICK = Bounds(octets=10_000, seconds=0.4, connect_seconds=0.3)
PATIENT = Bounds(octets=10_000, seconds=20)


def named(host: str, *addresses: str, allow_private: bool = True) -> Route:
    return Route(FakeResolver(hosts={host: Found(addresses)}), allow_private=allow_private, proxy="")


def why(result: Downloaded | NotDownloaded) -> str:
    assert isinstance(result, NotDownloaded), result
    return str(result.why)


async def test_a_file_is_fetched(web_server):
    web = await web_server()
    url = web.put("/ca%20one.cer?x=1", b"DER")
    assert await download(url, ANYWHERE, PATIENT) == Downloaded(b"DER", url)
    assert web.requests[0].startswith(b"GET /ca%20one.cer?x=1 HTTP/1.1\r\n")
    assert f"host: 127.0.0.1:{web.port}\r\n".encode() in web.requests[0].lower()


async def test_a_name_is_resolved_once_and_that_address_is_used(web_server):
    web = await web_server()
    web.put("/ca.cer", b"DER")
    route = named("ca.test", "127.0.0.1")
    assert isinstance(await download(f"http://ca.test:{web.port}/ca.cer", route, PATIENT), Downloaded)
    assert route.resolver.asked == [("addresses", "ca.test")]
    assert f"host: ca.test:{web.port}".encode() in web.requests[0].lower()


async def test_characters_beyond_ascii_are_encoded_and_fragments_stay_here(web_server):
    web = await web_server()
    await download(
        f"http://b\u00fccher.test:{web.port}/r\u00f6mer zert.cer#top", named("xn--bcher-kva.test", "127.0.0.1"), PATIENT
    )
    assert web.paths() == ["/r%C3%B6mer%20zert.cer"]


async def test_a_chunked_answer_and_one_that_ends_with_the_connection(web_server):
    web = await web_server()
    chunked = web.put(
        "/chunked", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    until_close = web.put("/close", b"HTTP/1.0 200 OK\r\n\r\nabcde")
    informed = web.put("/103", b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde")
    for url in (chunked, until_close, informed):
        assert (await download(url, ANYWHERE, PATIENT)).body == b"abcde"


async def test_over_tls_the_servers_certificate_is_not_asked_for_its_name(web_server, server_tls):
    web = await web_server(tls=server_tls)
    url = web.put("/ca.cer", b"DER")
    assert await download(url, ANYWHERE, PATIENT) == Downloaded(b"DER", url)


async def test_ipv6(web_server):
    try:
        web = await web_server("::1")
    except OSError:
        pytest.skip("no IPv6 on loopback")
    url = web.put("/ca.cer", b"DER")
    assert (await download(url, ANYWHERE, PATIENT)).body == b"DER"
    assert f"host: [::1]:{web.port}".encode() in web.requests[0].lower()


async def test_the_next_address_is_tried_when_one_refuses(web_server):
    web = await web_server()
    web.put("/ca.cer", b"DER")
    route = named("ca.test", "127.0.0.9", "127.0.0.1")
    assert (await download(f"http://ca.test:{web.port}/ca.cer", route, PATIENT)).body == b"DER"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_and_told(web_server, status):
    web = await web_server()
    target = web.put("/new.cer", b"DER")
    url = web.redirect("/old.cer", "/new.cer", status)
    assert await download(url, ANYWHERE, PATIENT) == Downloaded(b"DER", target, (target,))


async def test_redirects_in_a_circle_end(web_server):
    web = await web_server()
    url = web.redirect("/a", "/b")
    web.redirect("/b", "/a")
    result = await download(url, ANYWHERE, PATIENT)
    assert "redirected more than 5 times" in why(result)
    assert len(web.requests) == 6


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "ldap:///CN=x", "http://", "http://[::1/", "//", "gopher:x"]
)
async def test_redirects_to_other_kinds_of_places_are_not_followed(web_server, location):
    web = await web_server()
    assert isinstance(await download(web.redirect("/a", location), ANYWHERE, PATIENT), NotDownloaded)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1"])
async def test_private_addresses_are_not_fetched_from(address):
    host = f"[{address}]" if ":" in address else address
    route = Route(FakeResolver(hosts={"ca.test": Found((address,))}), proxy="")
    for url in (f"http://{host}/ca.cer", "http://ca.test/ca.cer", "https://ca.test/ca.cer"):
        assert "not a public address" in why(await download(url, route, QUICK))


async def test_of_several_addresses_only_public_ones_are_connected_to(web_server, monkeypatch):
    private, public = await web_server(), await web_server("127.0.0.2")
    monkeypatch.setattr(downloading, "is_public", lambda address: address == "127.0.0.2")
    public.put("/ca.cer", b"DER")
    route = named("ca.test", "127.0.0.1", "127.0.0.2", allow_private=False)
    assert (await download(f"http://ca.test:{public.port}/ca.cer", route, PATIENT)).body == b"DER"
    assert private.requests == []


@pytest.mark.parametrize("hidden", ["127.0.0.1", "localhost", "hidden.test", "0x7f.1", "2130706433"])
async def test_a_public_server_cannot_redirect_to_a_private_one(web_server, monkeypatch, hidden):
    private, public = await web_server(), await web_server("127.0.0.2")
    monkeypatch.setattr(downloading, "is_public", lambda address: address == "127.0.0.2")
    private.put("/secret", b"secret")
    url = public.redirect("/ca.cer", f"http://{hidden}:{private.port}/secret")
    hosts = dict.fromkeys(("localhost", "hidden.test", "0x7f.1", "2130706433"), Found(("127.0.0.1",)))
    result = await download(url, Route(FakeResolver(hosts=hosts), proxy=""), PATIENT)
    assert "not a public address" in why(result)
    assert private.requests == []
    assert len(public.requests) == 1


async def test_a_name_that_changes_its_address_is_not_asked_twice(web_server, monkeypatch):
    web = await web_server("127.0.0.2")
    web.put("/ca.cer", b"DER")
    monkeypatch.setattr(downloading, "is_public", lambda address: address == "127.0.0.2")

    class Rebinding(FakeResolver):
        async def addresses(self, host):
            self.asked.append(("addresses", host))
            return Found(("127.0.0.2" if len(self.asked) == 1 else "127.0.0.1",))

    route = Route(Rebinding(), proxy="")
    assert (await download(f"http://ca.test:{web.port}/ca.cer", route, PATIENT)).body == b"DER"
    assert len(route.resolver.asked) == 1


async def test_a_declared_size_is_believed_at_once(web_server):
    web = await web_server()
    url = web.put("/big", b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    assert "larger than 10000 octets" in why(await download(url, ANYWHERE, PATIENT))


async def test_a_stream_without_end_is_left(web_server):
    web = await web_server()
    sent = 0

    async def endless(reader, writer):
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"\0" * 65536)
            await writer.drain()
            sent += 65536

    assert "larger than 10000 octets" in why(await download(web.put("/endless", endless), ANYWHERE, PATIENT))
    assert sent < 100_000_000


async def test_a_slow_drip_meets_the_deadline(web_server):
    web = await web_server()

    async def drip(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"\0")
            await writer.drain()
            await asyncio.sleep(0.01)

    assert "within 0.4 seconds" in why(await download(web.put("/drip", drip), ANYWHERE, QUICK))


async def test_a_silent_server_meets_the_deadline(web_server):
    web = await web_server()

    async def silent(reader, writer):
        with contextlib.suppress(OSError):
            await reader.read()

    assert "within 0.4 seconds" in why(await download(web.put("/silent", silent), ANYWHERE, QUICK))


async def test_headers_without_end_are_left(web_server):
    web = await web_server()

    async def headers(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-Header: " + b"a" * 1000 + b"\r\n")
            await writer.drain()

    assert "does not speak HTTP" in why(await download(web.put("/headers", headers), ANYWHERE, PATIENT))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "answered 404 Not Found"),
        (b"HTTP/1.1 500 \x1b[31mRed\r\nContent-Length: 0\r\n\r\n", r"answered 500 \x1b[31mRed."),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", "answered 304"),
        (b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "answered 302"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "compressed"),
        (b"220 mail.example.test ESMTP\r\n\r\n", "does not speak HTTP"),
        (b"\x16\x03\x03 garbage \xff\xfe\r\n\r\n", "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "does not speak HTTP"),
        (b"HTTP/", "does not speak HTTP"),
    ],
)
async def test_what_servers_say_instead(web_server, answer, said):
    web = await web_server()

    async def say(reader, writer):
        writer.write(answer)

    assert said in why(await download(web.put("/x", say), ANYWHERE, PATIENT))


async def test_a_connection_that_is_closed_at_once(web_server):
    web = await web_server()

    async def close(reader, writer):
        writer.close()

    assert isinstance(await download(web.put("/x", close), ANYWHERE, PATIENT), NotDownloaded)


async def test_nobody_listens(web_server):
    web = await web_server()
    route = named("ca.test", "127.0.0.9")
    assert "127.0.0.9" in why(await download(f"http://ca.test:{web.port}/", route, PATIENT))


async def test_https_where_plain_http_is_spoken():
    async def greet(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        with contextlib.suppress(OSError):
            await writer.drain()
            await reader.read()
        writer.transport.abort()
        done.set()

    done = asyncio.Event()
    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert "TLS handshake" in why(await download(f"https://127.0.0.1:{port}/", ANYWHERE, PATIENT))
        await done.wait()


@pytest.mark.parametrize("answer", [NoSuchName("ca.test"), LookupFailed(text("No DNS server answered in time."))])
async def test_a_host_without_address(answer):
    route = Route(FakeResolver(hosts={"ca.test": answer}), proxy="")
    assert "has no address" in why(await download("http://ca.test/ca.cer", route, QUICK))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://",
        "http:///x",
        "http://a:b/",
        "http://a:0/",
        "http://a:70000/",
        "http://[1::/",
        "http://" + "a" * 3000,
        "ca.cer",
        "http://" + "a" * 64 + ".test/",
    ],
)
async def test_urls_that_are_none(url):
    assert isinstance(await download(url, ANYWHERE, QUICK), NotDownloaded)


async def test_through_a_proxy_the_whole_url_is_asked_for(web_server):
    proxy = await web_server()
    proxy.put("http://ca.test/ca.cer", b"DER")
    route = Route(FakeResolver(), proxy=f"http://user:secret@127.0.0.1:{proxy.port}")
    assert (await download("http://ca.test/ca.cer", route, PATIENT)).body == b"DER"
    assert proxy.requests[0].startswith(b"GET http://ca.test/ca.cer HTTP/1.1\r\n")
    assert b"proxy-authorization: Basic dXNlcjpzZWNyZXQ=".lower() in proxy.requests[0].lower()
    assert route.resolver.asked == []  # The proxy resolves names.


async def test_through_a_proxy_https_is_tunnelled(web_server, server_tls):
    proxy, web = await web_server(), await web_server(tls=server_tls)
    web.put("/ca.cer", b"DER")

    async def tunnel(reader, writer):
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", web.port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")

        async def pump(source, sink):
            while data := await source.read(4096):
                sink.write(data)
                await sink.drain()

        try:
            await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))
        finally:
            inner_writer.transport.abort()

    proxy.put(f"ca.test:{web.port}", tunnel)
    route = Route(FakeResolver(), proxy=f"user:secret@127.0.0.1:{proxy.port}")
    assert (await download(f"https://ca.test:{web.port}/ca.cer", route, PATIENT)).body == b"DER"
    assert proxy.requests[0].startswith(f"CONNECT ca.test:{web.port} HTTP/1.1\r\n".encode())
    assert b"proxy-authorization" not in web.requests[0].lower()


async def test_a_proxy_that_refuses_the_tunnel(web_server):
    proxy = await web_server()
    proxy.put("ca.test:443", b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    route = Route(FakeResolver(), proxy=f"127.0.0.1:{proxy.port}")
    assert "proxy answered 407" in why(await download("https://ca.test/ca.cer", route, PATIENT))


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "[::1]", "localhost"])
async def test_a_proxy_is_not_asked_for_private_addresses_either(web_server, host):
    proxy = await web_server()
    route = Route(FakeResolver(), proxy=f"127.0.0.1:{proxy.port}")
    assert "not a public address" in why(await download(f"http://{host}/ca.cer", route, PATIENT))
    assert proxy.requests == []


async def test_a_proxy_from_the_environment(web_server):
    proxy = await web_server()
    proxy.put("http://ca.test/ca.cer", b"DER")
    route = Route(FakeResolver(), environment={"http_proxy": f"http://127.0.0.1:{proxy.port}"})
    assert (await download("http://ca.test/ca.cer", route, PATIENT)).body == b"DER"
    unusable = Route(FakeResolver(), environment={"http_proxy": "socks5://127.0.0.1:1"})
    assert "plain HTTP proxies" in why(await download("http://ca.test/ca.cer", unusable, PATIENT))
