"""What a key may be used for: the purposes of extended key usage (RFC 5280 4.2.1.12) and bits of keyUsage, in sets."""

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4"
ANY_USAGE = "2.5.29.37.0"
NETSCAPE_SGC = "2.16.840.1.113730.4.1"
MICROSOFT_SGC = "1.3.6.1.4.1.311.10.3.3"
VERISIGN_SGC = "2.16.840.1.113733.1.8.1"

SERVER = frozenset({SERVER_AUTH})
SERVER_OR_ANY = frozenset({SERVER_AUTH, ANY_USAGE})
SERVER_ANY_OR_SGC = frozenset({SERVER_AUTH, ANY_USAGE, NETSCAPE_SGC, MICROSOFT_SGC})
SERVER_OR_SGC = frozenset({SERVER_AUTH, NETSCAPE_SGC, MICROSOFT_SGC})
GNUTLS_ISSUERS = frozenset({SERVER_AUTH, NETSCAPE_SGC, VERISIGN_SGC})

ANY_TLS_BIT = frozenset({"digitalSignature", "keyEncipherment", "keyAgreement"})
"""One of these is enough for OpenSSL (v3_purp.c KU_TLS) and for Mozilla (CertVerifier.cpp, tried in turn)."""
