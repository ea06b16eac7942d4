"""RFC 5280 to the letter: certificates as its section 4 wants them, paths as section 6 does, names by RFC 9525."""

from mailtrust.core.model.client import Citation, ClientProfile, Limits, OnFailure
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Basis, Outcome
from mailtrust.core.validation.handshake import key_proven
from mailtrust.core.validation.names.rfc9525 import names_rfc9525
from mailtrust.core.validation.references import CHECKS_REFERENCE
from mailtrust.core.validation.revocation import revocation_as_known
from mailtrust.core.validation.search.all_paths import search_all_paths

PROFILE = ClientProfile(
    id="rfc5280",
    title="RFC 5280",
    versions="the standard of 2008 with its updates",
    speaks=frozenset(Protocol),
    anchor_store="mozilla",
    issuer_sources=frozenset(Source),
    path_search=search_all_paths,
    path_checks=CHECKS_REFERENCE,
    name_rules=names_rfc9525,
    handshake_checks=(key_proven,),
    on_failure=OnFailure(Outcome.REFUSED),
    words=(),
    citations=(
        Citation("RFC 5280 sections 4, 5 and 6, RFC 6818, RFC 9618", "certificates, lists, paths and policies"),
        Citation("RFC 5937 3", "constraints that stand in an anchor's own certificate count"),
        Citation("RFC 4158", "how paths are looked for"),
        Citation("RFC 6960", "answers about revocation"),
        Citation("RFC 9525 6", "names"),
    ),
    basis=Basis.DOCUMENT,
    limits=Limits(max_certificates=20),
    revocation=revocation_as_known,
)
