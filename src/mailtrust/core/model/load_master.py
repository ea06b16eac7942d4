"""What is asked of a Kemp LoadMaster, and what it answers, whichever version of its interface is spoken."""

from dataclasses import field

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text


@frozen
class Call:
    """One command. Its data is not shown: it may hold a private key."""

    command: str
    """As both versions call it: `listcert`, `addintermediate`, `modvs`."""
    parameters: tuple[tuple[str, str | int], ...] = ()
    data: bytes = field(default=b"", repr=False)
    """A file that comes with it, in PEM."""


@frozen
class Login:
    """Who asks. The key comes before user and password; with neither, a client certificate has to do."""

    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)


@frozen
class Asked:
    """A call as HTTP carries it: GET, or POST where there is content."""

    target: str = field(repr=False)
    """Path and query; an API key may be in it."""
    content: bytes = field(default=b"", repr=False)
    content_type: str = ""
    authorization: str = field(default="", repr=False)


@frozen
class VirtualService:
    """An address and its ports, at which clients are met."""

    index: int
    address: str
    ports: tuple[int, ...]
    """The first tells it from others, with address and protocol; none: it is for every port."""
    protocol: str
    """`tcp` or `udp`."""
    name: str
    """What its administrator calls it; may be empty."""
    ends_tls: bool
    """Else TLS is passed through to the servers behind it, or there is none."""
    certificates: tuple[str, ...]
    """The names of those that are assigned, in their order."""
    tls_type: int
    """Bits of the versions that are off: 1 SSL 3.0, 2 TLS 1.0, 4 TLS 1.1, 8 TLS 1.2, 16 TLS 1.3."""
    reencrypts: bool = False
    """It speaks TLS to the servers behind it, too."""


@frozen
class Accepted:
    """It was done. What the command does not give is empty."""

    names: tuple[str, ...] = ()
    """Of listcert and listintermediate."""
    certificate: str = ""
    """Of readcert and readintermediate: PEM."""
    services: tuple[VirtualService, ...] = ()
    """Of listvs, showvs and modvs."""


@frozen
class Refused:
    """It was not done. The words are the LoadMaster's own, cleaned."""

    code: int
    """As HTTP's: 401 who asks is not known, 422 what is asked does not fit."""
    words: str


@frozen
class NotTheInterface:
    """Whoever answers does not speak this version there."""

    why: Text


Reply = Accepted | Refused | NotTheInterface
