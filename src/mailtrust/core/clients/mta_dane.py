"""Other mail servers that honour DANE (RFC 7672): unknown until the TLSA records are looked up."""

from dataclasses import replace

from mailtrust.core.clients.engines.openssl import OPENSSL
from mailtrust.core.model.client import Citation, ClientProfile
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Basis
from mailtrust.core.validation.names.openssl import names_postfix

PROFILE = replace(
    OPENSSL,
    id="mta-dane",
    title="Mail servers that honour DANE",
    versions="RFC 7672: Postfix, Exim, Exchange Online",
    speaks=frozenset({Protocol.SMTP}),
    anchor_store="mozilla",
    name_rules=names_postfix,
    words=(),
    citations=(
        Citation("RFC 7672 3.1", "DANE-EE ignores names and dates; DANE-TA demands the chain and a name"),
        Citation("vdukhovni/postfix:README_FILES/TLS_README, DANE (17830e5, 2026-08)", "usages 2 and 3 only"),
    ),
    basis=Basis.DOCUMENT,
    basis_of=None,
    unknown_because=text(
        "Whether the certificate matters depends on the host's TLSA records under DNSSEC, and those were not looked up."
    ).template,
    trusts_local_anchors=False,
    reached_by=frozenset(),
    beyond_reach=text("Servers of other organisations connect; they go by TLSA records and need no root.").template,
)

VERSIONS: tuple[ClientProfile, ...] = ()
