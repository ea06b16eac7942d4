"""HTTPS (RFC 9110, 9112): one small page for every question."""

from mailtrust.lab.stream import Stream

LONGEST_HEAD = 100
"""Header lines that are read before the answer goes out anyway."""


async def speak(stream: Stream, name: str) -> None:
    """Read one request's head, answer it, close."""
    request = await stream.line()
    if request is None:
        return
    for _ in range(LONGEST_HEAD):
        if not await stream.line():
            break
    body = b"" if request.startswith("HEAD ") else f"{name}\n".encode("ascii")
    await stream.say(
        "HTTP/1.1 200 OK",
        "Content-Type: text/plain",
        f"Content-Length: {len(name) + 1}",
        "Connection: close",
        "",
    )
    await stream.send(body)
