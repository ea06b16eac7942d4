"""LMTP (RFC 2033) with STARTTLS (RFC 3207)."""

from mailtrust.lab.stream import Stream


async def speak(stream: Stream, name: str) -> None:
    """Greet, answer LHLO and STARTTLS, take no mail."""
    await stream.say(f"220 {name} LMTP ready")
    while (line := await stream.line()) is not None:
        match line.upper().split():
            case ["LHLO", _]:
                offered = ["STARTTLS"] if stream.offers_upgrade else []
                *before, last = [name, "PIPELINING", *offered, "ENHANCEDSTATUSCODES"]
                await stream.say(*(f"250-{word}" for word in before), f"250 {last}")
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
                # RFC 2033 4.1: HELO and EHLO must be refused.
                await stream.say("500 5.5.1 Command not recognised")
