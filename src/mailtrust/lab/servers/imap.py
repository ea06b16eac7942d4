"""IMAP (RFC 9051) with STARTTLS (6.2.1)."""

from mailtrust.lab.stream import Stream


async def speak(stream: Stream, name: str) -> None:
    """Greet, answer CAPABILITY and STARTTLS; let nobody in, or everybody into an empty mailbox."""
    await stream.say(f"* OK [CAPABILITY {_capabilities(stream)}] {name} ready")
    while (line := await stream.line()) is not None:
        while stream.admits and line.endswith("}"):
            # RFC 9051 4.3: the rest of the line comes after the go-ahead for its literal.
            await stream.say("+ Go ahead")
            line = await stream.line() or ""
        match line.split():
            case [tag, command, *rest]:
                if await (_host if stream.admits else _answer)(stream, tag, command.upper(), rest):
                    return
            case _:
                await stream.say("* BAD A tag and a command are expected")


async def _host(stream: Stream, tag: str, command: str, rest: list[str]) -> bool:
    """Answer as a server on which everybody has an empty mailbox; True when the client has said good-bye."""
    match command:
        case "AUTHENTICATE" if len(rest) == 1:
            await stream.say("+ ")
            await stream.line()
        case "LIST" | "LSUB":
            await stream.say(f'* {command} () "/" INBOX')
        case "SELECT" | "EXAMINE":
            await stream.say(
                "* FLAGS ()", "* 0 EXISTS", "* 0 RECENT", "* OK [UIDVALIDITY 1] Valid", "* OK [UIDNEXT 1] Next"
            )
        case "STATUS":
            await stream.say("* STATUS INBOX (MESSAGES 0 RECENT 0 UNSEEN 0 UIDNEXT 1 UIDVALIDITY 1)")
        case "NAMESPACE":
            await stream.say('* NAMESPACE (("" "/")) NIL NIL')
        case "IDLE":
            await stream.say("+ idling")
            await stream.line()
        case "CAPABILITY" | "LOGOUT":
            return await _answer(stream, tag, command, rest)
    await stream.say(f"{tag} OK Completed")
    return False


async def _answer(stream: Stream, tag: str, command: str, _rest: list[str]) -> bool:
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
