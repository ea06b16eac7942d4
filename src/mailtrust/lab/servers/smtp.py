"""SMTP and submission (RFC 5321, 6409) with STARTTLS (RFC 3207)."""

from mailtrust.lab.stream import Stream


async def speak(stream: Stream, name: str) -> None:
    """Greet, answer EHLO and STARTTLS; take no mail, or throw away what guests send."""
    if stream.manners.greeting:
        await _turn_away(stream, stream.manners.greeting)
        return
    await stream.say(f"220 {name} ESMTP ready")
    while (line := await stream.line()) is not None:
        if stream.admits and await _host(stream, line):
            continue
        match line.upper().split():
            case ["EHLO", _]:
                offered = ["STARTTLS"] if stream.offers_upgrade else ["AUTH PLAIN LOGIN"] if stream.admits else []
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


async def _host(stream: Stream, line: str) -> bool:
    """Answer what a guest may do: log in with anything, and send into nowhere; False for what is no guest's command."""
    match line.upper().split():
        case ["AUTH", mechanism, *rest]:
            for _ in range((2 if mechanism == "LOGIN" else 1) - len(rest)):
                await stream.say("334 " + ("VXNlcm5hbWU6" if mechanism == "LOGIN" else ""))
                await stream.line()
            await stream.say("235 2.7.0 Come in")
        case ["MAIL" | "RCPT", *_]:
            await stream.say("250 2.1.0 OK")
        case ["DATA"]:
            await stream.say("354 End with a dot")
            while await stream.line() not in (".", None):
                pass
            await stream.say("250 2.0.0 Thrown away")
        case _:
            return False
    return True


async def _turn_away(stream: Stream, words: str) -> None:
    """Say the same to everything; after 421 the server hangs up at once (RFC 5321 3.8)."""
    await stream.say(words)
    while not words.startswith("421") and (line := await stream.line()) is not None:
        if line.upper().split() == ["QUIT"]:
            await stream.say("221 2.0.0 Bye")
            return
        await stream.say(words)
