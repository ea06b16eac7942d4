"""Programs on GnuTLS with its name check: gnutls-cli, msmtp, Debian's Exim where it must verify."""

from dataclasses import replace

from mailtrust.core.clients.engines.gnutls import GNUTLS
from mailtrust.core.model.client import ClientProfile

PROFILE = replace(GNUTLS, id="gnutls", title="GnuTLS programs")

VERSIONS: tuple[ClientProfile, ...] = ()
