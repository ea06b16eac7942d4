"""What follows from a server's build."""

import re

from mailtrust.core.model.exchange import ExchangeServer
from mailtrust.core.services.exchange.versions import release

# CSS-Exchange, Get-ExtendedProtectionConfigurationResult: one security update came for two cumulative updates each of
# 2016 and 2019, and what came later has it.
_SECURITY_UPDATES = (
    (15, 2, 986, 28),
    (15, 2, 1118, 11),
    (15, 1, 2375, 30),
    (15, 1, 2507, 11),
    (15, 0, 1497, 38),
)


def has_back_end(server: ExchangeServer) -> bool:
    """Whether it can have sites in front and behind, and a part in OAuth: since 2013, and no Edge server has."""
    return not server.edge and release(server.version) not in ("2007", "2010")


def takes_extended_protection(server: ExchangeServer) -> bool:
    """Whether its build knows Extended Protection; where the build is not said, it may."""
    numbers = tuple(map(int, re.findall(r"[0-9]{1,6}", server.version)))
    if server.edge or release(server.version) in ("2007", "2010"):
        return False
    if len(numbers) < 4:
        return True
    family = [one for one in _SECURITY_UPDATES if one[:2] == numbers[:2]]
    return any(numbers >= one and (one == max(family) or numbers[2] == one[2]) for one in family)
