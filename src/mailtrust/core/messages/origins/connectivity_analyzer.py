"""Microsoft's Remote Connectivity Analyzer."""

from mailtrust.core.messages.causes import ANYTHING, NO_TRUST, WRONG_NAME, likely, possible
from mailtrust.core.messages.message import Origin, OriginKind
from mailtrust.core.messages.telling import heard, message
from mailtrust.core.model.text import Text, text

TOPICS = "MicrosoftDocs/OfficeDocs-ConnectivityAnalyzer:connectivity-analyzer, topics of these titles"
QUOTED = "microsoft/botframework-sdk issue 5372, mailcow issue 1696"

ORIGIN = Origin(
    "connectivity-analyzer",
    Text("Microsoft Remote Connectivity Analyzer"),
    OriginKind.PROGRAM,
    "testconnectivity.microsoft.com",
    clients=("outlook-windows", "outlook-mobile"),
    scheme="https",
)

_OUTSIDE = text("It looks from outside and cannot see what clients inside the company are told by Active Directory.")

MESSAGES = (
    message(
        ORIGIN,
        (
            *heard(TOPICS, "SSL Certificate Name Mismatch"),
            *heard("recalled", "Host name {host} doesn't match any name found on the server certificate"),
        ),
        (*WRONG_NAME, *possible("autodiscover-foreign-certificate")),
        _OUTSIDE,
    ),
    message(
        ORIGIN,
        (*heard(TOPICS, "SSL Certificate Trust Failure"), *heard("recalled", "Certificate trust validation failed.")),
        NO_TRUST,
        _OUTSIDE,
    ),
    message(
        ORIGIN,
        (
            *heard(TOPICS, "Missing Intermediate Certificates in Chain"),
            *heard(
                "recalled",
                "The certificate chain couldn't be constructed. You may be missing required intermediate certificates.",
            ),
        ),
        (*likely("chain-incomplete"), *possible("anchor-unknown")),
        _OUTSIDE,
    ),
    message(
        ORIGIN,
        heard(
            QUOTED,
            "The Autodiscover service couldn't be contacted successfully by any method.",
            "Testing of this potential Autodiscover URL failed.",
        ),
        (
            *likely("autodiscover-not-found", "autodiscover-foreign-certificate"),
            *possible("chain-incomplete", "name-mismatch", "network-blocked"),
        ),
        text("Each branch below it has a reason of its own; the first ones may fail rightly if a later one is meant."),
        _OUTSIDE,
    ),
    message(
        ORIGIN,
        heard(TOPICS, "Failed to find Autodiscover SRV record in DNS."),
        (*likely("autodiscover-not-found"), *possible("autodiscover-srv-shadowed")),
        text("A fault only where the SRV record is the way that was meant."),
    ),
    message(
        ORIGIN,
        heard(
            TOPICS,
            "Mutual Authentication could not be established.",
            "The certificate common name doesn't match the mutual authentication string provided",
        ),
        (*likely("name-mismatch"), *possible("name-wildcard-depth")),
        text("Outlook Anywhere compares with msstd: of Set-OutlookProvider EXPR -CertPrincipalName."),
    ),
    message(
        ORIGIN,
        heard(
            "recalled",
            "Testing the SSL certificate to make sure it's valid. The SSL certificate failed one or more certificate "
            "validation checks.",
        ),
        ANYTHING,
        _OUTSIDE,
    ),
)
