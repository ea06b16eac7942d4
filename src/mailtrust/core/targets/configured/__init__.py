"""Products whose own configuration mailtrust reads and changes: one file each, pure. `parts` holds what they share.

A product asks for files and for what its programs print (`questions`, again and again until it asks for nothing more),
finds in the answers where certificates are named (`certificates`), and says what must change so that others are
(`point_to`), or that a setting is another (`set_up`). Who asks and who changes stands elsewhere.
"""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.configured import Act, Cannot, Change, ConfiguredCertificate, Disruption, Files
from mailtrust.core.model.endpoint import Endpoint
from mailtrust.core.model.plan import KeySource, RunCommand, TalkTo
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import Question, ServerFacts
from mailtrust.core.model.settings import Server
from mailtrust.core.model.text import Text
from mailtrust.core.targets.configured import (
    apache,
    courier,
    cyrus,
    dovecot,
    exim,
    haproxy,
    kemp,
    nginx,
    postfix,
    slapd,
)


class ConfiguredProduct(Protocol):
    """What each file here is: a module for one product."""

    ID: str
    """As in targets/."""

    def questions(self, server: Server, facts: ServerFacts, /) -> tuple[Question, ...]:
        """What is still to be asked, given these answers; empty when all is known. Never asks the same again."""
        ...

    def certificates(self, server: Server, facts: ServerFacts, /) -> tuple[ConfiguredCertificate, ...] | Cannot:
        """Every place that names a certificate, in the order of the configuration; or why that cannot be told."""
        ...

    def point_to(
        self, server: Server, facts: ServerFacts, wanted: Mapping[ConfiguredCertificate, Files], /
    ) -> tuple[Change, ...] | Cannot:
        """What must change so that these places name these files: as few lines as possible; empty: nothing.

        A place may name them already, and only what they hold becomes another: where a program keeps a copy that no
        `take_up` renews (Postfix's index of server names, slapd's cn=config), an Act has it read them again.
        """
        ...

    def set_up(
        self,
        server: Server,
        facts: ServerFacts,
        goal: ConfigureServer,
        places: tuple[ConfiguredCertificate, ...],
        ports: tuple[int, ...],
        /,
    ) -> tuple[Change, ...] | Cannot:
        """What must change so that the setting is as the goal wants it, at these places and ports."""
        ...

    def disruption(self, server: Server, facts: ServerFacts, /) -> Disruption:
        """What `take_up` does to clients: reload leaves those that are connected alone."""
        ...

    def test(self, server: Server, /) -> RunCommand | None:
        """The product's own look at its configuration, which fails when it is wrong; None: it has none."""
        ...

    def take_up(self, server: Server, /) -> RunCommand | None:
        """What lets it take up files and configuration; None: it serves what it is told at once."""
        ...


@runtime_checkable
class UpdatedWhileRunning(Protocol):
    """What a product has besides that can present another chain without taking up its configuration (HAProxy)."""

    def without_reload(
        self, server: Server, facts: ServerFacts, place: ConfiguredCertificate, content: bytes, /
    ) -> TalkTo | Cannot:
        """What is said to the running program so that it presents what the place's file holds from now on.

        The file is written as well: the program only remembers. With the file's former content it is the way back.
        Keys are withheld in the commands, and put in when they are said.
        """
        ...


@runtime_checkable
class Balancer(Protocol):
    """What a product has besides that keeps certificates under names, and no files (Kemp's LoadMaster)."""

    def upload(
        self,
        server: Server,
        facts: ServerFacts,
        place: ConfiguredCertificate,
        chain: tuple[Certificate, ...],
        key: KeySource | None,
        /,
    ) -> tuple[Files, tuple[Act, ...]] | Cannot:
        """Under which name the chain can be named then, and what brings it there; nothing, where it stands already.

        `key`: where that of the leaf is; None: it is there with the leaf, and stays. Nothing that is there is replaced.
        """
        ...

    def own_path(self, leaf: Certificate, /) -> str:
        """Where `upload` keeps a certificate."""
        ...

    def brought(self, facts: ServerFacts, /) -> tuple[str, ...]:
        """What may have been uploaded by `upload`, as far as names tell."""
        ...

    def delete(self, path: str, leaf: Certificate, /) -> RunCommand:
        """Take it away, while it is this certificate."""
        ...

    def passes_through(self, server: Server, facts: ServerFacts, endpoint: Endpoint, /) -> Text | None:
        """Where TLS is ended at a server behind it: what to do; None: it is ended here, as far as is known."""
        ...


CONFIGURED: tuple[ConfiguredProduct, ...] = (
    nginx,
    apache,
    haproxy,
    postfix,
    dovecot,
    exim,
    slapd,
    cyrus,
    courier,
    kemp,
)
