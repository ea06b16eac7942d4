"""What is said in the hello, for each offer."""

from OpenSSL import SSL

from mailtrust.core.model.endpoint import Offer
from mailtrust.edge.probe.private_openssl import offer_signatures

# Security level 0 reaches small keys, SHA-1, MD5 and TLS 1.0. Suites without a certificate (aNULL, PSK, SRP) are left
# out: a server that has them, such as Postfix, might choose one, and we would see nothing.
_CIPHERS = {
    Offer.RSA: b"aRSA:!SRP:!PSK:@SECLEVEL=0",
    Offer.ECDSA: b"aECDSA:@SECLEVEL=0",
}
_ALL_CIPHERS = b"ALL:COMPLEMENTOFALL:!aNULL:!PSK:!SRP:@SECLEVEL=0"
_TLS13_CIPHERS = (
    b"TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
    b"TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"
)

# RFC 8446 4.2.3: rsa_pkcs1_* may sign certificates in TLS 1.3, never the handshake. So the second list asks for an
# ECDSA leaf and yet allows an RSA authority above it.
_RSA_IN_CHAIN = "rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512:rsa_pkcs1_sha1"
_SIGNATURES = {
    Offer.RSA: "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:"
    f"rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:{_RSA_IN_CHAIN}",
    Offer.ECDSA: f"ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ecdsa_sha1:{_RSA_IN_CHAIN}",
}

# RFC 5746: servers without secure renegotiation are spoken to as well (SSL_OP_LEGACY_SERVER_CONNECT and
# SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION of openssl/ssl.h; pyOpenSSL has no names for them).
_LEGACY_OPTIONS = (1 << 2) | (1 << 18)


def context_for(offer: Offer, *, tls12_only: bool) -> SSL.Context:
    """Give a fresh context that trusts nobody and accepts everything: what was presented is judged elsewhere."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(SSL.TLS1_VERSION)
    context.set_verify(SSL.VERIFY_NONE)
    context.set_options(_LEGACY_OPTIONS)
    context.set_cipher_list(_CIPHERS.get(offer, _ALL_CIPHERS))
    context.set_tls13_ciphersuites(_TLS13_CIPHERS)
    signatures = _SIGNATURES.get(offer)
    # Up to TLS 1.2 the suites decide about the kind of key, in TLS 1.3 only the signature algorithms do.
    steered = signatures is None or offer_signatures(context, signatures)
    if tls12_only or offer is Offer.LEGACY or not steered:
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
    return context
