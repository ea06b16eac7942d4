"""From `reach` in mailtrust.toml to a Machine."""

import os
import sys

from mailtrust.core.formats.ssh_destination import LOCAL, read_destination
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.edge.transport.machine import Machine


def machine_for(server: Server) -> Machine:
    """The way to the machine of a server. Raises UserProblem for a way that there is not."""
    if server.reach == LOCAL:
        from mailtrust.edge.transport.local import LocalMachine

        if server.sudo and sys.platform != "win32" and os.geteuid() != 0:
            raise UserProblem(
                text("{server} is on this machine and wants sudo: run mailtrust itself with it (sudo mailtrust ...).",
                     server=clean(server.name, 100))
            )  # fmt: skip
        return LocalMachine()
    from mailtrust.edge.transport.ssh import SshMachine

    return SshMachine(read_destination(server.reach), sudo=server.sudo)
