"""POP3 (RFC 1939) with CAPA (RFC 2449) and STLS (RFC 2595)."""

from mailtrust.lab.stream import Stream


async def speak(stream: Stream, name: str) -> None:
    """Greet, answer CAPA and STLS, let nobody in."""
    await stream.say(f"+OK {name} ready")
    while (line := await stream.line()) is not None:
        match line.upper().split():
            case ["CAPA"]:
                offered = ["STLS"] if stream.offers_upgrade else ["USER"]
                await stream.say("+OK Capability list follows", "TOP", "UIDL", *offered, ".")
            case ["STLS"] if stream.offers_upgrade:
                await stream.upgrade("+OK Begin TLS negotiation", "-ERR TLS is not available just now")
            case ["NOOP"]:
                await stream.say("+OK")
            case ["QUIT"]:
                await stream.say("+OK Bye")
                return
            case _:
                await stream.say("-ERR Not possible here")
