"""Dynamic updates of a zone (RFC 2136), signed with TSIG (RFC 8945): the only place that changes records in DNS.

    editor = ZoneEditor(("192.0.2.53", 53), read_tsig_key(path))
    seen = editor.seen("autodiscover.example.com", "A")
    change = ZoneChange((SetChange(seen.name, "A", seen.values, (), ttl_before=seen.ttl),))
    editor.apply(change)
    editor.apply(change.undone)

Everything here blocks; a caller in an event loop uses `asyncio.to_thread`. Errors are sentences for people: `NotAsSeen`
and `UpdateRefused` when nothing was changed, `Unclear` when nobody knows, CouldNotLook when nothing could be asked.
"""

import contextlib
import time
from collections.abc import Iterable

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.tsig
import dns.update

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.zone_change import SetChange, ZoneChange
from mailtrust.edge.lookup.dns_answers import MOST_RECORDS
from mailtrust.edge.lookup.dns_refusals import refused_key, refused_update

ANSWER_SECONDS = 10.0
SETTLED_SECONDS = 10.0
"""How long the server may take until it gives what it accepted."""
PAUSE = 0.1

# RFC 2136 2.2: what a prerequisite that does not hold is answered with.
_NOT_AS_SEEN = frozenset({dns.rcode.NXRRSET, dns.rcode.YXRRSET, dns.rcode.NXDOMAIN, dns.rcode.YXDOMAIN})

Server = tuple[str, int]
"""Address and port."""


class NotAsSeen(UserProblem):
    """The zone is not as the change expects it (RFC 2136 2.4), so nothing was changed."""


class UpdateRefused(UserProblem):
    """The server does not take the key or the update; nothing was changed."""


class Unclear(CouldNotLook):
    """The update was sent and no usable answer came: `ZoneEditor.stands` says whether it was made."""


@frozen
class RecordSet:
    """The records of one type at one name, as the server gives them."""

    name: str
    record_type: str
    values: tuple[str, ...]
    """As RFC 1035 5.1 writes their data, sorted; empty: there are none."""
    ttl: int
    """Seconds, whole; 0 where there are none."""


