"""`mailtrust ca serve`: what OpenSSL and GnuTLS are told, what holds after a change, and what strangers may send."""

import base64
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailtrust.core.issuance.authority import issue, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import Recipe, root_recipe, server_recipe
from mailtrust.core.issuance.request import make_request
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509.containers import read_container
from mailtrust.core.x509.ocsp_request import write_ocsp_request
from mailtrust.core.x509.ocsp_response import read_ocsp_response
from mailtrust.core.x509.pem import to_pem
from mailtrust.edge.ca.folder import CaFolder
from mailtrust.flows.ca_serve import Desk

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CA with two certificates, of which one was revoked."""
    folder = tmp_path_factory.mktemp("pki")
    key = make_key("ec-p256")

    def command(*arguments: str) -> None:
        subprocess.run([sys.executable, "-m", "mailtrust", *arguments], cwd=folder, check=True, capture_output=True)

    command("ca", "init", "--name", "Serving", "--url", "http://127.0.0.1/pki", "--new-key", "ec-p256")
    for name in ("good", "bad"):
        asked = make_request(Recipe(dns_names=(f"{name}.example.com",)), key)
        (folder / f"{name}.csr").write_text(to_pem(asked, "CERTIFICATE REQUEST"))
        command("ca", "issue", f"{name}.csr", "--out", name, "--format", "json")
    command("ca", "revoke", "bad.example.com", "--reason", "superseded")
    return folder


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "mailtrust", "ca", "serve", "--listen", "127.0.0.1:0"], cwd=folder,
        stderr=subprocess.PIPE, text=True, env={**os.environ, "LANGUAGE": "en"},
    )  # fmt: skip
    assert process.stderr is not None
    found = re.search(r"port (\d+);", process.stderr.readline())
    assert found is not None
    yield int(found[1])
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    process.stderr.close()


@pytest.fixture(autouse=True)
def in_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.chdir(folder)


def certificate(path: Path) -> Certificate:
    return read_container(path.read_bytes(), path.name).certificates[0]


def fetch(port: int, method: str, path: str, body: bytes = b"") -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body or None)
    answer = connection.getresponse()
    found = answer.status, answer.headers["Content-Type"], answer.read()
    connection.close()
    return found


@pytest.mark.parametrize("digest", ["-sha1", "-sha256", "-sha384"])
def test_openssl_asks(folder: Path, port: int, digest: str) -> None:
    done = subprocess.run(
        ["openssl", "ocsp", digest, "-issuer", "ca/issuing.pem", "-cert", "good.pem", digest, "-cert", "bad.pem",
         "-url", f"http://127.0.0.1:{port}/pki/ocsp", "-CAfile", "ca/root.pem"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Response verify OK" in done.stderr
    assert "good.pem: good" in done.stdout
    assert "bad.pem: revoked" in done.stdout
    assert "Reason: superseded" in done.stdout


def test_gnutls_asks(folder: Path, port: int) -> None:
    done = subprocess.run(
        ["ocsptool", f"--ask=http://127.0.0.1:{port}/pki/ocsp", "--load-cert=bad.pem", "--load-issuer=ca/issuing.pem",
         "--load-trust=ca/issuing.pem"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Certificate Status: revoked" in done.stdout
    assert "Verifying OCSP Response: Success" in done.stdout


def test_lists_and_certificates(folder: Path, port: int) -> None:
    for name in ("root", "issuing"):
        whole = fetch(port, "GET", f"/pki/{name}.crl")
        assert whole == (200, "application/pkix-crl", (folder / "ca" / f"{name}.crl").read_bytes())
        der = certificate(folder / "ca" / f"{name}.pem").der
        assert fetch(port, "GET", f"/pki/{name}.crt") == (200, "application/pkix-cert", der)
        assert fetch(port, "HEAD", f"/pki/{name}.crt") == (200, "application/pkix-cert", b"")


def test_ocsp_by_get(folder: Path, port: int) -> None:
    asked = write_ocsp_request(certificate(folder / "good.pem"), certificate(folder / "ca" / "issuing.pem"))
    encoded = quote(base64.b64encode(asked), safe="")
    status, kind, body = fetch(port, "GET", f"/pki/ocsp/{encoded}")
    assert (status, kind) == (200, "application/ocsp-response")
    answer = read_ocsp_response(body)
    assert answer.answers[0].status == "good"  # type: ignore[union-attr]


def test_what_it_has_not_issued_and_what_others_have(folder: Path, port: int) -> None:
    issuing = certificate(folder / "ca" / "issuing.pem")
    start = datetime.now(UTC)
    dates = {"not_before": start, "not_after": start + timedelta(days=1)}
    other = make_root(root_recipe("Other"), make_key("ec-p256"), serial=1, **dates)
    stranger = issue(other, server_recipe("x.example"), make_key("ec-p256"), serial=2, **dates)
    told = read_ocsp_response(fetch(port, "POST", "/pki/ocsp", write_ocsp_request(stranger.certificate, issuing))[2])
    assert "unauthorized" in str(told), "the name is another CA's"
    told = read_ocsp_response(
        fetch(port, "POST", "/pki/ocsp", write_ocsp_request(stranger.certificate, other.certificate))[2]
    )
    assert "unauthorized" in str(told)
    told = read_ocsp_response(fetch(port, "POST", "/pki/ocsp", b"nonsense")[2])
    assert "malformedRequest" in str(told)
    unknown = subprocess.run(
        ["openssl", "ocsp", "-issuer", "ca/issuing.pem", "-serial", "0x1234", "-url",
         f"http://127.0.0.1:{port}/pki/ocsp", "-CAfile", "ca/root.pem"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "0x1234: unknown" in unknown.stdout


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /pki/nothing HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (b"GET /../ca/issuing.key HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (b"GET /pki/%2e%2e/journal.jsonl HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (b"PUT /pki/issuing.crl HTTP/1.1\r\nHost: x\r\n\r\n", b"405"),
        (b"POST /pki/issuing.crl HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx", b"404"),
        (b"POST /pki/ocsp HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n" + bytes(99999), b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
        (b"GET /pki/issuing.crl HTTP/1.1\r\n\r\n", b"400"),
        (b"GET " + b"/x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"4"),
    ],
)
def test_strangers(port: int, request_line: bytes, status: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request_line)
        answer = b""
        try:
            while received := connection.recv(65536):
                answer += received
        except ConnectionResetError:
            pass  # it hangs up on what it did not read to its end
    assert answer.startswith(b"HTTP/1.1 " + status) or (not answer and len(request_line) > 16_384)
    assert b"PRIVATE" not in answer
    assert fetch(port, "GET", "/pki/root.crl")[0] == 200, "it goes on"


def test_what_changes_is_told(run: Run, folder: Path) -> None:
    issuing = certificate(folder / "ca" / "issuing.pem")
    desk = Desk(CaFolder(folder / "ca"), None)
    run("ca", "issue", "good.csr", "--out", "another", "--name", "another.example.com")
    asked = write_ocsp_request(certificate(folder / "another.pem"), issuing)

    def status() -> str:
        answer = read_ocsp_response(desk("POST", "/pki/ocsp", asked).body)
        return str(answer.answers[0].status)  # type: ignore[union-attr]

    assert status() == "good"
    assert run("ca", "revoke", f"{certificate(folder / 'another.pem').serial:x}").status == 0
    assert status() == "revoked"
    journal = folder / "ca" / "journal.jsonl"
    whole = journal.read_bytes()
    try:
        journal.write_bytes(b"broken\n" + whole)
        assert status() == "revoked", "what was known holds"
    finally:
        journal.write_bytes(whole)
    (folder / "another.pem").unlink()


def test_without_a_responder_it_does_not_start(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("ca", "init", "--name", "New", "--new-key", "ec-p256")
    (tmp_path / "ca" / "ocsp.pem").unlink()
    done = run("ca", "serve")
    assert done.status == 2
    assert "run `mailtrust ca crl`" in done.err
    assert "Expected an address and a port" in run("ca", "serve", "--listen", "localhost").err


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_request_gets_an_answer(folder: Path, data: st.DataObject) -> None:
    desk = Desk(CaFolder(folder / "ca"), None)
    asked = bytearray(write_ocsp_request(certificate(folder / "good.pem"), certificate(folder / "ca" / "issuing.pem")))
    for _ in range(data.draw(st.integers(0, 4))):
        asked[data.draw(st.integers(0, len(asked) - 1))] = data.draw(st.integers(0, 255))
    answer = desk("POST", "/pki/ocsp", bytes(asked))
    assert answer.status == 200
    target = data.draw(st.text(max_size=60))
    assert desk("GET", f"/pki/{target}", b"").status in (200, 404)
