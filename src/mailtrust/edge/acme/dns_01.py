"""dns-01 (RFC 8555 8.4) by dynamic updates (RFC 2136), signed with TSIG (RFC 8945)."""

import re
from pathlib import Path
from typing import Self

import dns.exception
import dns.message
import dns.name
import dns.opcode
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.tsigkeyring
import dns.update

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.acme.dns_settling import Server, Settling
from mailtrust.edge.acme.proof import Challenge, ChallengeType

ANSWER_SECONDS = 10.0
TTL = 60
LARGEST_KEY_FILE = 8 * 1024

_STATEMENT = re.compile(
    r"""key\s+"?(?P<name>[^"\s{]+)"?\s*\{(?=[^}]*algorithm\s+"?(?P<algorithm>[\w.-]+?)"?\s*;)"""
    r"""(?=[^}]*secret\s+"?(?P<secret>[A-Za-z0-9+/=]+)"?\s*;)"""
)
"""As tsig-keygen, ddns-confgen and named.conf have it."""
_LINE = re.compile(r"(?:(?P<algorithm>hmac-[\w-]+):)?(?P<name>[^:\s]+):(?P<secret>[A-Za-z0-9+/=]+)")
"""As `nsupdate -y`, `knsupdate -y` and `keymgr -t` have it."""
_ALGORITHMS = frozenset(
    str(name).rstrip(".")
    for name in (
        dns.tsig.HMAC_SHA224,
        dns.tsig.HMAC_SHA256,
        dns.tsig.HMAC_SHA384,
        dns.tsig.HMAC_SHA512,
        dns.tsig.HMAC_SHA1,
    )
)


def read_tsig_key(path: Path) -> dns.tsig.Key:
    """A key as `tsig-keygen` or `keymgr -t` writes it. Raises UserProblem."""
    called = clean(str(path), 200)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_KEY_FILE).decode("utf-8", "replace")
    except OSError as error:
        raise UserProblem(
            text("Could not read {path}: {why}.", path=called, why=error.strerror or str(error))
        ) from error
    lines = (line.strip().removeprefix("#").strip() for line in content.splitlines())
    found = _STATEMENT.search(content) or next(filter(None, map(_LINE.fullmatch, lines)), None)
    algorithm = (found["algorithm"] or "hmac-sha256").lower().rstrip(".") if found else ""
    if found is None or algorithm not in _ALGORITHMS:
        raise UserProblem(
            text(
                "Expected a TSIG key in {path} as `tsig-keygen NAME` or `keymgr -t NAME` writes it, or a line such as "
                "hmac-sha256:name:secret; found none.",
                path=called,
            )
        )
    try:
        return dns.tsig.Key(found["name"], found["secret"], algorithm)
    except (dns.exception.DNSException, ValueError) as error:
        raise UserProblem(
            text("The TSIG key in {path} cannot be read: {why}.", path=called, why=clean(str(error), 100))
        ) from error


class DnsUpdate:
    """Puts TXT records into a zone, and takes exactly these out again."""

    challenge_type: ChallengeType = "dns-01"

    def __init__(self, server: Server, key: dns.tsig.Key | None, settling: Settling) -> None:
        self._server = server
        self._key = key
        self._settling = settling
        self._shown: list[Challenge] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._shown.clear()

    def show(self, challenge: Challenge) -> None:
        """Add the record beside those that are there."""
        place, update = self._update(challenge)
        update.add(place, TTL, "TXT", challenge.record)
        self._send(update, place)
        self._shown.append(challenge)

    def settle(self) -> None:
        """Wait for every server of the zone."""
        self._settling.wait((one.record_name, one.record) for one in self._shown)

    def clear(self, challenge: Challenge) -> None:
        """Take this record away, and no other."""
        place, update = self._update(challenge)
        update.delete(place, "TXT", challenge.record)
        self._send(update, place)

    def _update(self, challenge: Challenge) -> tuple[dns.name.Name, dns.update.UpdateMessage]:
        place = self._settling.place_of(challenge.record_name)
        return place, dns.update.UpdateMessage(self._zone_of(place), keyring=self._key)

    def _zone_of(self, place: dns.name.Name) -> dns.name.Name:
        """The zone of the server that this name is in (RFC 2136 2.3 wants it said)."""
        zone = place
        while zone != dns.name.root:
            answer = self._ask(dns.message.make_query(zone, "SOA"), place)
            if any(rrset.name == zone and rrset.rdtype == dns.rdatatype.SOA for rrset in answer.answer):
                return zone
            # A server that says no knows the zone, and says which it is in.
            for rrset in answer.authority:
                if rrset.rdtype == dns.rdatatype.SOA and place.is_subdomain(rrset.name):
                    return rrset.name
            zone = zone.parent()
        raise UserProblem(text("{server} has no zone that {name} is in.", server=self._called, name=_called(place)))

    def _send(self, update: dns.update.UpdateMessage, place: dns.name.Name) -> None:
        rcode = self._ask(update, place).rcode()
        if rcode == dns.rcode.NOERROR:
            return
        if rcode in (dns.rcode.REFUSED, dns.rcode.NOTAUTH):
            raise UserProblem(
                text(
                    "{server} does not allow the update of {name} ({rcode}): let the key change TXT records there, and "
                    "give it with --tsig-file.",
                    server=self._called,
                    name=_called(place),
                    rcode=dns.rcode.to_text(rcode),
                )
            )
        raise UserProblem(
            text("{server} refused the update of {name}: {rcode}.",
                 server=self._called, name=_called(place), rcode=dns.rcode.to_text(rcode))
        )  # fmt: skip

    def _ask(self, message: dns.message.Message, place: dns.name.Name) -> dns.message.Message:
        address, port = self._server
        try:
            return dns.query.tcp(message, address, timeout=ANSWER_SECONDS, port=port)
        except (dns.tsig.PeerError, dns.tsig.BadSignature, dns.tsig.BadKey, dns.message.UnknownTSIGKey) as error:
            raise UserProblem(
                text(
                    "{server} does not accept the TSIG key ({kind}): name, algorithm and secret must be those of its "
                    "configuration, and both clocks must agree.",
                    server=self._called,
                    kind=type(error).__name__,
                )
            ) from error
        except (dns.exception.DNSException, EOFError, OSError) as error:
            raise CouldNotLook(
                text("{server} gave no usable answer about {name}: {why}.",
                     server=self._called, name=_called(place), why=clean(str(error) or type(error).__name__, 200))
            ) from error  # fmt: skip

    @property
    def _called(self) -> str:
        return f"{self._server[0]} port {self._server[1]}"


def _called(place: dns.name.Name) -> str:
    return clean(place.to_text(omit_final_dot=True), 255)
