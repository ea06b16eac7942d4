"""Handshakes with OpenSSL's own server: versions, weak keys, kinds of certificates, staples, client certificates."""

import hashlib
import ssl
import subprocess

import pytest

from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.observation import FailureKind, Handshake, ProbeFailure, Stage
from mailtrust.edge.probe import tls_session
from mailtrust.edge.probe.prober import PortBudget

NAME = "mail.example.test"


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def presented(observation):
    return tuple(certificate.der for certificate in observation.presented_chain)


@pytest.fixture(scope="session")
def self_signed(tmp_path_factory):
    """A certificate that cryptography refuses to make."""

    def make(*options):
        folder = tmp_path_factory.mktemp("weak")
        openssl(
            "req", "-x509", "-nodes", "-days", "9", "-subj", f"/CN={NAME}", "-keyout", folder / "key.pem",
            "-out", folder / "leaf.pem", *options,
        )  # fmt: skip
        return folder / "leaf.pem", folder / "key.pem", ssl.PEM_cert_to_DER_cert((folder / "leaf.pem").read_text())

    return make


@pytest.mark.parametrize(
    ("option", "version"),
    [("-tls1", "TLSv1"), ("-tls1_1", "TLSv1.1"), ("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")],
)
async def test_every_version(look, s_server, chain, option, version):
    port = s_server("-cert", chain.leaf, "-key", chain.key, "-cert_chain", chain.intermediate, option,
                    "-cipher", "ALL:@SECLEVEL=0")  # fmt: skip
    seen = await look(port)
    assert isinstance(seen.result, Handshake)
    assert seen.result.tls_version == version
    assert seen.result.cipher
    assert seen.result.completed
    assert seen.result.key_proven
    assert seen.result.note == ""
    assert presented(seen) == chain.ders
    assert [each.fingerprint for each in seen.presented_chain] == [hashlib.sha256(d).hexdigest() for d in chain.ders]


@pytest.mark.parametrize(
    "options",
    [("-newkey", "rsa:512", "-sha256"), ("-newkey", "rsa:1024", "-sha1"), ("-newkey", "rsa:2048", "-md5")],
    ids=["rsa-512", "sha1", "md5"],
)
async def test_weak_certificates_are_reached(look, s_server, self_signed, options):
    leaf, key, der = self_signed(*options)
    seen = await look(s_server("-cert", leaf, "-key", key, "-cipher", "ALL:@SECLEVEL=0"))
    assert isinstance(seen.result, Handshake)
    assert seen.result.key_proven
    assert presented(seen) == (der,)


async def test_a_key_too_small_for_tls_13_is_read_by_a_second_connection(look, s_server, self_signed):
    """RSA-PSS does not fit into 512 bits (RFC 8446 4.2.3): the server ends TLS 1.3 with an alert."""
    leaf, key, der = self_signed("-newkey", "rsa:512")
    port = s_server("-cert", leaf, "-key", key, "-cipher", "ALL:@SECLEVEL=0")
    budget = PortBudget(connections=1)
    seen = await look(port, budget=budget)
    assert isinstance(seen.result, Handshake)
    assert seen.result.tls_version == "TLSv1.2"
    assert seen.result.completed
    assert "TLS 1.3 in the hello met alert: handshake_failure" in seen.result.note
    assert presented(seen) == (der,)
    assert budget == PortBudget(connections=0, tls12_only=True)

    again = await look(port, budget=budget, offer=Offer.NO_SNI)
    assert isinstance(again.result, Handshake), "what was learnt about the port is used for its other offers"
    assert again.result.note == ""


async def test_without_budget_there_is_no_second_connection(look, s_server, self_signed):
    leaf, key, _ = self_signed("-newkey", "rsa:512")
    port = s_server("-cert", leaf, "-key", key, "-cipher", "ALL:@SECLEVEL=0")
    seen = await look(port, budget=PortBudget(connections=0))
    assert seen.result == ProbeFailure(Stage.HANDSHAKE, FailureKind.ALERT, "handshake_failure")


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
async def test_each_kind_of_key_is_asked_for(look, s_server, chain, rsa_chain, version):
    port = s_server("-cert", chain.leaf, "-key", chain.key, "-dcert", rsa_chain.leaf, "-dkey", rsa_chain.key, version)
    assert presented(await look(port, offer=Offer.ECDSA))[0] == chain.ders[0]
    assert presented(await look(port, offer=Offer.RSA))[0] == rsa_chain.ders[0]


