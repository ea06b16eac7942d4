"""Outlook on iPhone, iPad and Android, and the new Outlook for Windows: Microsoft's servers connect, not the device."""

from mailtrust.core.model.client import Citation, ClientProfile, OnFailure
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.pool import Source
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Basis, Outcome
from mailtrust.core.validation.engines import CHECKS_RFC5280
from mailtrust.core.validation.handshake import key_proven
from mailtrust.core.validation.names.rfc9525 import names_rfc9525
from mailtrust.core.validation.search.all_paths import search_all_paths

PROFILE = ClientProfile(
    id="outlook-mobile",
    title="Outlook on iPhone and Android",
    versions="all; the new Outlook for Windows too",
    speaks=frozenset({Protocol.HTTPS, Protocol.IMAP, Protocol.SUBMISSION}),
    anchor_store="microsoft",
    issuer_sources=frozenset({Source.PRESENTED}),
    path_search=search_all_paths,
    path_checks=CHECKS_RFC5280,
    name_rules=names_rfc9525,
    handshake_checks=(key_proven,),
    on_failure=OnFailure(Outcome.REFUSED),
    words=(),
    citations=(
        Citation(
            "MicrosoftDocs/OfficeDocs-Exchange:Exchange/ExchangeServer/clients/outlook-for-ios-and-android/"
            "use-hybrid-modern-auth.md",
            "Exchange Online keeps the connection to the server; the phone speaks to Microsoft only",
        ),
        Citation("ArnoSen/mox:compatibility.txt (2023-01)", "IMAP connections come from Microsoft's cloud"),
    ),
    basis=Basis.DOCUMENT,
    unknown_because=text(
        "Microsoft's service decides: its servers connect to yours, not the phone, and what they demand is not "
        "published."
    ).template,
    trusts_local_anchors=False,
    beyond_reach=text("Microsoft's servers connect, not the phone, and they trust public CAs alone.").template,
)

VERSIONS: tuple[ClientProfile, ...] = ()
