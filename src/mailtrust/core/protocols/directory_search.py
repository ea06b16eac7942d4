"""Exchange's service connection points, asked of a directory: what is said and heard on one connection (RFC 4511).

Sans IO, as the dialogues up to TLS: octets in, events out. Whoever plays it sees to TLS before a password is sent.
"""

from collections.abc import Generator, Iterator
from dataclasses import field

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.walk import SCP_POINTER, SCP_URL, ConnectionPoint, ScpAnswer
from mailtrust.core.protocols.ber import LONGEST_HEAD, BerError, size_of
from mailtrust.core.protocols.dialogue import NeedData, Send
from mailtrust.core.protocols.ldap_messages import (
    UNSOLICITED,
    Entry,
    Operation,
    Reference,
    Result,
    Scope,
    Tag,
    all_of,
    any_of,
    bind_request,
    equals,
    message,
    page,
    present,
    read_message,
    read_operation,
    search_request,
    unbind_request,
)

LARGEST_MESSAGE = 256 * 1024
"""Octets; a service connection point has about a thousand."""
MOST_MESSAGES = 4_000
MOST_POINTS = 1_000
PAGE = 500
"""Entries; half of what Active Directory gives at once (MaxPageSize)."""
LONGEST_COOKIE = 8_192
MOST_VALUES = 100
"""Of one attribute; sites of one server."""

NAMING_CONTEXT = "configurationNamingContext"
# MS-OXDISCO 3.1.5.1
WANTED = all_of(
    equals("objectClass", "serviceConnectionPoint"),
    any_of(equals("keywords", SCP_POINTER), equals("keywords", SCP_URL)),
)
ATTRIBUTES = ("cn", "keywords", "serviceBindingInformation")

_INVALID_CREDENTIALS = 49
_CUT_SHORT = frozenset({3, 4, 11})
"""timeLimitExceeded, sizeLimitExceeded, adminLimitExceeded: what came before stands (RFC 4511 4.5.1.4)."""
_STRANGERS_REFUSED = frozenset({1, 8, 32, 48, 50, 53})
"""operationsError is what Active Directory says to those who have not logged on."""


@frozen
class Login:
    r"""Who asks: a DN, or as Active Directory takes it, user@domain or DOMAIN\user."""

    user: str
    password: bytes = field(repr=False)


Event = Send | NeedData | ScpAnswer
_Talk = Generator[Send | NeedData, None, ScpAnswer]


class _StopError(Exception):
    def __init__(self, why: Text) -> None:
        super().__init__(str(why))
        self.why = why


