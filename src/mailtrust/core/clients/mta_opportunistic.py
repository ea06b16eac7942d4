"""Other mail servers that deliver to this one and take any encryption they can get: by far the most.

Postfix `may` and `encrypt`, Exim's default, Exchange's default: the certificate is not judged (RFC 7435).
"""

from dataclasses import replace

from mailtrust.core.clients.engines.foreign import OUT_OF_REACH
from mailtrust.core.clients.engines.openssl import OPENSSL
from mailtrust.core.model.client import Citation, ClientProfile, OnFailure
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.verdict import Basis, Outcome

PROFILE = replace(
    OPENSSL,
    id="mta-opportunistic",
    title="Mail servers, opportunistic TLS",
    versions="Postfix may and encrypt, Exim by default, Exchange by default",
    speaks=frozenset({Protocol.SMTP}),
    anchor_store="mozilla",
    on_failure=OnFailure(Outcome.ACCEPTED),
    words=(),
    citations=(
        Citation("posttls-finger 3.7.11 -l may (Debian 12), tests/oracles/recorded", "took every case of the matrix"),
        Citation("vdukhovni/postfix:README_FILES/TLS_README (17830e5, 2026-08)", "may and encrypt do not judge"),
        Citation("Exim/exim:doc/doc-docbook/spec.xfpt (13835a3, 2025-12)", "verification is tried, failure ignored"),
        Citation(
            "MicrosoftDocs/OfficeDocs-Exchange:Exchange/ExchangeServer2013/"
            "tls-functionality-and-related-terminology-exchange-2013-help.md",
            "a self-signed certificate is enough",
        ),
    ),
    basis=Basis.DOCUMENT,
    basis_of=None,
    reached_by=frozenset(),
    beyond_reach=OUT_OF_REACH,
)

VERSIONS: tuple[ClientProfile, ...] = ()
