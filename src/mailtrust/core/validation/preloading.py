"""Intermediates that a client is shipped beforehand: Firefox's preloading of CCADB's list."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from mailtrust.core.model.client import CandidatePath
from mailtrust.core.model.pool import Source
from mailtrust.core.model.verdict import Reason, ReasonSeverity
from mailtrust.core.validation.checks.alike import impersonal
from mailtrust.core.validation.reasons import error


@impersonal
def preloaded_under_public_roots(path: CandidatePath, _at: datetime, /) -> Iterable[Reason]:
    """An issuer known from a catalogue only counts as preloaded, and only below a root of the client's own programme.

    Below any other root it is `chain-incomplete`. Where it counts, the same code warns: the server should send it,
    since preloading takes days to reach a new profile (Mozilla wiki, CryptoEngineering/Intermediate_Preloading).
    """
    public = path.anchor is not None and not path.anchor.locally_added
    for child, link in zip(path.links, path.links[1:], strict=False):
        if link.source is Source.CATALOGUE:
            certificate = child.certificate
            missing = error("chain-incomplete", certificate, issuer_name=certificate.issuer.text, preloaded=public)
            yield replace(missing, severity=ReasonSeverity.WARNING) if public else missing