class ZoneEditor:
    """Changes records at one server: the zone's primary, or one that passes updates on to it (RFC 2136 6)."""

    def __init__(self, server: Server, key: dns.tsig.Key | None) -> None:
        """`key`: from `read_tsig_key`; None where the server goes by addresses."""
        self._server = server
        self._key = key
        self._zones: dict[dns.name.Name, dns.name.Name] = {}

    def seen(self, name: str, record_type: str) -> RecordSet:
        """What this server gives at a name itself; aliases are not followed. Raises UserProblem, CouldNotLook."""
        place = _place(name)
        found = self._read(place, record_type)
        if found is None:
            return RecordSet(_called(place), record_type, (), 0)
        values = tuple(sorted(record.to_text() for record in found))[:MOST_RECORDS]
        return RecordSet(_called(place), record_type, values, found.ttl)

    def apply(self, change: ZoneChange) -> None:
        """Make the change if every set is as `before` says, else nothing; return when the server gives what it took.

        Raises NotAsSeen, UpdateRefused, Unclear, CouldNotLook.
        """
        place = _place(change.sets[0].name)
        update = self._update(place)
        taken = {_place(one.name) for one in change.sets if one.before}
        for one in change.sets:
            self._require(update, one, name_is_free=_place(one.name) not in taken)
            update.delete(_place(one.name), one.record_type)
        for one in change.sets:
            if one.after:
                update.add(_place(one.name), _record_set(one.record_type, one.after, one.ttl))
        self._send(update, place)
        # RFC 2136 3.4.2.2: what may not stand there, such as an alias beside others, is left out without a word.
        self._add_left_out(change)
        ends = time.monotonic() + SETTLED_SECONDS
        while not self.stands(change):
            if time.monotonic() > ends:
                raise Unclear(
                    text(
                        "{server} accepted the update of {name}, but does not give what was asked for: does another "
                        "record at that name stand in the way?",
                        server=self.called,
                        name=_called(place),
                    )
                )
            time.sleep(PAUSE)

    def _add_left_out(self, change: ZoneChange) -> None:
        """Knot leaves out of a zone that it signs an alias that comes with the removal of what stood there."""
        left = [one for one in change.sets if one.record_type == "CNAME" and one.after]
        for one in left:
            place = _place(one.name)
            if self._read(place, "CNAME") is None:
                update = self._update(place)
                update.absent(place)
                update.add(place, _record_set("CNAME", one.after, one.ttl))
                with contextlib.suppress(
                    NotAsSeen
                ):  # It is there, and not given yet; or the next look says what else is.
                    self._send(update, place)

    def stands(self, change: ZoneChange) -> bool:
        """Whether everything is as the change would leave it. Raises UserProblem, CouldNotLook."""
        return all(
            set(self._read(_place(one.name), one.record_type) or ()) == set(_records(one.record_type, one.after))
            for one in change.sets
        )

    def add(self, name: str, record_type: str, value: str, ttl: int) -> None:
        """Put a record beside those that are there, whatever they are. Raises UpdateRefused, Unclear, CouldNotLook."""
        place = _place(name)
        update = self._update(place)
        update.add(place, _record_set(record_type, (value,), ttl))
        self._send(update, place)

    def remove(self, name: str, record_type: str, value: str) -> None:
        """Take exactly this record away, if it is there. Raises UpdateRefused, Unclear, CouldNotLook."""
        place = _place(name)
        update = self._update(place)
        update.delete(place, _record_set(record_type, (value,), 0))
        self._send(update, place)

    @property
    def called(self) -> str:
        """The server, as people read it."""
        return f"{self._server[0]} port {self._server[1]}"

    def _read(self, place: dns.name.Name, record_type: str) -> dns.rdataset.Rdataset | None:
        query = dns.message.make_query(place, record_type)
        query.flags &= ~dns.flags.RD
        answer = self._exchange(query, place)
        if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN) or not answer.flags & dns.flags.AA:
            raise CouldNotLook(
                text(
                    "{server} does not answer for {name} itself ({rcode}): expected a server of the zone.",
                    server=self.called,
                    name=_called(place),
                    rcode=dns.rcode.to_text(answer.rcode()),
                )
            )
        wanted = dns.rdatatype.from_text(record_type)
        return next((one for one in answer.answer if one.name == place and one.rdtype == wanted), None)

    def _require(self, update: dns.update.UpdateMessage, one: SetChange, *, name_is_free: bool) -> None:
        """Have the server compare, at the moment of the change, what was just compared here.

        It is given its own octets to compare: some take names in data for different that differ in capitals alone.
        """
        place = _place(one.name)
        now = self._read(place, one.record_type)
        if set(now or ()) != set(_records(one.record_type, one.before)):
            raise NotAsSeen(
                text(
                    "{name} is no longer as it was when the change was planned: expected {expected}, but {server} "
                    "gives {given}. Nothing was changed. Look again, and plan again.",
                    server=self.called,
                    name=_called(place),
                    expected=_listed(one.record_type, _records(one.record_type, one.before)),
                    given=_listed(one.record_type, now or ()),
                )
            )
        if now is not None:
            update.present(place, dns.rdataset.from_rdata_list(0, list(now)))  # RFC 2136 2.4.2: a TTL of 0
        elif name_is_free and one.record_type == "CNAME":
            update.absent(place)  # RFC 2136 2.4.5
        else:
            update.absent(place, one.record_type)  # RFC 2136 2.4.3

    def _update(self, place: dns.name.Name) -> dns.update.UpdateMessage:
        return dns.update.UpdateMessage(self._zone_of(place), keyring=self._key)

    def _zone_of(self, place: dns.name.Name) -> dns.name.Name:
        """The zone of the server that this name is in (RFC 2136 2.3 wants it said)."""
        if place not in self._zones:
            self._zones[place] = self._ask_for_zone(place)
        return self._zones[place]

    def _ask_for_zone(self, place: dns.name.Name) -> dns.name.Name:
        zone = place
        while zone != dns.name.root:
            answer = self._exchange(dns.message.make_query(zone, "SOA"), place)
            if any(rrset.name == zone and rrset.rdtype == dns.rdatatype.SOA for rrset in answer.answer):
                return zone
            # A server that says no knows the zone, and says which it is in.
            for rrset in answer.authority:
                if rrset.rdtype == dns.rdatatype.SOA and place.is_subdomain(rrset.name):
                    return rrset.name
            zone = zone.parent()
        raise UserProblem(text("{server} has no zone that {name} is in.", server=self.called, name=_called(place)))

    def _send(self, update: dns.update.UpdateMessage, place: dns.name.Name) -> None:
        try:
            answer = self._exchange(update, place)
        except CouldNotLook as error:
            raise Unclear(error.message) from error
        rcode = answer.rcode()
        if rcode in _NOT_AS_SEEN:
            raise NotAsSeen(
                text(
                    "{name} was changed by somebody else just now, or another record stands there ({rcode}), so "
                    "{server} changed nothing. Look again, and plan again.",
                    server=self.called,
                    name=_called(place),
                    rcode=dns.rcode.to_text(rcode),
                )
            )
        if rcode != dns.rcode.NOERROR:
            raise UpdateRefused(refused_update(rcode, self.called, _called(place), signed=self._key is not None))
        # RFC 8945 5.3: what answers a signed request is signed, or it is not the server's.
        if self._key is not None and not answer.had_tsig:
            raise Unclear(text("The answer of {server} is not signed, so nobody knows whose it is.",
                               server=self.called))  # fmt: skip

    def _exchange(self, message: dns.message.Message, place: dns.name.Name) -> dns.message.Message:
        address, port = self._server
        try:
            return dns.query.tcp(message, address, timeout=ANSWER_SECONDS, port=port)
        except (
            dns.tsig.PeerError,
            dns.tsig.BadSignature,
            dns.tsig.BadKey,
            dns.tsig.BadTime,
            dns.message.UnknownTSIGKey,
        ) as error:
            raise UpdateRefused(refused_key(error, self.called)) from error
        except (dns.exception.DNSException, EOFError, OSError) as error:
            raise CouldNotLook(self._no_answer(error, place)) from error

    def _no_answer(self, error: Exception, place: dns.name.Name) -> Text:
        said = error.strerror if isinstance(error, OSError) else str(error)
        why = clean(said or str(error) or type(error).__name__, 200)
        return text("{server} gave no usable answer about {name}: {why}.",
                    server=self.called, name=_called(place), why=why)  # fmt: skip


