"""Framing: lines and counted octets out of fragments of any size, within bounds."""

LINE_LIMIT = 8_192
"""Octets of one line. RFC 5321 4.5.3.1.5 and RFC 9051 4.3 ask for less; real servers send long capability lists."""

TOTAL_LIMIT = 65_536
"""Octets of one dialogue up to TLS."""


class TooMuchError(Exception):
    """The server sent more than a dialogue may hold."""


class Inbox:
    """What the server sent and nobody has read yet.

    Limits are counted on what is taken, not on what arrives, so that the answer never depends on how the network cut
    the stream.
    """

    def __init__(self) -> None:
        self._data = bytearray()
        self._searched = 0
        self._taken = 0
        self.ended = False

    def receive(self, data: bytes) -> None:
        """Add a fragment; an empty one is the end of the stream."""
        if data:
            self._data += data
        else:
            self.ended = True

    def take_line(self) -> bytes | None:
        """Give the next line without its end (CRLF, or the bare LF of careless servers); None: not whole yet."""
        end = self._data.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._data)
            if self._searched > LINE_LIMIT:
                raise TooMuchError(f"a line of more than {LINE_LIMIT} octets")
            return None
        if end > LINE_LIMIT:
            raise TooMuchError(f"a line of more than {LINE_LIMIT} octets")
        return self._cut(end + 1).removesuffix(b"\n").removesuffix(b"\r")

    def take(self, count: int) -> bytes | None:
        """Give exactly `count` octets; None: not all there yet."""
        if count > LINE_LIMIT:
            raise TooMuchError(f"{count} octets at once, {LINE_LIMIT} are allowed")
        return self._cut(count) if len(self._data) >= count else None

    def peek(self) -> bytes:
        """Look at what is there, at most one octet more than may be taken at once."""
        return bytes(self._data[: LINE_LIMIT + 1])

    def _cut(self, count: int) -> bytes:
        self._taken += count
        if self._taken > TOTAL_LIMIT:
            raise TooMuchError(f"more than {TOTAL_LIMIT} octets before TLS")
        taken = bytes(self._data[:count])
        del self._data[:count]
        self._searched = 0
        return taken
