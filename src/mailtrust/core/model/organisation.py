"""An organisation: its domains and servers, the clients that matter to it, and what it has accepted."""

from mailtrust.core.model.acceptance import Accepted
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.renewing import Renewed
from mailtrust.core.model.settings import CRITICAL, WARN, Server, Threshold


@frozen
class Organisation:
    """What `mailtrust.toml` says. Without a file: nothing, and every default."""

    file: str = ""
    """What the file is called; empty where there is none."""
    domains: tuple[str, ...] = ()
    servers: tuple[Server, ...] = ()
    clients: tuple[str, ...] = ()
    """Ids of those that matter; empty: all matter alike."""
    warn: Threshold = WARN
    critical: Threshold = CRITICAL
    proxy: str | None = None
    """For every download; None: as the environment says."""
    roots: tuple[str, ...] = ()
    """Files with the organisation's own anchors, relative to the folder of the file that names them."""
    deployed: tuple[str, ...] = ()
    """The ways by which those come to clients; empty: to all."""
    accepted: tuple[Accepted, ...] = ()
    store: str | None = None
    """Where certificates are kept: a path relative to the same folder, or a URL; None: the user's own place."""
    key_file: str | None = None
    """The file with what opens the store's keys, relative to the same folder; None: beside the store."""
    renewed: tuple[Renewed, ...] = ()
    """The certificates that are renewed."""
    approvals: int = 0
    """So many others must have approved a plan before it is applied."""
