"""The catalogue as a whole: sourced, ranked, written once, and in the contract's vocabulary."""

import pkgutil

import pytest

from mailtrust.core.clients import BY_ID, CLIENTS
from mailtrust.core.messages import origins, symptoms
from mailtrust.core.messages.catalogue import lines, messages
from mailtrust.core.messages.causes import ANYTHING, KINDS, NO_TRUST, WRONG_NAME
from mailtrust.core.messages.message import Likelihood, Message
from mailtrust.core.messages.origins import ORIGINS
from mailtrust.core.messages.symptoms import SYMPTOMS
from mailtrust.core.messages.symptoms.concepts import CONCEPTS
from mailtrust.core.messages.tokens import fold, tokens
from mailtrust.core.rules import RULES

# Codes of the contract that no rule of ours looks for yet.
ELSEWHERE = {
    "ct-missing", "revoked", "revocation-unreachable", "staple-bad", "must-staple-without-staple",
    "autodiscover-not-found", "autodiscover-foreign-certificate", "autodiscover-srv-shadowed",
    "autodiscover-insecure-redirect",
    "scp-name-mismatch", "scp-internal-name", "srv-name-mismatch", "autoconfig-certificate", "mta-sts-certificate",
    "mta-sts-mx-mismatch", "dane-mismatch", "dane-unusable", "tlsa-rollover-missing", "served-not-assigned",
    "service-wildcard", "service-certificate-not-valid", "service-default-smtp-replaced", "service-um-startup-mode",
    "service-absent", "connector-name-stale", "exchange-auth-expiring", "exchange-backend-binding",
    "exchange-transport-certificate", "extended-protection-mismatch",
}  # fmt: skip


def by_name(message: Message) -> str:
    return f"{message.origin.id}: {message.utterances[0].text[:40]}"


def words(text: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokens(text))


def test_every_cause_is_in_the_vocabulary() -> None:
    rules = {rule.ID for rule in RULES}
    assert {code for code in KINDS if code not in rules | ELSEWHERE} == set()
    assert [kind.code for kind in KINDS.values()] == list(KINDS)


@pytest.mark.parametrize("message", messages(), ids=by_name)
def test_every_message_is_sourced_and_ranked(message: Message) -> None:
    assert message.utterances
    assert all(said.source and said.text.strip() for said in message.utterances)
    assert {said.lang for said in message.utterances} <= {"en", "fr", "de", "es", "zh"}
    assert message.causes
    ranks = [cause.likelihood.rank for cause in message.causes]
    assert ranks == sorted(ranks)
    assert len({cause.code for cause in message.causes}) == len(message.causes)
    assert set(message.origin.clients) <= BY_ID.keys()


def test_what_profiles_say_is_written_nowhere_else() -> None:
    said = {
        words(utterance.text) for profile in BY_ID.values() for one in profile.words for utterance in one.utterances
    }
    again = [
        utterance.text
        for file in ORIGINS
        for message in file.MESSAGES
        for utterance in message.utterances
        if words(utterance.text) in said
    ]
    assert again == []


def test_every_profile_with_words_is_in_the_catalogue() -> None:
    speaking = {message.origin.id for message in messages()}
    assert {profile.id for profile in CLIENTS if profile.words} <= speaking


def test_every_origin_file_stands_in_the_tuple() -> None:
    files = {f"{origins.__name__}.{module.name}" for module in pkgutil.iter_modules(origins.__path__)}
    assert {file.__name__ for file in ORIGINS} == files
    assert all(file.MESSAGES and file.ORIGIN for file in ORIGINS)


def test_what_is_passed_on_exists() -> None:
    ids = {message.origin.id for message in messages()}
    for file in ORIGINS:
        assert set(file.ORIGIN.passes_on) <= ids, file.__name__


def test_origins_have_one_description_each() -> None:
    described: dict[str, object] = {}
    for message in messages():
        assert described.setdefault(message.origin.id, message.origin) == message.origin


@pytest.mark.parametrize("causes", [ANYTHING, NO_TRUST, WRONG_NAME])
def test_common_lists_begin_with_the_likely(causes: tuple[object, ...]) -> None:
    ranks = [cause.likelihood.rank for cause in causes]  # type: ignore[attr-defined]
    assert ranks == sorted(ranks)
    assert ranks[0] == Likelihood.LIKELY.rank


def test_no_line_is_empty_or_says_nothing() -> None:
    assert all(line.words and line.weight > 0 for line in lines().lines)
    assert ("ssl", "routines") not in {line.words for line in lines().lines}


def test_symptoms_use_concepts_that_exist_and_all_of_them() -> None:
    used = {concept for one in SYMPTOMS for sign in one.signs for either in sign for concept in either.split("|")}
    assert used == CONCEPTS.keys()
    assert len({one.id for one in SYMPTOMS}) == len(SYMPTOMS)
    assert {client for one in SYMPTOMS for client in one.clients} <= BY_ID.keys()


def test_concepts_are_written_as_texts_are_folded() -> None:
    odd = [word for words in CONCEPTS.values() for word in words if fold(word) != word]
    assert odd == []


def test_every_symptom_file_is_used() -> None:
    nouns = {"concepts", "symptom"}
    files = {module.name for module in pkgutil.iter_modules(symptoms.__path__)} - nouns
    assert {file.__name__.rpartition(".")[2] for file in symptoms._FILES} == files
