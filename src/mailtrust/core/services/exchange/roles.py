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
from mailtrust.core.model.rights import ADMINISTRATOR, HYGIENE_MANAGEMENT, ORGANIZATION_MANAGEMENT, SERVER_MANAGEMENT


def role_groups(act: ExchangeAct, *, edge: bool = False) -> tuple[str, ...]:
    """The groups of which one is enough."""
    if edge:
        return (ADMINISTRATOR,)
    match act:
        case ImportCertificate() | EnableCertificate() | RemoveCertificate() | SetClientAccessName():
            return (ORGANIZATION_MANAGEMENT, SERVER_MANAGEMENT)
        case SetConnectorCertificate(kind="receive"):
            return (ORGANIZATION_MANAGEMENT, SERVER_MANAGEMENT, HYGIENE_MANAGEMENT)
        case SetConnectorCertificate() | SetAuthCertificate() | PersonDoes():
            return (ORGANIZATION_MANAGEMENT,)
        case ImportIssuer() | BindSite() | RestartServices() | SwitchService():
            return (ADMINISTRATOR,)
