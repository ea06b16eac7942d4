"""What an ACME server's refusal means, and what to do about it (RFC 8555 6.7, RFC 9773 7.4)."""

from collections.abc import Sequence

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text

MOST_SUBPROBLEMS = 10
_PREFIX = "urn:ietf:params:acme:error:"

_ADVICE: dict[str, Text] = {
    "accountDoesNotExist": text(
        "The server does not know this account: register again with `mailtrust acme register`, with the account's "
        "folder moved away."
    ),
    "alreadyReplaced": text("The certificate was renewed already, by another order: use that one."),
    "alreadyRevoked": text("The certificate is revoked already: there is nothing left to do."),
    "badCSR": text("The server takes no such request: try another kind of key, or fewer or other names."),
    "badNonce": text("The server refused every number that it had given out itself: try again later."),
    "badPublicKey": text("The server takes no such key: try --new-key ec-p256, or rsa-2048."),
    "badRevocationReason": text("The server takes no such reason: leave --reason out."),
    "badSignatureAlgorithm": text("The server takes no such account key."),
    "caa": text(
        "CAA records of the domain, or of one above it, allow other CAs only: add a record such as "
        '`0 issue "letsencrypt.org"` with this CA\'s name, and try again when its TTL is over.'
    ),
    "compound": text("There are several reasons."),
    "connection": text(
        "The server could not connect to the host: port 80 must be reachable from the Internet, at every address that "
        "DNS names, IPv6 too. Mend the firewall or the address, or use dns-01 (--dns-update, --hook)."
    ),
    "dns": text(
        "DNS gave the server no usable answer: the name must exist in public DNS, and every server of its zone must "
        "answer. `mailtrust discover` shows what DNS says."
    ),
    "dnssec": text("DNSSEC of the domain is broken: mend its signatures or its DS record first."),
    "externalAccountRequired": text(
        "This CA asks for an account of its own: give what it told you with --eab-kid ID and --eab-key-file FILE."
    ),
    "incorrectResponse": text(
        "The host answered with something else than was put there: another program answers at port 80, or for this "
        "name, or DNS leads elsewhere."
    ),
    "invalidContact": text("Give an e-mail address whose domain takes mail, or none."),
    "malformed": text("The server did not understand the request: is the URL that of an ACME directory?"),
    "orderNotReady": text("The order cannot be completed yet: try again."),
    "rateLimited": text(
        "The CA counts: wait as it says, and try with the CA's staging server (--server letsencrypt-staging) until "
        "all is right."
    ),
    "rejectedIdentifier": text(
        "The CA issues nothing for this name: it must be a public DNS name (no .local, no internal name), and not on "
        "the CA's own list. For other names make a CA of your own: `mailtrust ca init`."
    ),
    "serverInternal": text("The CA has a problem of its own: try again later."),
    "tls": text("The host's TLS failed while the server looked at it: does port 80 lead to a broken HTTPS site?"),
    "unauthorized": text(
        "The proof was not found where the CA looked: another web server answers for the name, or a DNS server still "
        "gives the old record."
    ),
    "unsupportedContact": text("Give an e-mail address, or none."),
    "unsupportedIdentifier": text("The CA issues nothing for this kind of name, such as an IP address: leave it out."),
    "userActionRequired": text("The CA wants something done first, such as agreeing to new terms: follow its link."),
}


@frozen
class AcmeProblem:
    """A problem document (RFC 9457) of an ACME server. All of it is from outside."""

    type: str
    detail: str = ""
    identifier: str = ""
    subproblems: "Sequence[AcmeProblem]" = ()

    @property
    def code(self) -> str:
        """RFC 8555 6.7's word, or the whole type where it is another."""
        return self.type.removeprefix(_PREFIX)


def explain(problem: AcmeProblem, retry_after: str = "") -> Text:
    """What the server says, and what to do. `retry_after`: until when to wait, as it said."""
    said = clean(problem.detail or "-", 400)
    code = clean(problem.code, 60)
    if problem.identifier:
        whole = text("The ACME server refused {name} ({code}): “{said}”",
                     name=clean(problem.identifier, 255), code=code, said=said)  # fmt: skip
    else:
        whole = text("The ACME server refused ({code}): “{said}”", code=code, said=said)
    parts = []
    if problem.code in _ADVICE:
        parts.append(_ADVICE[problem.code])
    if retry_after:
        parts.append(text("It asks to wait: {until}.", until=clean(retry_after, 60)))
    parts += [explain(alone(one)) for one in problem.subproblems[:MOST_SUBPROBLEMS]]
    for part in parts:
        whole = text("{one} {next}", one=whole, next=part)
    return whole


def alone(problem: AcmeProblem) -> AcmeProblem:
    """The problem without those below it: a server may nest them without end (RFC 8555 6.7.1 knows one level)."""
    return AcmeProblem(problem.type, problem.detail, problem.identifier)
