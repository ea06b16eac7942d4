"""SMTP and submission (RFC 5321, 6409) with STARTTLS (RFC 3207)."""

from mailtrust.lab.stream import Stream


async def speak(stream: Stream, name: str) -> None:
    """Greet, answer EHLO and STARTTLS, take no mail."""
    await stream.say(f"220 {name} ESMTP ready")
    while (line := await stream.line()) is not None:
        match line.upper().split():
            case ["EHLO", _]:
                offered = [] if stream.inside_tls else ["STARTTLS"]
                *before, last = [name, "SIZE 1048576", *offered, "8BITMIME"]
                # RFC 5321 4.2.1: a hyphen after the code says that more lines follow.
                await stream.say(*(f"250-{word}" for word in before), f"250 {last}")
            case ["HELO", _]:
                await stream.say(f"250 {name}")
            case ["STARTTLS"] if not stream.inside_tls:
                await stream.say("220 2.0.0 Ready to start TLS")
                await stream.start_tls()
            case ["NOOP", *_] | ["RSET"]:
                await stream.say("250 2.0.0 OK")
            case ["QUIT"]:
                await stream.say("221 2.0.0 Bye")
                return
            case ["MAIL" | "RCPT" | "DATA" | "VRFY", *_]:
                await stream.say("550 5.7.1 This server takes no mail")
            case _:
                await stream.say("502 5.5.1 Command not implemented")
