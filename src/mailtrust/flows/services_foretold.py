"""What becomes of mail with Exchange Online and partners once a certificate is assigned, told before it is."""

from dataclasses import replace
from datetime import datetime

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.assignment import AssignmentEvidence
from mailtrust.core.model.exchange import ExchangeOrganisation
from mailtrust.core.model.finding import Finding
from mailtrust.core.model.settings import Settings
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.assigning import hybrid_certificate_unfit, hybrid_connectors_disagree, judge_assignments
from mailtrust.core.services.exchange.enabling.incoming import Incoming
from mailtrust.core.validation.kinds import PUBLIC_POLICIES

RULES = (hybrid_certificate_unfit, hybrid_connectors_disagree)


def foretold(
    before: ExchangeOrganisation, after: ExchangeOrganisation, microsoft: AnchorStore, now: datetime
) -> tuple[Text, ...]:
    """What the rules of hybrid mail will find then, and do not find today."""
    known = _found(before, microsoft, now)
    return tuple(
        text("Mail with Exchange Online and partners, once it is done: {finding}", finding=one.explanation.admin)
        for id_, one in _found(after, microsoft, now).items()
        if id_ not in known
    )


def rooted(incoming: Incoming, microsoft: AnchorStore) -> Incoming:
    """The same with what Exchange will tell of its root, where the file leads up to one."""
    top = (incoming.leaf, *incoming.issuers)[-1]
    if microsoft.named(top.issuer):
        return replace(incoming, root_ca_type="ThirdParty")
    # What only public CAs give: an intermediate further up may be missing in the file.
    public = incoming.leaf.sct_count or PUBLIC_POLICIES.intersection(incoming.leaf.policies)
    return incoming if public or not incoming.issuers else replace(incoming, root_ca_type="Registry")


def _found(organisation: ExchangeOrganisation, microsoft: AnchorStore, now: datetime) -> dict[str, Finding]:
    evidence = AssignmentEvidence(now, Settings(), {"microsoft": microsoft}, organisation=organisation)
    return {one.id: one for one in judge_assignments(evidence, RULES) if isinstance(one, Finding)}
