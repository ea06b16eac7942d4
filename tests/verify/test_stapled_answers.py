"""What clients make of the OCSP answer that a server sends along: by their sources, and GnuTLS is asked as well."""

import os
import shutil
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailtrust.core.clients import CLIENTS, client_by_id
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.pool import Pool
from mailtrust.core.model.verdict import Outcome, Verdict
from mailtrust.core.validation.evaluate import evaluate
from mailtrust.core.x509.pem import to_pem

OCSP_SIGNING = "1.3.6.1.5.5.7.3.9"


def kinds(pki: Any) -> dict[str, bytes]:
    """Answers of every kind."""
    responder = pki.server(None, "ocsp.example.com", key_name="responder", extended_key_usage=(OCSP_SIGNING,))
    stranger = pki.server(None, "ocsp.example.org", key_name="responder")
    return {
        "good": pki.ocsp(),
        "delegated": pki.ocsp(signer=responder),
        "revoked": pki.ocsp(status=pki.revoked_status()),
        "unknown": pki.ocsp(status=b"\x82\x00"),
        "expired": pki.ocsp(begins=-9, ends=-2),
        "future": pki.ocsp(begins=2),
        "old without end": pki.ocsp(begins=-16, ends=None),
        "young without end": pki.ocsp(begins=-10, ends=None),
        "another certificate": pki.ocsp(pki.server().certificate),
        "bad signature": pki.ocsp(by=pki.root.key),
        "not entrusted": pki.ocsp(signer=stranger),
        "try later": pki.ocsp(response_status=3),
        "critical extension": pki.ocsp(more=(("1.2.3.4", True, b"\x05\x00"),)),
    }


def verdict(pki: Any, client: str, staple: bytes | None, *, at: datetime | None = None) -> Verdict:
    endpoint = Endpoint("mail.example.com", 993, Protocol.IMAP, TlsMode.IMPLICIT, "192.0.2.1", None, "given")
    chain = (pki.leaf.certificate, pki.issuing.certificate)
    shake = Handshake("TLSv1.3", "TLS_AES_128_GCM_SHA256", chain, staple, key_proven=True, completed=True)
    anchors = (TrustAnchor(pki.root.certificate, locally_added=True),)
    return evaluate(
        Observation(endpoint, Offer.DEFAULT, pki.now, shake),
        pool=Pool(),
        store=AnchorStore("test", pki.now, "made by the test", "", anchors),
        client=client_by_id(client),
        now=at or pki.now,
    )


MINDS = {
    # asked of gnutls-cli 3.7.9
    "gnutls": {
        "revoked": "revoked",
        "expired": "staple-bad",
        "old without end": "staple-bad",
        "another certificate": "staple-bad",
        "bad signature": "staple-bad",
        "not entrusted": "staple-bad",
    },
    # asked of Firefox and Thunderbird 153, tests/real_servers/test_revocation.py
    "firefox": {
        "revoked": "revoked",
        "unknown": "staple-bad",
        "expired": "staple-bad",
        "future": "staple-bad",
        "old without end": "staple-bad",
        "young without end": "staple-bad",
        "another certificate": "staple-bad",
        "bad signature": "staple-bad",
        "not entrusted": "staple-bad",
        "try later": "staple-bad",
        "critical extension": "staple-bad",
    },
    "gmail-android": {
        "revoked": "revoked",
        "unknown": "staple-bad",
        "expired": "staple-bad",
        "future": "staple-bad",
        "old without end": "staple-bad",
        "young without end": "staple-bad",
        "another certificate": "staple-bad",
        "bad signature": "staple-bad",
        "not entrusted": "staple-bad",
        "try later": "staple-bad",
        "critical extension": "staple-bad",
    },
    "apple-mail-ios": {"revoked": "revoked"},
    "openssl": {},
    "chrome": {},
    "java-mail": {},
    "outlook-windows": {},
}


@pytest.mark.parametrize("client", MINDS)
def test_clients_mind_what_their_sources_say(pki: Any, client: str) -> None:
    found = {}
    for kind, staple in kinds(pki).items():
        codes = sorted(verdict(pki, client, staple).error_codes)
        if codes:
            found[kind] = ",".join(codes)
    assert found == MINDS[client]
    assert not verdict(pki, client, None).error_codes


