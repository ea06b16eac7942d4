"""Bare TLS: a handshake and silence."""

from mailtrust.lab.stream import Stream


async def speak(stream: Stream, name: str) -> None:  # noqa: ARG001 (every speaker is told its name)
    """Stay until the client leaves."""
    await stream.until_end()
