"""POP3 (RFC 1939) with CAPA (RFC 2449) and STLS (RFC 2595)."""

from mailtrust.lab.stream import Stream


async def speak(stream: Stream, name: str) -> None:
    """Greet, answer CAPA and STLS, let nobody in."""
    await stream.say(f"+OK {name} ready")
    while (line := await stream.line()) is not None:
        match line.upper().split():
            case ["CAPA"]:
                offered = ["USER"] if stream.inside_tls else ["STLS"]
                await stream.say("+OK Capability list follows", "TOP", "UIDL", *offered, ".")
            case ["STLS"] if not stream.inside_tls:
                await stream.say("+OK Begin TLS negotiation")
                await stream.start_tls()
            case ["NOOP"]:
                await stream.say("+OK")
            case ["QUIT"]:
                await stream.say("+OK Bye")
                return
            case _:
                await stream.say("-ERR Not possible here")
