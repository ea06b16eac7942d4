"""One server as dictionaries: what is on it, what its programs print, and what a product changes there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from tests.configured.asked import asked

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import Act, Cannot, Change, ConfiguredCertificate, Edit, Files
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import Printed, ServerFacts
from mailtrust.core.model.settings import Server
from mailtrust.core.targets.configured import ConfiguredProduct
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.withheld_keys import withhold_keys
from mailtrust.lab.pki import Issued


@dataclass
class World:
    """Its files change; what is read of it is always new."""

    product: ConfiguredProduct
    files: dict[str, bytes]
    printed: Mapping[tuple[str, ...], Printed] = field(default_factory=dict)
    configuration: str = ""

    @property
    def server(self) -> Server:
        return Server("mail", (), product=self.product.ID, reach="local", configuration=self.configuration)

    @property
    def facts(self) -> ServerFacts:
        """All that the product wants to know; keys are withheld, as on the way from a real machine."""
        return asked(
            self.product,
            self.server,
            {path: _withheld(octets) for path, octets in self.files.items()},
            self.printed,
        )

    @property
    def places(self) -> tuple[ConfiguredCertificate, ...]:
        found = self.product.certificates(self.server, self.facts)
        assert not isinstance(found, Cannot), found
        return found

    @property
    def refusal(self) -> str:
        """Why the configuration cannot be read."""
        found = self.product.certificates(self.server, self.facts)
        assert isinstance(found, Cannot)
        return str(found.why)

    def place(self, service: str) -> ConfiguredCertificate:
        (found,) = (one for one in self.places if one.service == service)
        return found

    def point(self, wanted: Mapping[ConfiguredCertificate, Files]) -> tuple[Act, ...]:
        """Point these places to these files."""
        return self.change(self.product.point_to(self.server, self.facts, wanted))

    def set_up(self, setting: str, *places: ConfiguredCertificate, ports: tuple[int, ...] = ()) -> tuple[Act, ...]:
        """Change a setting."""
        return self.change(self._set_up(setting, places, ports))

    def refused(self, setting: str, *places: ConfiguredCertificate, ports: tuple[int, ...] = ()) -> str:
        """Why a setting cannot be changed."""
        answer = self._set_up(setting, places, ports)
        assert isinstance(answer, Cannot)
        return str(answer.why)

    def change(self, changes: tuple[Change, ...] | Cannot) -> tuple[Act, ...]:
        """Write the edits; give the acts."""
        assert not isinstance(changes, Cannot), str(changes.why)
        edits = [one for one in changes if isinstance(one, Edit)]
        assert len({one.path for one in edits}) == len(edits)
        for one in edits:
            assert str(one.say)
            assert self.files[one.path] != one.content
            self.files[one.path] = one.content
        return tuple(one for one in changes if isinstance(one, Act))

    def _set_up(
        self, setting: str, places: tuple[ConfiguredCertificate, ...], ports: tuple[int, ...]
    ) -> tuple[Change, ...] | Cannot:
        goal = ConfigureServer(setting)  # type: ignore[arg-type]
        return self.product.set_up(self.server, self.facts, goal, places, ports)


_withheld = cache(withhold_keys)


def new_lines(before: bytes, after: bytes) -> list[str]:
    """The lines that were not there."""
    old = before.decode().splitlines()
    return [line for line in after.decode().splitlines() if line not in old]


def pem_files(folder: str, issued: Mapping[str, Issued]) -> dict[str, bytes]:
    """For each: NAME.pem with the chain, NAME.key, and NAME-both.pem, key first."""
    found = {}
    for name, one in issued.items():
        chain = pem(one.chain)
        found[f"{folder}/{name}.pem"] = chain
        found[f"{folder}/{name}.key"] = one.key_pem
        found[f"{folder}/{name}-both.pem"] = one.key_pem + chain
    return found


def pem(chain: Iterable[Certificate]) -> bytes:
    """As a file holds them."""
    return "".join(map(to_pem, chain)).encode()