def test_nobody_goes_past_a_revocation(pki: Any) -> None:
    staple = pki.ocsp(status=pki.revoked_status())
    refusing = {client.id for client in CLIENTS if verdict(pki, client.id, staple).error_codes == {"revoked"}}
    assert refusing == {
        "gmail-android", "gnutls", "firefox", "thunderbird", "apple-mail-ios", "apple-mail-macos", "outlook-mac",
        "mailstore-addin",
    }  # fmt: skip
    for client in ("apple-mail-ios", "firefox"):
        judged = verdict(pki, client, staple)
        assert (judged.outcome, judged.overridable) == (Outcome.REFUSED, False)


def test_the_reason_says_when_and_why(pki: Any) -> None:
    (reason,) = verdict(pki, "gnutls", pki.ocsp(status=pki.revoked_status(5))).reasons
    assert reason.fact("reason") == "cessationOfOperation"
    assert reason.certificate == pki.leaf.certificate.fingerprint
    (reason,) = verdict(pki, "gnutls", pki.ocsp(begins=-9, ends=-1)).reasons
    assert reason.fact("because") == ("outdated",)
    assert verdict(pki, "gnutls", pki.ocsp(begins=-9, ends=-1)).words


@pytest.mark.real_server
@pytest.mark.skipif(
    sys.platform == "win32" or not shutil.which("gnutls-cli") or not shutil.which("openssl"),
    reason="needs gnutls-cli and openssl (make test-servers)",
)
def test_gnutls_says_the_same(pki: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """gnutls-cli is asked about each kind, served by openssl s_server, and so is its profile."""
    module = sys.modules[type(pki).__module__]
    now = datetime.now(UTC).replace(microsecond=0)
    monkeypatch.setattr(module, "NOW", now)
    fresh = type(pki)()
    monkeypatch.setattr(type(pki), "now", now)
    chain = tmp_path / "chain.pem"
    chain.write_text(to_pem(fresh.leaf.certificate) + to_pem(fresh.issuing.certificate))
    (tmp_path / "root.pem").write_text(to_pem(fresh.root.certificate))
    (tmp_path / "key.pem").write_text(to_pem(fresh.leaf.key.pkcs8, "PRIVATE KEY"))
    said, judged = {}, {}
    for kind, staple in kinds(fresh).items():
        (tmp_path / "staple").write_bytes(staple)
        said[kind] = _gnutls_trusts(tmp_path)
        judged[kind] = verdict(fresh, "gnutls", staple, at=now).outcome is Outcome.ACCEPTED
    assert judged == said


def _gnutls_trusts(folder: Path) -> bool:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = ["-cert", "chain.pem", "-cert_chain", "chain.pem", "-key", "key.pem", "-status", "-status_file", "staple"]
    server = subprocess.Popen(
        ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-quiet", *served],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        asked = ["gnutls-cli", "--x509cafile", "root.pem", "-p", str(port), "--verify-hostname", "mail.example.com"]
        told = subprocess.run(
            [*asked, "127.0.0.1"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        ).stdout
    finally:
        server.kill()
        server.wait()
    assert "Status: The certificate is" in told, told
    return "Status: The certificate is trusted." in told


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.02)
    pytest.fail("openssl s_server did not start")


def test_an_answer_about_a_leaf_that_is_its_own_anchor_is_not_looked_at(pki: Any) -> None:
    client = client_by_id("gnutls")
    anchors = (TrustAnchor(pki.leaf.certificate, locally_added=True),)
    endpoint = Endpoint("mail.example.com", 993, Protocol.IMAP, TlsMode.IMPLICIT, "192.0.2.1", None, "given")
    shake = Handshake("TLSv1.3", "TLS_AES_128_GCM_SHA256", (pki.leaf.certificate,), b"?", True, completed=True)
    judged = evaluate(
        Observation(endpoint, Offer.DEFAULT, pki.now, shake),
        pool=Pool(),
        store=AnchorStore("test", pki.now, "made by the test", "", anchors),
        client=client,
        now=pki.now,
    )
    assert not judged.error_codes & {"revoked", "staple-bad"}
