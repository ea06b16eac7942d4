"""Who may do what: role groups, of which one is enough.

OfficeDocs-Exchange: "Exchange Server Certificates role", infrastructure-permissions.md, mail-flow-permissions.md,
client-and-mobile-device-permissions.md.
"""

from mailtrust.core.model.exchange_change import (
    BindSite,
    EnableCertificate,
    ExchangeAct,
    ImportCertificate,
    ImportIssuer,
    PersonDoes,
    RemoveCertificate,
    RestartServices,
    SetAuthCertificate,
    SetClientAccessName,
    SetConnectorCertificate,
    SwitchService,
)

ORGANIZATION = "Organization Management"
SERVER = "Server Management"
HYGIENE = "Hygiene Management"
ADMINISTRATOR = "Administrator"
"""Local, of the server: whatever is Windows' own, and all on an Edge server."""


def role_groups(act: ExchangeAct, *, edge: bool = False) -> tuple[str, ...]:
    """The groups of which one is enough."""
    if edge:
        return (ADMINISTRATOR,)
    match act:
        case ImportCertificate() | EnableCertificate() | RemoveCertificate() | SetClientAccessName():
            return (ORGANIZATION, SERVER)
        case SetConnectorCertificate(kind="receive"):
            return (ORGANIZATION, SERVER, HYGIENE)
        case SetConnectorCertificate() | SetAuthCertificate() | PersonDoes():
            return (ORGANIZATION,)
        case ImportIssuer() | BindSite() | RestartServices() | SwitchService():
            return (ADMINISTRATOR,)