def _place(name: str) -> dns.name.Name:
    try:
        return dns.name.from_text(name)
    except (dns.exception.DNSException, ValueError) as error:
        raise UserProblem(text("{name} cannot be a name in DNS.", name=clean(name, 255))) from error


def _record_set(record_type: str, values: Iterable[str], ttl: int) -> dns.rdataset.Rdataset:
    return dns.rdataset.from_rdata_list(ttl, _records(record_type, values))


def _records(record_type: str, values: Iterable[str]) -> list[dns.rdata.Rdata]:
    return [_rdata(record_type, value) for value in values]


def _listed(record_type: str, records: Iterable[dns.rdata.Rdata]) -> Text:
    shown = sorted(clean(record.to_text(), 200) for record in records)
    if not shown:
        return text("no record of the type {type}", type=record_type)
    return text("{type} {values}", type=record_type, values=", ".join(shown))


def _rdata(record_type: str, value: str) -> dns.rdata.Rdata:
    try:
        kind = dns.rdatatype.from_text(record_type)
        return dns.rdata.from_text(dns.rdataclass.IN, kind, value, dns.name.root, relativize=False)
    except (dns.exception.DNSException, ValueError) as error:
        raise UserProblem(
            text("“{value}” cannot be a record of the type {type}.",
                 value=clean(value, 200), type=clean(record_type, 20))
        ) from error  # fmt: skip


def _called(place: dns.name.Name) -> str:
    return clean(place.to_text(omit_final_dot=True), 255)
