"""Other mail servers that honour this domain's MTA-STS policy (RFC 8461): unknown until the policy is looked up."""

from dataclasses import replace

from mailtrust.core.clients.engines.foreign import OUT_OF_REACH
from mailtrust.core.clients.engines.openssl import OPENSSL
from mailtrust.core.model.client import Citation, ClientProfile
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Basis
from mailtrust.core.validation.names.rfc9525 import names_rfc9525

PROFILE = replace(
    OPENSSL,
    id="mta-sts",
    title="Mail servers that honour MTA-STS",
    versions="RFC 8461",
    speaks=frozenset({Protocol.SMTP}),
    anchor_store="mozilla",
    name_rules=names_rfc9525,
    words=(),
    citations=(
        Citation("RFC 8461 4.1 and 4.2", "the MX name must be in the policy, and the certificate hold for that name"),
        Citation("IANA, STARTTLS Validation Result Types (RFC 8460)", "how failures are reported"),
    ),
    basis=Basis.DOCUMENT,
    basis_of=None,
    trusts_local_anchors=False,
    unknown_because=text(
        "Whether the certificate matters depends on the domain's MTA-STS policy, and that was not looked up."
    ).template,
    reached_by=frozenset(),
    beyond_reach=OUT_OF_REACH,
)

VERSIONS: tuple[ClientProfile, ...] = (
    # Once a policy is known there is nothing unknown about it: RFC 8461 4.2, and 3.3 for the policy's own host.
    replace(PROFILE, id="mta-sts@policy", versions="RFC 8461, where a policy applies", unknown_because=""),
)
