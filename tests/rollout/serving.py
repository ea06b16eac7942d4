"""A CA of today, servers on its certificates, and kits of a way written out, for clients that are real."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailtrust.core.issuance.authority import Authority, issue, make_intermediate, make_root, self_signed
from mailtrust.core.issuance.keys import make_key, make_serial
from mailtrust.core.issuance.recipe import intermediate_recipe, root_recipe, server_recipe
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Protocol, TlsMode
from mailtrust.core.model.rollout import Anchors, Kit, Wish
from mailtrust.core.rollout.parts.way import Way
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.private_key import PrivateKey
from mailtrust.flows.trust import make_kit, write_kit
from mailtrust.lab.listener import BUNDLE, KEY, Listener
from mailtrust.lab.oracles.question import Question

NAME = "localhost"
LOOPBACK = "127.0.0.1"


class Company:
    """Its CA: root, issuing CA, a server's certificate; and a server's certificate that vouches for itself."""

    def __init__(self, name: str = "Example Mail") -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)
        first, last = self.now - timedelta(days=2), self.now + timedelta(days=90)
        years = self.now + timedelta(days=3650)
        self.root: Authority = make_root(
            root_recipe(f"{name} Root"), make_key("ec-p256"), serial=make_serial(), not_before=first, not_after=years
        )
        self.issuing = make_intermediate(
            self.root, intermediate_recipe(f"{name} Issuing"), make_key("ec-p256"),
            serial=make_serial(), not_before=first, not_after=years,
        )  # fmt: skip
        self.leaf = issue(
            self.issuing, server_recipe(NAME), make_key("rsa-2048"), serial=make_serial(), not_before=first,
            not_after=last,
        )  # fmt: skip
        self.alone = self_signed(
            server_recipe(NAME), make_key("rsa-2048"), serial=make_serial(), not_before=first, not_after=last
        )

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """What a server of theirs sends."""
        return (self.leaf.certificate, self.issuing.certificate)

    def wish(self, **more: object) -> Wish:
        """The root brought out."""
        return Wish(Anchors((self.root.certificate,)), "Example Mail", self.now, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def served(folder: Path, sent: Sequence[Certificate], key: PrivateKey) -> AsyncIterator[Question]:
    """An HTTPS server on these certificates, as what a client is asked about it."""
    _present(folder, sent, key)
    listener = Listener(NAME, 443, Protocol.HTTPS, TlsMode.IMPLICIT, folder)
    await listener.start()
    try:
        yield Question(NAME, LOOPBACK, listener.real_port, Protocol.HTTPS, TlsMode.IMPLICIT, folder / "none")
    finally:
        await listener.stop()


def _present(folder: Path, sent: Sequence[Certificate], key: PrivateKey) -> None:
    folder.mkdir()
    (folder / BUNDLE).write_text("".join(map(to_pem, sent)), "ascii")
    (folder / KEY).write_text(key.to_pem(), "ascii")


def written(folder: Path, way: Way, wish: Wish, *, remove: bool = False) -> Path:
    """The kit as an administrator has it before him."""
    kit: Kit = make_kit(way, wish, remove=remove)
    write_kit(folder, kit)
    return folder
