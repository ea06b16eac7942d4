"""IMAP (RFC 9051) with STARTTLS (6.2.1)."""

from mailtrust.lab.stream import Stream


async def speak(stream: Stream, name: str) -> None:
    """Greet, answer CAPABILITY and STARTTLS, let nobody in."""
    await stream.say(f"* OK [CAPABILITY {_capabilities(stream)}] {name} ready")
    while (line := await stream.line()) is not None:
        match line.split():
            case [tag, command, *_]:
                if await _answer(stream, tag, command.upper()):
                    return
            case _:
                await stream.say("* BAD A tag and a command are expected")


async def _answer(stream: Stream, tag: str, command: str) -> bool:
    """Answer one command; True when the client has said good-bye."""
    match command:
        case "CAPABILITY":
            await stream.say(f"* CAPABILITY {_capabilities(stream)}", f"{tag} OK CAPABILITY completed")
        case "STARTTLS" if stream.offers_upgrade:
            await stream.upgrade(f"{tag} OK Begin TLS negotiation now", f"{tag} NO TLS is not available just now")
        case "NOOP":
            await stream.say(f"{tag} OK NOOP completed")
        case "LOGOUT":
            await stream.say("* BYE Logging out", f"{tag} OK LOGOUT completed")
            return True
        case "LOGIN" | "AUTHENTICATE":
            await stream.say(f"{tag} NO [AUTHENTICATIONFAILED] Nobody has an account here")
        case _:
            await stream.say(f"{tag} BAD Command not recognised")
    return False


def _capabilities(stream: Stream) -> str:
    return "IMAP4rev1 STARTTLS LOGINDISABLED" if stream.offers_upgrade else "IMAP4rev1 AUTH=PLAIN"