class DirectorySearch:
    """One connection's talk, from the first request to the answer; then that is repeated for ever."""

    def __init__(self, login: Login | None = None) -> None:
        self._login = login
        self._inbox = bytearray()
        self._ended = False
        self._number = 0
        self._heard = 0
        self._points: list[ConnectionPoint] = []
        self._elsewhere: list[str] = []
        self._script = self._talk()
        self._answer: ScpAnswer | None = None

    def receive(self, data: bytes) -> None:
        """Take any fragment; an empty one is the end of the stream."""
        if data:
            self._inbox += data
        else:
            self._ended = True

    def next_event(self) -> Event:
        """What is to be done now. Never raises for what the directory says."""
        if self._answer is not None:
            return self._answer
        try:
            return next(self._script)
        except StopIteration as end:
            self._answer = end.value
        except _StopError as stop:
            self._answer = ScpAnswer(tuple(self._points), stop.why)
        except BerError as error:
            why = text("it does not speak LDAP as RFC 4511 has it: {why}", why=clean(str(error), 200))
            self._answer = ScpAnswer(tuple(self._points), why)
        return self._answer if self._answer is not None else NeedData()

    def farewell(self) -> bytes:
        """What a polite client says before it hangs up (RFC 4511 4.3)."""
        return message(self._number + 1, unbind_request())

    def _talk(self) -> _Talk:
        if self._login is not None:
            yield from self._bind(self._login)
        base = yield from self._naming_context()
        cookie = b""
        while True:
            yield self._request(search_request(base, Scope.SUBTREE, WANTED, ATTRIBUTES), page(PAGE, cookie))
            done = yield from self._found()
            cookie = done.cookie[: LONGEST_COOKIE + 1]
            if done.code != 0 or not cookie or len(cookie) > LONGEST_COOKIE:
                return ScpAnswer(tuple(self._points), self._why(done))

    def _bind(self, login: Login) -> Generator[Send | NeedData]:
        if not login.user or not login.password:
            # RFC 4513 5.1.2: a name without a password is taken for nobody, and the answer is success.
            raise _StopError(text("a user needs a password, which must not be empty."))
        yield self._request(bind_request(login.user, login.password))
        result = yield from self._result(Tag.BIND_RESPONSE)
        if result.code == _INVALID_CREDENTIALS:
            raise _StopError(text("it takes neither this user nor this password: {said}", said=result.words))
        if result.code != 0:
            raise _StopError(text("it lets nobody log on by name and password: {said}", said=result.words))

    def _naming_context(self) -> Generator[Send | NeedData, None, str]:
        yield self._request(search_request("", Scope.BASE, present("objectClass"), (NAMING_CONTEXT,), 1))
        base = ""
        while True:
            match (yield from self._operation()):
                case Entry(attributes=attributes):
                    base = base or next(iter(attributes.get(NAMING_CONTEXT.lower(), ())), "")
                case Result(answers=Tag.SEARCH_DONE) as done:
                    break
        if base:
            return base
        if done.code in (0, *_CUT_SHORT):
            raise _StopError(
                text("it is no Active Directory: its root names no {attribute}.", attribute=NAMING_CONTEXT)
            )
        raise _StopError(self._why(done) or text("it says nothing."))

    def _found(self) -> Generator[Send | NeedData, None, Result]:
        while True:
            match (yield from self._operation()):
                case Entry() as entry:
                    self._points.extend(_point(entry))
                    if len(self._points) >= MOST_POINTS:
                        raise _StopError(text("it names more than {most} of them.", most=MOST_POINTS))
                case Reference(urls=urls):
                    # Active Directory always refers to its schema, a partition below this one without such points.
                    self._elsewhere += [url for url in urls[:MOST_VALUES] if "/cn=schema," not in url.lower()]
                case Result(answers=Tag.SEARCH_DONE) as done:
                    return done

    def _why(self, done: Result) -> Text | None:
        """Why the answer may not be all there is; None where it is."""
        elsewhere = (*self._elsewhere, *done.referral)[:10]
        if done.code in _CUT_SHORT:
            return text("it tells only the first of them: {said}", said=done.words)
        if elsewhere:
            return text("it refers to {urls}, which was not asked.", urls=tuple(clean(url, 200) for url in elsewhere))
        if done.code in _STRANGERS_REFUSED and self._login is None:
            return text("it answers only who has logged on (--directory-user): {said}", said=done.words)
        if done.code != 0:
            return text("it refuses the search: {said}", said=done.words)
        if not self._points and self._login is None:
            # Only authenticated users may read them by default, and others see nothing rather than a refusal.
            return text("it shows none to who has not logged on (--directory-user).")
        return None

    def _result(self, tag: Tag) -> Generator[Send | NeedData, None, Result]:
        while True:
            operation = yield from self._operation()
            if isinstance(operation, Result) and operation.answers == tag:
                return operation

    def _request(self, operation: bytes, controls: bytes = b"") -> Send:
        self._number += 1
        return Send(message(self._number, operation, controls))

    def _operation(self) -> Generator[Send | NeedData, None, Operation]:
        """Wait for what answers the last request."""
        while True:
            number, operation, controls = read_message((yield from self._message()))
            if number == self._number:
                return read_operation(operation, controls)
            if number == UNSOLICITED:  # RFC 4511 4.4.1: it hangs up
                said = read_operation(operation)
                raise _StopError(text("it ends the talk: {said}", said=said.words if isinstance(said, Result) else ""))

    def _message(self) -> Generator[Send | NeedData, None, bytes]:
        while True:
            if self._inbox and self._inbox[0] != Tag.SEQUENCE:
                raise BerError("no LDAPMessage")
            size = size_of(bytes(self._inbox[:LONGEST_HEAD]))
            if size is not None and size > LARGEST_MESSAGE:
                raise _StopError(text("it sends {count} octets at once, more than are read.", count=size))
            if size is not None and size <= len(self._inbox):
                break
            if self._ended:
                raise _StopError(text("it hangs up before it has answered."))
            yield NeedData()
        self._heard += 1
        if self._heard > MOST_MESSAGES:
            raise _StopError(text("it never comes to an end."))
        taken = bytes(self._inbox[:size])
        del self._inbox[:size]
        return taken


def _point(entry: Entry) -> Iterator[ConnectionPoint]:
    keywords = entry.attributes.get("keywords", ())[:MOST_VALUES]
    binding = entry.attributes.get("servicebindinginformation", ())[:MOST_VALUES]
    if keywords and binding:
        yield ConnectionPoint(keywords, binding, next(iter(entry.attributes.get("cn", ())), ""))
