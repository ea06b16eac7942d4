"""dns-01 (RFC 8555 8.4) by dynamic updates."""

from typing import Self

from mailtrust.edge.acme.dns_settling import Settling
from mailtrust.edge.acme.proof import Challenge, ChallengeType
from mailtrust.edge.lookup.dns_update import ZoneEditor

TTL = 60


class DnsUpdate:
    """Puts TXT records into a zone, and takes exactly these out again."""

    challenge_type: ChallengeType = "dns-01"

    def __init__(self, editor: ZoneEditor, settling: Settling) -> None:
        self._editor = editor
        self._settling = settling
        self._shown: list[Challenge] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._shown.clear()

    def show(self, challenge: Challenge) -> None:
        """Add the record beside those that are there."""
        self._editor.add(self._place(challenge), "TXT", f'"{challenge.record}"', TTL)
        self._shown.append(challenge)

    def settle(self) -> None:
        """Wait for every server of the zone."""
        self._settling.wait((one.record_name, one.record) for one in self._shown)

    def clear(self, challenge: Challenge) -> None:
        """Take this record away, and no other."""
        self._editor.remove(self._place(challenge), "TXT", f'"{challenge.record}"')

    def _place(self, challenge: Challenge) -> str:
        return self._settling.place_of(challenge.record_name).to_text()
