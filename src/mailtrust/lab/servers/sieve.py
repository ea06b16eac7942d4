"""ManageSieve (RFC 5804) with STARTTLS (2.2)."""

from mailtrust.lab.stream import Stream


async def speak(stream: Stream, name: str) -> None:
    """Send the capabilities as the greeting, answer STARTTLS, hold no script."""
    await _capabilities(stream, name)
    while (line := await stream.line()) is not None:
        match line.upper().split():
            case ["CAPABILITY"]:
                await _capabilities(stream, name)
            case ["STARTTLS"] if stream.offers_upgrade:
                await stream.upgrade('OK "Begin TLS negotiation now."', 'NO "TLS is not available just now."')
                if stream.inside_tls:
                    # RFC 5804 2.2: the server sends its capabilities again once TLS stands.
                    await _capabilities(stream, name)
            case ["NOOP", *_]:
                await stream.say('OK "NOOP completed."')
            case ["LOGOUT"]:
                await stream.say('OK "Bye."')
                return
            case _:
                await stream.say('NO "Not possible here."')


async def _capabilities(stream: Stream, name: str) -> None:
    offered = ['"SASL" ""', '"STARTTLS"'] if stream.offers_upgrade else ['"SASL" "PLAIN"']
    await stream.say(f'"IMPLEMENTATION" "{name}"', '"SIEVE" "fileinto"', *offered, '"VERSION" "1.0"', 'OK "Ready."')
