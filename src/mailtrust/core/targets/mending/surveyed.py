"""A server whose configuration has been read, and the questions that every product leaves to be asked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import dirname

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import ConfiguredCertificate
from mailtrust.core.model.endpoint import Endpoint
from mailtrust.core.model.server_facts import Content, FileAt, FilesLike, Names, Question, ServerFacts, content_of
from mailtrust.core.model.settings import Server
from mailtrust.core.targets.configured import ConfiguredProduct
from mailtrust.core.x509.parse import read_pem_certificates
from mailtrust.core.x509.withheld_keys import withheld_in

MOST_NEIGHBOURS = 50
"""Files beside a certificate that are looked into."""

ENDINGS = (".pem", ".crt", ".cer", ".cert", ".chain", ".bundle")


@dataclass(frozen=True, eq=False)
class Surveyed:
    """One product on one machine, with all that it said."""

    server: Server
    product: ConfiguredProduct
    facts: ServerFacts = field(repr=False)
    places: tuple[ConfiguredCertificate, ...]
    essential: frozenset[Question] = field(default=frozenset(), repr=False)
    """What the product asked; the rest was only looked at beside."""

    def serves(self, endpoint: Endpoint) -> bool:
        """Whether the server is named for this port, or for its host."""
        return self.server.serves(endpoint.host, endpoint.port)

    def chain_in(self, path: str) -> tuple[Certificate, ...]:
        """The certificates of a file, in its order; none where it is not known or holds none."""
        content = content_of(self.facts, path)
        return read_pem_certificates(content.octets) if content is not None else ()

    def leaf_of(self, place: ConfiguredCertificate) -> Certificate | None:
        """The certificate that a place names."""
        return next(iter(self.chain_in(place.chain_file)), None)

    def chain_of(self, place: ConfiguredCertificate) -> tuple[Certificate, ...]:
        """The chain that a place names, leaf first; none where its file holds none."""
        chain = self.chain_in(place.chain_file)
        return chain + self.chain_in(place.issuers_file) if chain and place.issuers_file else chain

    @cached_property
    def keys(self) -> dict[str, str]:
        """Where each withheld key is: its mark, and the first file that holds it."""
        found: dict[str, str] = {}
        for question, answer in self.facts.items():
            if isinstance(question, FileAt) and isinstance(answer, Content):
                for mark in withheld_in(answer.octets):
                    found.setdefault(mark, question.path)
        return found

    def places_at(self, endpoint: Endpoint, presented: Certificate | None) -> tuple[ConfiguredCertificate, ...]:
        """What is configured for a port: by the leaf that it presents, else by port and server name."""
        here = [place for place in self.places if _listens(place, endpoint)]
        same = [place for place in here or self.places if presented is not None and self.leaf_of(place) == presented]
        if same:
            return tuple(same)
        named = [place for place in here if _named(place, endpoint.server_name or endpoint.host)]
        return tuple(named or [place for place in here if place.is_default])


def neighbours(places: Iterable[ConfiguredCertificate], facts: ServerFacts) -> tuple[Question, ...]:
    """Files beside those that are named: often the whole chain lies there already, under another name."""
    wanted: list[Question] = []
    for folder in dict.fromkeys(dirname(place.chain_file) for place in places):
        pattern = FilesLike(f"{folder}/*")
        wanted.append(pattern)
        match facts.get(pattern):
            case Names(paths=paths):
                likely = [path for path in paths if path.lower().endswith(ENDINGS)]
                wanted.extend(map(FileAt, likely[:MOST_NEIGHBOURS]))
    return tuple(one for one in wanted if one not in facts)


def _listens(place: ConfiguredCertificate, endpoint: Endpoint) -> bool:
    return any(
        one.port == (endpoint.connect_port or endpoint.port)
        and one.address in ("", endpoint.connect_address or endpoint.address, endpoint.host)
        for one in place.listens
    )


def _named(place: ConfiguredCertificate, name: str) -> bool:
    """Whether a server name is among those of the place (`*.example.com`, `.example.com`)."""
    wanted = name.lower().rstrip(".")
    return any(
        wanted == one.lower() or (one[:1] in "*." and wanted.endswith(one.lstrip("*").lower())) for one in place.names
    )