@pytest.mark.parametrize("version", ["-tls1", "-tls1_2", "-tls1_3"])
async def test_a_kind_of_key_the_server_lacks(look, s_server, rsa_chain, version):
    """An RSA leaf is never taken for an ECDSA one, though rsa_pkcs1 is offered for the chain above."""
    port = s_server("-cert", rsa_chain.leaf, "-key", rsa_chain.key, version, "-cipher", "ALL:@SECLEVEL=0")
    seen = await look(port, offer=Offer.ECDSA)
    assert seen.result == ProbeFailure(Stage.HANDSHAKE, FailureKind.ALERT, "handshake_failure")


async def test_an_ecdsa_leaf_under_an_rsa_authority_is_not_lost(look, s_server, self_signed, tmp_path):
    """RFC 8446 4.2.3: the algorithms of certificates are offered, too."""
    authority, authority_key, authority_der = self_signed("-newkey", "rsa:2048")
    files = {name: tmp_path / name for name in ("key", "request", "leaf", "serial")}
    openssl("req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", f"/CN={NAME}",
            "-keyout", files["key"], "-out", files["request"])  # fmt: skip
    openssl("x509", "-req", "-in", files["request"], "-CA", authority, "-CAkey", authority_key, "-CAserial",
            files["serial"], "-CAcreateserial", "-days", "9", "-out", files["leaf"])  # fmt: skip
    port = s_server("-cert", files["leaf"], "-key", files["key"], "-cert_chain", authority, "-strict")
    seen = await look(port, offer=Offer.ECDSA)
    assert isinstance(seen.result, Handshake)
    assert presented(seen)[1] == authority_der


async def test_legacy_ends_at_tls_12(look, s_server, chain):
    seen = await look(s_server("-cert", chain.leaf, "-key", chain.key), offer=Offer.LEGACY)
    assert isinstance(seen.result, Handshake)
    assert seen.result.tls_version == "TLSv1.2"


async def test_the_server_name_is_sent_and_left_out(look, s_server, chain, make_chain):
    other = make_chain("other.example.test")
    port = s_server("-cert", other.leaf, "-key", other.key, "-cert2", chain.leaf, "-key2", chain.key,
                    "-servername", NAME)  # fmt: skip
    assert presented(await look(port))[0] == chain.ders[0]
    assert presented(await look(port, offer=Offer.NO_SNI))[0] == other.ders[0]
    assert presented(await look(port, server_name=None))[0] == other.ders[0]
    assert presented(await look(port, server_name="strange.example.test"))[0] == other.ders[0]


@pytest.mark.parametrize("name", ["münchen.example.test", "a" * 300, "", "."])
async def test_a_name_that_tls_cannot_say_is_not_sent(look, s_server, chain, name):
    seen = await look(s_server("-cert", chain.leaf, "-key", chain.key), server_name=name)
    assert isinstance(seen.result, Handshake)


async def test_a_server_that_wants_this_name_only(look, s_server, chain, make_chain):
    port = s_server("-cert", chain.leaf, "-key", chain.key, "-cert2", chain.leaf, "-key2", chain.key,
                    "-servername", NAME, "-servername_fatal")  # fmt: skip
    budget = PortBudget(connections=3)
    seen = await look(port, server_name="strange.example.test", budget=budget)
    assert seen.result == ProbeFailure(Stage.HANDSHAKE, FailureKind.ALERT, "unrecognized_name")
    assert budget.connections == 3, "an older hello would meet the same answer"


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
async def test_the_staple_is_asked_for_and_kept(look, s_server, chain, tmp_path, version):
    staple = bytes.fromhex("30030a0106")  # RFC 6960 4.2.1: unauthorized
    (tmp_path / "staple").write_bytes(staple)
    port = s_server("-cert", chain.leaf, "-key", chain.key, "-status_file", tmp_path / "staple", version)
    seen = await look(port)
    assert isinstance(seen.result, Handshake)
    assert seen.result.ocsp_staple == staple


async def test_no_staple(look, s_server, chain):
    seen = await look(s_server("-cert", chain.leaf, "-key", chain.key))
    assert isinstance(seen.result, Handshake)
    assert seen.result.ocsp_staple is None


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
async def test_a_server_that_would_like_a_client_certificate(look, s_server, chain, version):
    seen = await look(s_server("-cert", chain.leaf, "-key", chain.key, "-verify", "3", version))
    assert isinstance(seen.result, Handshake)
    assert seen.result.completed


