"""The URL in a program's profile beside the certificate that the server shows: the two causes of Microsoft's KB 954584.

Names are compared by the rules of the client in question. Of certificates there are three kinds: self-signed, from a
CA of one's own (as Windows' certificate services are), and from a public CA.
"""

from dataclasses import replace

from mailtrust.core.messages.explanation import Answer, Comparison, Explanation, Standing, Suspicion
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import ClientProfile
from mailtrust.core.model.text import Text, text
from mailtrust.core.model.verdict import ReasonSeverity, Verdict
from mailtrust.core.validation.kinds import Kind
from mailtrust.core.validation.names.matching import NAME_CODES

MOST_NAMES = 8

_SEEN_IN_THE_LEAF = frozenset(
    {*NAME_CODES, "expired", "not-yet-valid", "self-signed", "eku-no-server-auth", "validity-too-long", "leaf-is-ca"}
)
"""What the server's own certificate shows by itself; of the others a file says nothing that the wire must say too."""


def compare(
    host: str | None,
    leaf: Certificate,
    kind: Kind,
    profile: ClientProfile,
    verdict: Verdict,
    *,
    slip: str | None = None,
) -> Comparison:
    """Compare by this client's rules. `verdict` is its judgement; `slip` a name that looks like a misspelt `host`."""
    names = (*leaf.dns_names, *leaf.ip_addresses) if leaf.subject_alt_names is not None else leaf.subject.common_names
    fits = None if host is None else not NAME_CODES & verdict.error_codes
    sentences = [
        *(_of_the_name(host, names, profile, fits=fits, slip=slip) if host is not None else ()),
        _of_the_kind(kind, profile),
        *_of_the_time(leaf, verdict),
    ]
    return Comparison(profile.id, host, names, fits, kind, tuple(sentences))


def with_standings(explanation: Explanation, comparison: Comparison, verdict: Verdict) -> Explanation:
    """The explanation with what the certificate confirms and rules out; causes that are confirmed come first."""
    return replace(
        explanation,
        answers=tuple(_weighed(answer, comparison, verdict) for answer in explanation.answers),
        comparison=comparison,
    )


def _weighed(answer: Answer, comparison: Comparison, verdict: Verdict) -> Answer:
    weighed = [Suspicion(one.cause, _standing(one.cause.code, comparison, verdict)) for one in answer.suspicions]
    order = (Standing.CONFIRMED, Standing.OPEN, Standing.RULED_OUT)
    return replace(answer, suspicions=tuple(sorted(weighed, key=lambda one: order.index(one.standing))))


def _standing(code: str, comparison: Comparison, verdict: Verdict) -> Standing:
    if code == "chain-incomplete":
        return Standing.OPEN  # what the server sends along, no file can tell
    if code in verdict.error_codes:
        return Standing.CONFIRMED
    if code in NAME_CODES and comparison.fits is None:
        return Standing.OPEN
    whole = not {"chain-incomplete", "anchor-unknown", "self-signed"} & verdict.error_codes
    if code in _SEEN_IN_THE_LEAF or (code == "anchor-unknown" and whole):
        return Standing.RULED_OUT
    return Standing.OPEN


def _of_the_name(
    host: str, names: tuple[str, ...], profile: ClientProfile, *, fits: bool | None, slip: str | None
) -> tuple[Text, ...]:
    shown = (*names[:MOST_NAMES], "...") if len(names) > MOST_NAMES else names
    if fits:
        return (
            text(
                "The URL names {host}, and the certificate carries it: for {client} the name is right.",
                host=host,
                client=Text(profile.title),
            ),
        )
    if not names:
        return (text("The URL names {host}; the certificate carries no name that could be compared.", host=host),)
    told = text(
        "The URL names {host}, but the certificate is for {names}, and {client} refuses that. Write one of these names "
        "into the URL, if it leads to the server, or have the certificate issued with {host}.",
        host=host,
        names=shown,
        client=Text(profile.title),
    )
    if slip is None:
        return (told,)
    return (told, text("{slip} in the certificate looks like a misspelt {host}.", slip=slip, host=host))


def _of_the_kind(kind: Kind, profile: ClientProfile) -> Text:
    match kind:
        case Kind.SELF_SIGNED:
            return text(
                "The certificate is self-signed. {client} takes none that was not put among the trusted roots of its "
                "machine, and the maker of the E-mail Router supports none at all: get one from a CA.",
                client=Text(profile.title),
            )
        case Kind.PRIVATE_CA:
            return text(
                "The certificate comes from a private CA, as Windows' certificate services are one. Its root must "
                "stand among the trusted roots of the machine on which {client} runs: computers in the domain get it "
                "by group policy, others and phones by hand.",
                client=Text(profile.title),
            )
        case Kind.PUBLIC_CA:
            return text(
                "The certificate comes from a public CA, which most machines and phones know: nothing needs to be "
                "installed, as long as the server sends the intermediates."
            )
        case Kind.UNKNOWN:
            return text("From this file alone it cannot be told who issued the certificate: the CA's own is not in it.")


def _of_the_time(leaf: Certificate, verdict: Verdict) -> tuple[Text, ...]:
    codes = {reason.code for reason in verdict.reasons if reason.severity is ReasonSeverity.ERROR}
    if "expired" in codes:
        return (text("The certificate expired on {date}.", date=leaf.not_after),)
    if "not-yet-valid" in codes:
        return (text("The certificate is not valid before {date}.", date=leaf.not_before),)
    return ()
