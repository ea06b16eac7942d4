"""Classic Outlook for Windows, by version: KB 3211279 (2016 and later), and what is known of those before it."""

from dataclasses import replace

from mailtrust.core.discovery.steps.exchange import (
    AUTODISCOVER,
    HTTP_REDIRECT,
    LAST_KNOWN_GOOD,
    LOCAL,
    O365,
    PREFERRED_LOCAL,
    ROOT,
    SCP,
    SRV,
)
from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.client import Citation
from mailtrust.core.model.verdict import Basis
from mailtrust.core.model.walk import Method

_ORDER = Citation(
    "Microsoft SupportArticles-docs, Unexpected Autodiscover behavior when you have registry settings under the "
    "\\Autodiscover key",
    "which steps there are from which version on, and which values take them out",
)
_MISMATCH = Citation("Microsoft KB 2783881 and 2772058", "a wrong name at any candidate brings up the Security Alert")

PROFILE = Traveller(
    id="outlook-windows",
    title="Outlook for Windows",
    judged_as="outlook-windows",
    # Step 1, restart information, and step 11, the service once more, change nothing that could be seen from here.
    steps=(PREFERRED_LOCAL, LAST_KNOWN_GOOD, O365, SCP, ROOT, AUTODISCOVER, LOCAL, HTTP_REDIRECT, SRV),
    citations=(
        Citation("Microsoft KB 3211279, Outlook 2016 implementation of Autodiscover", "the steps, and what is muted"),
        _ORDER,
        Citation("Microsoft KB 2480582", "the question before a redirect, and RedirectServers"),
    ),
    basis=Basis.DOCUMENT,
    # Step 6: certificate errors of the root domain are muted on purpose; of step 7 they are not.
    muted=frozenset({Method.ROOT}),
    office="16.0",
)

_2007 = replace(
    PROFILE,
    id="outlook-windows@2007",
    title="Outlook 2007",
    judged_as="outlook-windows@2010",
    office="12.0",
    # SRV since the update KB 940881 of June 2007; before it there was none.
    steps=(PREFERRED_LOCAL, SCP, ROOT, AUTODISCOVER, LOCAL, HTTP_REDIRECT, SRV),
    citations=(_ORDER, _MISMATCH, Citation("Microsoft KB 940881", "SRV records since the rollup of June 2007")),
    muted=frozenset(),
)

VERSIONS = (
    _2007,
    replace(
        _2007,
        id="outlook-windows@2010",
        title="Outlook 2010",
        office="14.0",
        steps=(PREFERRED_LOCAL, LAST_KNOWN_GOOD, *_2007.steps[1:]),
    ),
    replace(
        _2007,
        id="outlook-windows@2013",
        title="Outlook 2013",
        judged_as="outlook-windows@2013",
        office="15.0",
        steps=(PREFERRED_LOCAL, LAST_KNOWN_GOOD, *_2007.steps[1:]),
        citations=(
            *_2007.citations,
            Citation("blog.rmilne.ca, Outlook 2013 Autodiscover", "the directory and DNS are asked at the same time"),
        ),
        at_once=frozenset({Method.SCP, Method.ROOT, Method.AUTODISCOVER}),
    ),
    replace(
        PROFILE,
        id="outlook-windows@2016",
        title="Outlook 2016, 2019 and 2021",
        judged_as="outlook-windows@2016",
    ),
    replace(
        PROFILE,
        id="outlook-windows@m365",
        title="Outlook of Microsoft 365 (classic)",
        judged_as="outlook-windows@m365",
    ),
)
