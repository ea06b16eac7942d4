"""Programs on Microsoft's EWS Managed API, such as the Dynamics CRM E-mail Router."""

from dataclasses import replace

from mailtrust.core.discovery.steps.exchange import AUTODISCOVER, HTTP_REDIRECT, ROOT, SCP, SRV
from mailtrust.core.discovery.traveller import Traveller
from mailtrust.core.model.client import Citation
from mailtrust.core.model.text import text
from mailtrust.core.model.verdict import Basis
from mailtrust.core.model.walk import Method

PROFILE = Traveller(
    id="ews-api",
    title="Programs on the EWS Managed API",
    judged_as="dotnet-windows",
    steps=(
        # DirectoryHelper.cs sorts the URLs only when it knows its site, and gives none when it does not.
        replace(
            SCP,
            only_if=lambda situation: situation.domain_joined and situation.inside and situation.site is not None,
            otherwise=text("It asks the directory only on a computer of the domain that knows its site."),
        ),
        ROOT,
        AUTODISCOVER,
        HTTP_REDIRECT,
        SRV,
    ),
    citations=(
        Citation(
            "OfficeDev/ews-managed-api:Autodiscover/{AutodiscoverService,AutodiscoverDnsClient,DirectoryHelper}.cs",
            "order, ten redirects, what the program must allow: redirects from http and SRV",
        ),
    ),
    basis=Basis.SOURCE,
    bad_certificate="next",
    asks_before=frozenset({Method.HTTP_REDIRECT, Method.SRV}),
)

VERSIONS: tuple[Traveller, ...] = ()
