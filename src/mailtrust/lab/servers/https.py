"""HTTPS (RFC 9110, 9112): a small page for every question."""

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
    words = request.split()
    path = words[1].partition("?")[0] if len(words) > 1 else ""
    content_type, body = stream.manners.pages.get(path, ("text/plain", f"{name}\n".encode("ascii")))
    await stream.say(
        "HTTP/1.1 200 OK",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Connection: close",
        "",
    )
    await stream.send(b"" if request.startswith("HEAD ") else body)
