"""Which directory is asked for service connection points, by whom, and where it is found."""

from collections.abc import Awaitable, Callable

from mailtrust.core.formats.directory_place import DirectoryDomain, DirectoryPlace, DirectoryServer, server_named
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import text
from mailtrust.core.model.walk import ConnectionPoint, ScpAnswer, ScpQuestion
from mailtrust.core.protocols.directory_search import Login
from mailtrust.edge.lookup.directory import ask_directory
from mailtrust.edge.lookup.dns import Resolver
from mailtrust.edge.lookup.dns_answers import Found

MOST_CONTROLLERS = 3
"""That are tried until one says something."""

Reach = Callable[[str, int], Awaitable[tuple[tuple[str, ...], int]]]
"""The addresses of a host, and the port to connect to for this one."""


@frozen
class LiveDirectory:
    """Asks servers. The password goes to the directory that was meant, never to one that a pointer names."""

    place: DirectoryPlace
    resolver: Resolver
    reach: Reach
    login: Login | None = None
    roots: tuple[Certificate, ...] = ()

    async def __call__(self, question: ScpQuestion) -> ScpAnswer:
        """The points there, or why they are not known."""
        if question.server:
            return await self._pointed_at(question.server)
        if isinstance(self.place, DirectoryServer):
            return await self._ask(self.place, self.login)
        return await self._controllers(self.place)

    async def _controllers(self, domain: DirectoryDomain) -> ScpAnswer:
        found = await self.resolver.srv(domain.controllers)
        if not isinstance(found, Found):
            why = text(
                "DNS names no domain controller of {domain} ({said}). --directory names the domain of the directory, "
                "or a server; --scp reads a list.",
                domain=domain.name,
                said=found.why,
            )
            return ScpAnswer(why=why)
        answer = ScpAnswer(why=text("{domain} has no domain controller.", domain=domain.name))
        for record in found.records[:MOST_CONTROLLERS]:
            answer = await self._ask(DirectoryServer(record.target, record.port), self.login)
            if answer.points or answer.why is None:
                break
        return answer

    async def _pointed_at(self, place: str) -> ScpAnswer:
        server = server_named(place)
        if server is None:
            return ScpAnswer(why=text("{place} names no server.", place=clean(place, 200)))
        answer = await self._ask(server, None)
        if answer.why is not None and self.login is not None:
            why = text(
                "{why} The password is not sent where a pointer leads: walk with --directory ldap://{place} for that.",
                why=answer.why,
                place=clean(place, 200),
            )
            return ScpAnswer(answer.points, why)
        return answer

    async def _ask(self, server: DirectoryServer, login: Login | None) -> ScpAnswer:
        addresses, port = await self.reach(server.host, server.port)
        answer = ScpAnswer(why=text("{host} has no address.", host=server.host))
        for address in addresses:
            answer = await ask_directory(server, address, port, login=login, roots=self.roots)
            if answer.points or answer.why is None:
                break
        return answer


@frozen
class GivenPoints:
    """A list that somebody gave instead of a directory."""

    points: tuple[ConnectionPoint, ...]

    async def __call__(self, question: ScpQuestion) -> ScpAnswer:
        """The list; of other directories nothing is known."""
        if question.server:
            place = clean(question.server, 200)
            return ScpAnswer(why=text("the list says nothing of what {place} holds.", place=place))
        return ScpAnswer(self.points)
