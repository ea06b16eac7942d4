"""A web server that runs with a certificate authority beside it, and its sites as a test wants them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from tests.programs.daemons import Daemons
from tests.programs.web import Site, WebServer, start_web_server
from tests.real_servers.mending import MACHINE, SECONDS, Patient, authority, done, presented, write_pair

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import Files
from mailtrust.core.targets.configured import ConfiguredProduct
from mailtrust.core.x509.pem import CERTIFICATE_LABELS, find_pem
from mailtrust.lab.pki import Issued, Pki

OTHER = "www.post.example"


class Web:
    """A product that runs, and certificates for its sites."""

    def __init__(self, web: WebServer, pki: Pki) -> None:
        self.web, self.pki = web, pki
        self.patient = Patient(web.product, web.server)

    def pair(self, name: str, issued: Issued, chain: Sequence[Certificate] | None = None) -> Files:
        written = write_pair(self.web.here / "tls", name, issued, chain)
        return self.web.files(Path(written.chain), Path(written.key))

    async def configure(self, *sites: Site) -> None:
        """Write the configuration, and wait until it counts."""
        self.web.write(sites)
        await done(self.web.product.take_up(self.web.server))
        await self.shows(None, sites[0])

    async def shows(self, name: str | None, site: Site) -> None:
        """Wait until a site's file is what is presented under a name."""
        content = await MACHINE.read(site.files.chain)
        blocks = find_pem(content.octets)
        await self.presents(name, [block.data for block in blocks if block.label in CERTIFICATE_LABELS])

    async def presents(self, name: str | None, chain: Sequence[bytes | Certificate]) -> None:
        """Wait until these certificates are what is presented under a name."""
        wanted = [one.der if isinstance(one, Certificate) else one for one in chain]
        loop = asyncio.get_running_loop()
        until = loop.time() + SECONDS
        while [one.der for one in await presented("https", self.web.port, name)] != wanted:
            assert loop.time() < until, name
            await asyncio.sleep(0.05)


def started(daemons: Daemons, product: ConfiguredProduct, here: Path, port: int) -> Web:
    """One with one site. Raises NotInstalledError, DidNotStartError."""
    here.mkdir()
    pki = authority()
    web = Web(WebServer(product, here, port), pki)
    start_web_server(daemons, web.web, [Site(OTHER, web.pair("first", pki.leaf(OTHER, key="ec-p256")))])
    return web
