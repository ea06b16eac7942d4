"""Where a server's configuration names a certificate and its key, and what shall stand there instead."""

from typing import Literal

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.plan import KeySource
from mailtrust.core.model.text import Text


@frozen
class Listening:
    """A port that a service listens on."""

    port: int
    address: str = ""
    """Empty: every address."""


@frozen
class ConfiguredCertificate:
    """One place in a product's configuration that names a certificate."""

    product: str
    """The product's id in targets/."""
    service: str
    """What it serves, in the product's own words: `server mail.example.com`, `smtpd`, `local_name mail.example.com`."""
    named_in: str
    """The file of the configuration that names it; empty where it is no file."""
    line: int
    """From 1; 0 where it is not known."""
    chain_file: str
    """The file with the leaf, and with the intermediates unless `issuers_file` holds them."""
    key_file: str
    """The file with the key: the same where both stand in one."""
    issuers_file: str = ""
    """A file of its own from which the intermediates are sent (Apache's SSLCertificateChainFile)."""
    listens: tuple[Listening, ...] = ()
    """Where it is presented; empty: not known, or everywhere that the product listens."""
    names: tuple[str, ...] = ()
    """The server names (SNI) for which it is presented, wildcards as the product writes them; empty: any."""
    is_default: bool = True
    """Presented also to whoever gives no name, or one that nobody here has."""
    in_place: bool = False
    """Other files cannot be named here, only the content of these replaced: it is their folder that is named, or a
    name that theirs begin with (HAProxy's directories and `FILE.key`, Courier's files for single names)."""


@frozen
class Files:
    """What a configuration shall name instead."""

    chain: str
    key: str
    """The same as `chain` where both stand in one file."""


@frozen
class Edit:
    """The whole new content of a file of the configuration, of which little has changed."""

    path: str
    content: bytes
    say: Text
    """Which lines change, from what to what."""


@frozen
class Act:
    """A change that is made by a program, where the configuration is no file that is read: slapd's cn=config, an index.

    It is made when all files and edits are written, and taken back when all former files are back: the program reads
    the files that it is told of.
    """

    command: tuple[str, ...]
    input: str
    back_command: tuple[str, ...]
    back_input: str
    say: Text
    keys: tuple[KeySource, ...] = ()
    """Where the private keys are that are withheld in `input`."""
    disruption: Literal["none", "reload", "restart"] = "none"
    needs: str = "root"
    """The right that it takes."""


@frozen
class Cannot:
    """Why this product cannot be brought there by mailtrust."""

    why: Text


Change = Edit | Act

Disruption = Literal["reload", "restart"]
"""What taking up does to clients: a reload leaves those that are connected alone."""
