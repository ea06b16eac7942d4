"""Clear text stood between the server's go-ahead and its TLS answer: somebody may be speaking into the connection.

RFC 3207 4.2: after the go-ahead nothing but TLS follows. A client that buffers such bytes takes them for an answer
given under protection (response injection; Poddebniak and others, "Why TLS is better without STARTTLS", USENIX
Security 2021).

What a client does with them is no property of the client: what comes in one packet with the go-ahead is dropped with
it, what comes in a packet of its own breaks the handshake. OpenSSL 3.0.22, GnuTLS 3.7.9 and Jakarta Mail 1.6.7 were
seen to do both, over SMTP and IMAP, Angus Mail 2.0.3 over SMTP; curl 7.88 refuses either.
"""

from collections.abc import Iterable

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.endpoint import TlsMode
from mailtrust.core.model.evidence import Evidence
from mailtrust.core.model.finding import Explanation, Finding, NotApplicable, Passed, RuleResult, Severity
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.text import text
from mailtrust.core.rules.grounds.ports import speaking
from mailtrust.core.rules.grounds.served import place

ID = "starttls-injection"


def judge(evidence: Evidence) -> Iterable[RuleResult]:
    """Look at every upgrade to TLS, whatever was offered."""
    groups: dict[str, list[Observation]] = {}
    for seen in evidence.case.observations:
        upgraded = seen.endpoint.tls_mode is TlsMode.STARTTLS
        if upgraded and (isinstance(seen.result, Handshake) or seen.bytes_before_tls):
            groups.setdefault(place(seen), []).append(seen)
    if not groups:
        yield NotApplicable(ID, text("No port was upgraded to TLS."))
    for where, group in groups.items():
        odd = tuple(seen for seen in group if seen.bytes_before_tls)
        yield _finding(evidence, where, odd) if odd else Passed(ID, where, tuple(seen.id for seen in group))


def _finding(evidence: Evidence, where: str, odd: tuple[Observation, ...]) -> Finding:
    first = clean(odd[0].bytes_before_tls[:200].decode("latin-1").strip(), 200)
    clients = speaking(evidence, {odd[0].endpoint.protocol})
    return Finding(
        rule=ID,
        severity=Severity.ERROR,
        observations=tuple(seen.id for seen in odd),
        certificates=(),
        clients=clients,
        facts=(("bytes", len(odd[0].bytes_before_tls)), ("text", first)),
        title=text("{place} sends clear text after its go-ahead for TLS", place=where),
        explanation=Explanation(
            admin=text(
                "At {place} these {count} bytes came in the clear after the server had agreed to start TLS: {first} "
                "(RFC 3207 4.2 allows none). Either the server answers commands that it should have thrown away, or "
                "something on the way puts words in. Clients that do not discard them believe that they came "
                "protected. Update the server, take proxies and scanners off this port, or use the port with TLS from "
                "the start (RFC 8314).",
                place=where,
                count=len(odd[0].bytes_before_tls),
                first=first,
            ),
            manager=text(
                "Somebody who sits on the way could slip commands into connections to our mail server. It has to be "
                "mended by the administrators or the maker of the software."
            ),
            user=text(
                "Mostly nothing shows in your mail program; now and then it cannot connect. You need not do anything; "
                "do not change to a setting without TLS."
            ),
        ),
        subject=where,
    )
