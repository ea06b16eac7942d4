"""How an anchor is brought to clients: what is asked for, and the folder of files and steps that comes of it."""

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.remedy import Step
from mailtrust.core.model.text import Text


@frozen
class Anchors:
    """What clients shall trust, and what they need on the way there. Never a private key."""

    roots: tuple[Certificate, ...]
    """Self-signed certificates of CAs."""
    intermediates: tuple[Certificate, ...] = ()
    """For servers that do not send them; nothing is trusted because of them."""
    servers: tuple[Certificate, ...] = ()
    """Self-signed certificates of servers, which are no CA's: trusted as themselves, where a client can do that."""

    @property
    def trusted(self) -> tuple[Certificate, ...]:
        """What a store of roots is given: roots and servers."""
        return (*self.roots, *self.servers)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """All of them."""
        return (*self.roots, *self.servers, *self.intermediates)


@frozen
class Wish:
    """What is to be brought out, or taken back."""

    anchors: Anchors
    name: str
    """What policies, profiles and stores call it; 1 to 64 characters that can be shown."""
    now: datetime
    existing: Mapping[str, bytes] = field(default_factory=dict)
    """Files that are there already and must keep what they hold, by the names that the way has in MERGES."""
    translate: Callable[[str], str] = str
    """For what a program shows to people out of a file of the kit; gettext's `gettext` or alike."""
    sign: Callable[[bytes], bytes] = bytes
    """Signs a configuration profile; as it is given, it leaves it unsigned."""
    domain: str = ""
    """The Active Directory domain, as its DNS name; empty: the script asks the computer that it runs on."""
    certificates_only: bool = False
    """Of a policy: leave every other setting as it is."""


@frozen
class KitFile:
    """A file of the kit. It never holds a private key."""

    path: str
    """Below the kit's folder, with `/` between the parts."""
    data: bytes
    say: Text
    """What it is for."""
    executable: bool = False


@frozen
class Kit:
    """What an administrator is handed: files, what to do with them in order, and what to mind."""

    files: tuple[KitFile, ...]
    steps: tuple[Step, ...]
    remarks: tuple[Text, ...] = ()
