"""A page and mail ports on one certificate, which tell each visitor whether his program trusts it.

Who goes on after the handshake trusts it, or has told his program to go on; who leaves with an alert about it does
not; who leaves without a word may have done either.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from mailtrust.core.formats.target import SCHEMES
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.rules.grounds.naming import called
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.lab import journal, trust_page
from mailtrust.lab.kit.bench import PAGE, Listened, no_port
from mailtrust.lab.kit.site import Reply, Site, Visitor
from mailtrust.lab.listener import BUNDLE, KEY, Listener
from mailtrust.lab.manners import Manners

SERVED = ("https", "imaps", "smtps", "pop3s", "imap", "submission")
MOST_VISITORS = 1000
"""Addresses of which it is remembered what they did; the one seen first goes first."""

Translators = Mapping[str, Callable[[str], str]]


@frozen
class Seen:
    """What a program did at a port the last time."""

    opinion: journal.Opinion
    happened: Text
    at: datetime


class TrustDesk:
    """A desk that is up. `async with` brings it up and takes it down."""

    def __init__(
        self,
        folder: Path,
        address: Listened,
        chain: Sequence[Certificate],
        key: PrivateKey,
        *,
        name: str,
        offset: int = 0,
        translators: Translators,
    ) -> None:
        """`folder` takes the key; `name`: what visitors call this machine; `translators`: by language."""
        self.address = address
        self.name = name
        self.told: Callable[[Text], None] = lambda _: None
        """Is told each opinion of the certificate."""
        self._offset = offset
        self._translators = translators
        self._root = called(chain[-1].issuer)
        self._seen: dict[str, dict[str, Seen]] = {}
        self._folder = folder
        self._write(chain, key)
        seals = {path: ("image/svg+xml", body) for path, body in trust_page.seals(translators).items()}
        pages = {**seals, "/": (trust_page.HTML, trust_page.trusted(self._root, translators))}
        self._manners = Manners(guests=True, pages=pages)
        self._listeners = [self._listener(scheme) for scheme in SERVED]
        self._site = Site({"/": self._front}, lambda _: False)
        self._page: asyncio.Server | None = None

    def port(self, scheme: str) -> int:
        """Where that service is here; `http` is the page."""
        return (PAGE if scheme == "http" else SCHEMES[scheme].port or 0) + self._offset

    @property
    def page(self) -> str:
        """The page's address."""
        return f"http://{self._at('http', PAGE)}/"

    def opened(self) -> tuple[str, ...]:
        """Everything that a stranger in this network can now connect to."""
        return tuple(f"{self.address} {scheme} {self.port(scheme)}" for scheme in ("http", *SERVED))

    async def start(self) -> None:
        """Open every port; raises LabError when one cannot be had."""
        for listener in self._listeners:
            listener.manners = self._manners
            await listener.start(listener.port + self._offset)
        try:
            self._page = await asyncio.start_server(self._site.serve, str(self.address), self.port("http"))
        except OSError as error:
            raise no_port(str(self.address), self.port("http"), error) from error

    async def stop(self) -> None:
        """Close everything."""
        for listener in self._listeners:
            await listener.stop()
        if self._page is not None:
            self._page.close()
        await self._site.end()

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _at(self, scheme: str, usual: int) -> str:
        host = f"[{self.name}]" if ":" in self.name else self.name
        return host if self.port(scheme) == usual else f"{host}:{self.port(scheme)}"

    def _front(self, visitor: Visitor) -> Reply:
        secure = f"https://{self._at('https', 443)}"
        language = trust_page.language_for(visitor.languages, self._translators)
        page = trust_page.front(
            self._root,
            secure,
            [(scheme, self.port(scheme), self._seen.get(visitor.address, {}).get(scheme)) for scheme in SERVED],
            language,
            self._translators[language],
        )
        return Reply(trust_page.HTML, page, images=secure)

    def _listener(self, scheme: str) -> Listener:
        known = SCHEMES[scheme]
        listener = Listener(
            self.name, known.port or 0, known.protocol, known.tls_mode, self._folder, address=str(self.address)
        )
        listener.watch = lambda who, happened: self._note(who, scheme, happened)
        return listener

    def _write(self, chain: Sequence[Certificate], key: PrivateKey) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = self._folder / KEY
        place.touch(mode=0o600)
        place.write_text(key.to_pem(), "ascii")
        (self._folder / BUNDLE).write_text("".join(map(to_pem, chain)), "ascii")

    def _note(self, who: str, scheme: str, happened: Text) -> None:
        opinion = journal.opinion_in(happened)
        if opinion is None:
            return
        known = self._seen.setdefault(who, {})
        before = known.get(scheme)
        # Browsers open connections that they use for nothing: that takes nothing back.
        if before is not None and (before.opinion == opinion == "trusts" or opinion == "unclear" != before.opinion):
            known[scheme] = Seen(before.opinion, before.happened, datetime.now(UTC))
            return
        known[scheme] = Seen(opinion, happened, datetime.now(UTC))
        while len(self._seen) > MOST_VISITORS:
            del self._seen[next(iter(self._seen))]
        self.told(
            text(
                "{time} {who}, {scheme} port {port}: {opinion} ({happened})",
                time=f"{datetime.now(UTC):%H:%M:%S}",
                who=who,
                scheme=scheme,
                port=self.port(scheme),
                opinion=trust_page.OPINIONS[opinion],
                happened=happened,
            )
        )
