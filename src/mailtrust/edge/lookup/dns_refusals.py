"""Why a DNS server does not take an update, in sentences: the codes of RFC 2136 2.2 and RFC 8945 5.2."""

import dns.rcode
import dns.tsig

from mailtrust.core.model.text import Text, text


def refused_key(error: Exception, server: str) -> Text:
    """What is wrong with the key or the signature."""
    match error:
        case dns.tsig.PeerBadTime() | dns.tsig.BadTime():  # RFC 8945 5.2.3
            return text(
                "{server} does not accept the TSIG key (BADTIME): its clock and the one here differ by more than five "
                "minutes. Set both by NTP.",
                server=server,
            )
        case dns.tsig.PeerBadKey():  # RFC 8945 5.2.1; Knot says it, too, of a known key without the right
            return text(
                "{server} does not accept the TSIG key (BADKEY): it knows none of this name and algorithm, or does "
                "not let it change these records. Compare both with its configuration.",
                server=server,
            )
        case dns.tsig.PeerBadSignature():  # RFC 8945 5.2.2
            return text(
                "{server} does not accept the TSIG key (BADSIG): the name is known, but the secret is another one.",
                server=server,
            )
        case _:
            return text(
                "{server} does not accept the TSIG key ({kind}): name, algorithm and secret must be those of its "
                "configuration.",
                server=server,
                kind=type(error).__name__,
            )


def refused_update(rcode: dns.rcode.Rcode, server: str, name: str, *, signed: bool) -> Text:
    """What the server has against the update itself."""
    code = dns.rcode.to_text(rcode)
    match rcode:
        case dns.rcode.REFUSED if not signed:
            return text(
                "{server} does not allow the update of {name} (REFUSED): it was sent without a key. Give one with "
                "--tsig-file.",
                server=server,
                name=name,
            )
        case dns.rcode.REFUSED:
            return text(
                "{server} does not allow the update of {name} (REFUSED): let the key change records of this type "
                "there, and look whether the zone takes updates at all.",
                server=server,
                name=name,
            )
        case dns.rcode.NOTAUTH:
            return text(
                "{server} does not allow the update of {name} (NOTAUTH): the key is not for this zone, or the server "
                "is not its primary. Ask the server that the zone's SOA record names.",
                server=server,
                name=name,
            )
        case dns.rcode.NOTZONE:
            return text(
                "{server} refused the update of {name} (NOTZONE): not all of the names are in one zone.",
                server=server,
                name=name,
            )
        case dns.rcode.NOTIMP:
            return text(
                "{server} refused the update of {name} (NOTIMP): it takes no dynamic updates (RFC 2136).",
                server=server,
                name=name,
            )
        case _:
            return text("{server} refused the update of {name}: {rcode}.", server=server, name=name, rcode=code)