async def test_a_server_that_insists_on_a_client_certificate(look, s_server, chain):
    """It hangs up, but has signed before: its chain and its key are known."""
    budget = PortBudget(connections=3)
    seen = await look(s_server("-cert", chain.leaf, "-key", chain.key, "-Verify", "3", "-tls1_2"), budget=budget)
    assert isinstance(seen.result, Handshake)
    assert presented(seen)[0] == chain.ders[0]
    assert not seen.result.completed
    assert seen.result.key_proven
    assert seen.result.note == "handshake_failure; the server chose TLSv1.2; it asked for a client certificate"
    assert budget.connections == 3


async def test_with_rsa_key_exchange_only_a_finished_handshake_proves_the_key(look, s_server, rsa_chain):
    port = s_server("-cert", rsa_chain.leaf, "-key", rsa_chain.key, "-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0")
    seen = await look(port)
    assert isinstance(seen.result, Handshake)
    assert seen.result.key_proven

    insisting = s_server("-cert", rsa_chain.leaf, "-key", rsa_chain.key, "-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0",
                         "-Verify", "3")  # fmt: skip
    refused = await look(insisting)
    assert isinstance(refused.result, Handshake)
    assert not refused.result.key_proven


async def test_a_server_with_anonymous_suites_shows_its_certificate_all_the_same(look, s_server, chain):
    port = s_server("-cert", chain.leaf, "-key", chain.key, "-tls1_2", "-cipher", "aNULL:ALL:@SECLEVEL=0")
    assert presented(await look(port))[0] == chain.ders[0]


async def test_order_duplicates_and_strangers_are_kept(look, s_server, chain, make_chain, tmp_path):
    stranger = make_chain("stranger.example.test")
    extra = tmp_path / "extra.pem"
    extra.write_bytes(stranger.leaf.read_bytes() + chain.intermediate.read_bytes() * 2 + chain.leaf.read_bytes())
    seen = await look(s_server("-cert", chain.leaf, "-key", chain.key, "-cert_chain", extra))
    leaf, intermediate = chain.ders
    assert presented(seen) == (leaf, stranger.ders[0], intermediate, intermediate, leaf)


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
async def test_without_private_names_of_pyopenssl_the_same_is_seen(
    look, s_server, chain, monkeypatch, tmp_path, version
):
    monkeypatch.setattr(tls_session, "watch_server", lambda context, hear: None)
    (tmp_path / "staple").write_bytes(bytes.fromhex("30030a0106"))
    port = s_server("-cert", chain.leaf, "-key", chain.key, "-cert_chain", chain.intermediate, version,
                    "-status_file", tmp_path / "staple")  # fmt: skip
    seen = await look(port)
    assert isinstance(seen.result, Handshake)
    assert presented(seen) == chain.ders
    assert seen.result.ocsp_staple == bytes.fromhex("30030a0106")
    alert = await look(s_server("-cert", chain.leaf, "-key", chain.key, version), offer=Offer.RSA)
    assert isinstance(alert.result, ProbeFailure)


async def test_without_steering_signatures_the_suites_of_tls_12_choose(look, s_server, chain, rsa_chain, monkeypatch):
    monkeypatch.setattr("mailtrust.edge.probe.hello.offer_signatures", lambda context, algorithms: False)
    port = s_server("-cert", chain.leaf, "-key", chain.key, "-dcert", rsa_chain.leaf, "-dkey", rsa_chain.key)
    assert presented(await look(port, offer=Offer.ECDSA))[0] == chain.ders[0]
    assert presented(await look(port, offer=Offer.RSA))[0] == rsa_chain.ders[0]


def test_private_names_are_there() -> None:
    """With the versions we are locked to; when this fails, private_openssl.py has lost its grip."""
    from OpenSSL import SSL

    from mailtrust.edge.probe.private_openssl import offer_signatures, watch_server

    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    assert watch_server(context, lambda kind, message: None) is not None
    assert offer_signatures(context, "rsa_pss_rsae_sha256")
    assert not offer_signatures(context, "no_such_algorithm")


def test_private_names_may_go(monkeypatch: pytest.MonkeyPatch) -> None:
    from OpenSSL import SSL, _util

    from mailtrust.edge.probe.private_openssl import offer_signatures, watch_server

    monkeypatch.setattr(_util, "lib", object())
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    assert watch_server(context, lambda kind, message: None) is None
    assert not offer_signatures(context, "rsa_pss_rsae_sha256")
