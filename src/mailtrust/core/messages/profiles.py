"""The words of the client profiles as messages. Their texts stand with the profiles and nowhere else."""

from collections.abc import Iterable, Iterator
from functools import cache

from mailtrust.core.clients import BY_ID, CLIENTS
from mailtrust.core.messages.causes import KINDS, cause
from mailtrust.core.messages.complaints import complaints
from mailtrust.core.messages.message import Cause, Likelihood, Message, Origin, OriginKind
from mailtrust.core.messages.remarks import REMARKS
from mailtrust.core.model.client import ClientProfile, Words
from mailtrust.core.model.endpoint import Protocol
from mailtrust.core.model.pool import Source
from mailtrust.core.model.text import Text, text

_SCHEMES = {
    frozenset({Protocol.HTTPS}): "https",
    frozenset({Protocol.SMTP}): "smtp",
    frozenset({Protocol.LDAP}): "ldap",
}


def messages_of_profiles() -> Iterator[Message]:
    """What each client of the contract says, all its versions together."""
    for profile in CLIENTS:
        origin = origin_of(profile.id)
        for speaker, words in _distinct_words(profile):
            yield Message(
                origin,
                words.utterances,
                ranked(speaker, meant_codes(speaker, words)),
                notes=REMARKS.get(profile.id, ()),
            )


@cache
def origin_of(client_id: str) -> Origin:
    """The client of that id as an origin; also for what it says beyond its profile."""
    profile = BY_ID[client_id]
    return Origin(
        profile.id,
        Text(profile.title),
        OriginKind.CLIENT,
        profile.versions,
        clients=(profile.id,),
        scheme=_SCHEMES.get(profile.speaks, ""),
    )


def ranked(profile: ClientProfile, codes: Iterable[str]) -> tuple[Cause, ...]:
    """The causes that these codes stand for in this client, most likely first."""
    order = {code: place for place, code in enumerate(KINDS)}
    meant = [_cause_in(profile, code) for code in codes if code in KINDS]
    return tuple(sorted(meant, key=lambda one: (one.likelihood.rank, order[one.code])))


def meant_codes(profile: ClientProfile, words: Words) -> frozenset[str]:
    """The codes for which these words are shown: their own, or whatever no earlier words of the profile speak of."""
    if words.codes:
        return words.codes
    spoken_of: set[str] = set()
    for earlier in profile.words:
        if earlier is words:
            break
        if not earlier.unless and (not earlier.protocols or earlier.protocols >= (words.protocols or profile.speaks)):
            spoken_of |= earlier.codes
    return complaints(profile) - spoken_of


def _distinct_words(profile: ClientProfile) -> Iterator[tuple[ClientProfile, Words]]:
    """The words of the profile, and those of its versions that say something else."""
    told: set[tuple[frozenset[str], str]] = set()
    versions = (one for client_id, one in BY_ID.items() if client_id.partition("@")[0] == profile.id)
    for speaker in (profile, *versions):
        for words in speaker.words:
            key = (words.codes, " ".join(said.text for said in words.utterances))
            if key not in told:
                told.add(key)
                yield speaker, words


def _cause_in(profile: ClientProfile, code: str) -> Cause:
    likelihood, why = KINDS[code].likelihood, None
    if code == "chain-incomplete":
        likelihood, why = _gap_in(profile)
    return cause(code, likelihood, why)


def _gap_in(profile: ClientProfile) -> tuple[Likelihood, Text]:
    """A missing intermediate, by what this client does about it."""
    if Source.AIA in profile.issuer_sources:
        return Likelihood.POSSIBLE, text(
            "The server sends its own certificate without the one that issued it. {client} downloads what is missing, "
            "so this stops it only where the download fails: no address in the certificate, a proxy, no way out.",
            client=Text(profile.title),
        )
    if Source.CATALOGUE in profile.issuer_sources:
        return Likelihood.LIKELY, text(
            "The server sends its own certificate without the one that issued it. {client} is shipped most public "
            "intermediates, so this stops it on a new profile, or with a CA that it was not told of.",
            client=Text(profile.title),
        )
    return Likelihood.LIKELY, text(
        "The server sends its own certificate without the one that issued it, and {client} downloads nothing: what is "
        "missing must come from the server.",
        client=Text(profile.title),
    )
