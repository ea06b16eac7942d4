"""The public web's rules to the letter: RFC 5280 with the CA/Browser Forum's TLS Baseline Requirements."""

from dataclasses import replace

from mailtrust.core.clients.reference import rfc5280
from mailtrust.core.model.client import Citation
from mailtrust.core.validation.names.webpki import names_webpki
from mailtrust.core.validation.references import CHECKS_BASELINE

PROFILE = replace(
    rfc5280.PROFILE,
    id="webpki",
    title="TLS Baseline Requirements",
    versions="version 2.1 and later, as far as a relying party can see that they are kept",
    path_checks=CHECKS_BASELINE,
    name_rules=names_webpki,
    citations=(
        *rfc5280.PROFILE.citations,
        Citation(
            "CA/Browser Forum, TLS Baseline Requirements 3.2.2.6, 6.1.5, 6.3.2 and 7.1",
            "profiles of root and server certificates, keys, lifetimes; nameConstraints may be non-critical",
        ),
        Citation("publicsuffix.org, as the package publicsuffixlist brings it", "where no wildcard may stand"),
    ),
)
