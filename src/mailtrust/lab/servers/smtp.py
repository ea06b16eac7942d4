"""SMTP and submission (RFC 5321, 6409) with STARTTLS (RFC 3207)."""

from mailtrust.lab.stream import Stream


async def speak(stream: Stream, name: str) -> None:
    """Greet, answer EHLO and STARTTLS, take no mail."""
    if stream.manners.greeting:
        await _turn_away(stream, stream.manners.greeting)
        return
    await stream.say(f"220 {name} ESMTP ready")
    while (line := await stream.line()) is not None:
        match line.upper().split():
            case ["EHLO", _]:
                offered = ["STARTTLS"] if stream.offers_upgrade else []
                *before, last = [name, "SIZE 1048576", *offered, "8BITMIME"]
                # RFC 5321 4.2.1: a hyphen after the code says that more lines follow.
                await stream.say(*(f"250-{word}" for word in before), f"250 {last}")
            case ["HELO", _]:
                await stream.say(f"250 {name}")
            case ["STARTTLS"] if stream.offers_upgrade:
                await stream.upgrade("220 2.0.0 Ready to start TLS", "454 4.7.0 TLS is not available just now")
            case ["NOOP", *_] | ["RSET"]:
                await stream.say("250 2.0.0 OK")
            case ["QUIT"]:
                await stream.say("221 2.0.0 Bye")
                return
            case ["MAIL" | "RCPT" | "DATA" | "VRFY", *_]:
                await stream.say("550 5.7.1 This server takes no mail")
            case _:
                await stream.say("502 5.5.1 Command not implemented")


async def _turn_away(stream: Stream, words: str) -> None:
    """Say the same to everything; after 421 the server hangs up at once (RFC 5321 3.8)."""
    await stream.say(words)
    while not words.startswith("421") and (line := await stream.line()) is not None:
        if line.upper().split() == ["QUIT"]:
            await stream.say("221 2.0.0 Bye")
            return
        await stream.say(words)
