"""Programs on GnuTLS with its name check: gnutls-cli, msmtp, Debian's Exim where it must verify."""

from dataclasses import replace

from mailtrust.core.clients.engines.gnutls import GNUTLS
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.since import Since

PROFILE = replace(GNUTLS, id="gnutls", title="GnuTLS programs")

VERSIONS: tuple[ClientProfile, ...] = ()

SINCE = (
    Since("3.6.0", "no SHA-1", "gnutls/gnutls:NEWS (3.6.0)"),
    Since("3.6.0", "an address matches an iPAddress only", "gnutls/gnutls:lib/x509/hostname-verify.c (f897129)"),
)
