"""From `reach` in mailtrust.toml to a Machine."""

import os
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress

from mailtrust.core.formats.kemp_place import SCHEME as KEMP
from mailtrust.core.formats.kemp_place import read_fingerprint, read_place
from mailtrust.core.formats.ssh_destination import LOCAL, read_destination
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.load_master import Login
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import text
from mailtrust.edge.transport.machine import Machine

LARGEST_PASSWORD_FILE = 4096


def machine_for(server: Server, roots: Iterable[Certificate] = ()) -> Machine:
    """The way to the machine of a server. Raises UserProblem for a way that there is not.

    `roots`: count for an admin page besides this system's own.
    """
    if server.reach.startswith(KEMP):
        return _load_master(server, roots)
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


@asynccontextmanager
async def machines_for(
    servers: Iterable[Server], roots: Iterable[Certificate] = ()
) -> AsyncIterator[Mapping[str, Machine]]:
    """The machines of several servers by their `reach`, left at the end; a way that is lost by then is no trouble."""
    trusted = tuple(roots)
    machines = {server.reach: machine_for(server, trusted) for server in servers}
    try:
        yield machines
    finally:
        for machine in machines.values():
            with suppress(UserProblem):
                await machine.close()


def _load_master(server: Server, roots: Iterable[Certificate]) -> Machine:
    from mailtrust.edge.transport.kemp import KempMachine
    from mailtrust.edge.transport.kemp_page import AdminPage

    place = read_place(server.reach)
    secret = _secret_of(server.password_file) if server.password_file else ""
    if not secret and not server.client_certificate:
        raise UserProblem(
            text(
                "{server} is a LoadMaster: write at it in mailtrust.toml password_file, a file with the password of "
                "the user in reach, or without a user there with an API key.",
                server=clean(server.name, 100),
            )
        )
    login = Login(user=place.user, password=secret) if place.user else Login(api_key=secret)
    fingerprint = read_fingerprint(server.fingerprint) if server.fingerprint else ""
    page = AdminPage(place, fingerprint=fingerprint, roots=roots, client_certificate=server.client_certificate)
    return KempMachine(place, page, login if secret else Login())


def _secret_of(path: str) -> str:
    """The first line of a file. Raises UserProblem."""
    try:
        with open(path, "rb") as file:
            said = file.read(LARGEST_PASSWORD_FILE).decode("utf-8", "replace")
    except OSError as error:
        raise UserProblem(
            text("Could not read {path}: {why}.", path=clean(path, 200), why=error.strerror or str(error))
        ) from error
    found = said.partition("\n")[0].strip("\r\n")
    if not found:
        raise UserProblem(
            text("Expected a password or an API key in the first line of {path}, found nothing.",
                 path=clean(path, 200))
        )  # fmt: skip
    return found
