"""The certificate that `trust check` shows: one of the CA's own, issued for the occasion, or one that is given."""

from collections.abc import Sequence

from mailtrust.core.formats.certificate_names import read_names
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.issuance.request import make_request
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.core.x509.request import parse_request
from mailtrust.edge.ca.folder import CaFolder
from mailtrust.flows.private_ca import Operator, opened

DAYS = 3
"""How long a certificate lasts that was issued for the occasion."""


@frozen
class Shown:
    """What visitors are shown."""

    chain: tuple[Certificate, ...]
    """The leaf first, without the root."""
    key: PrivateKey


def issued_for(names: Sequence[str], folder: CaFolder, operator: Operator) -> Shown:
    """A certificate of this CA for these names and addresses, which its journal tells of as of every other.

    Raises UserProblem where the CA does not vouch for one of them.
    """
    key = make_key("rsa-2048")
    wanted = read_names(names)
    request = parse_request(make_request(server_recipe(*wanted.dns_names, ip_addresses=wanted.ip_addresses), key))
    with opened(folder, operator) as ca:
        granted = ca.issue(request, "server", (), DAYS)
        return Shown((granted.certificate, ca.state.issuing), key)
