"""Our profiles of OpenSSL, GnuTLS and Java say what the engines on this machine say: yes or no, why, in which words."""

import re
import sys
from collections import Counter

import pytest
from tests.oracles.conftest import Matrix
from tests.oracles.meanings import MEANINGS

from mailtrust.core.model.verdict import Outcome

ENGINES = ("openssl", "gnutls", "java-mail")

# Where one of our codes covers two of the engine's sentences, we quote the commoner one.
OTHER_SENTENCE = {
    ("openssl", "intermediate-is-the-only-anchor"): "2, unable to get issuer certificate, instead of 20",
    ("openssl", "intermediate-sent-and-the-only-anchor"): "2, unable to get issuer certificate, instead of 20",
    ("openssl", "rsa-1024-intermediate"): "67, of a CA, instead of 66, of the server's own",
    ("openssl", "rsa-1024-root"): "67, of a CA, instead of 66, of the server's own",
    ("openssl", "name-constraints-exclude"): "48, excluded, instead of 47, permitted",
    ("openssl", "excluded-common-name-first"): "48, excluded, instead of 47, permitted",
    ("openssl", "excluded-common-name-last"): "48, excluded, instead of 47, permitted",
    ("openssl", "ip-san-of-another"): "64, an address, instead of 62, a host name",
    ("openssl", "ip-in-cn-only"): "64, an address, instead of 62, a host name",
    ("openssl", "ip-in-cn-and-dns-san"): "64, an address, instead of 62, a host name",
    ("gnutls", "intermediate-may-not-sign"): "the signer's constraints, instead of: not a CA",
}


@pytest.mark.parametrize("client", ENGINES)
def test_profile_decides_as_the_engine_does(matrix: Matrix, client: str) -> None:
    differing = {
        case: f"{client} {'accepts' if one.answer.accepted else 'refuses: ' + one.answer.words}; "
        f"our verdict is {one.verdict.outcome} for {sorted(one.verdict.error_codes)}"
        for (engine, case), one in matrix.items()
        if engine == client and one.answer.accepted != (one.verdict.outcome is Outcome.ACCEPTED)
    }
    assert differing == {}


@pytest.mark.parametrize("client", ENGINES)
def test_profile_knows_why(matrix: Matrix, client: str) -> None:
    unexplained = []
    for (engine, case), one in matrix.items():
        if engine != client or one.answer.accepted:
            continue
        meant = [codes for pattern, codes in MEANINGS[client] if re.search(pattern, one.answer.words)]
        if not meant or not any(codes & one.verdict.error_codes for codes in meant):
            unexplained.append(f"{case}: it says {one.answer.words!r}, we say {sorted(one.verdict.error_codes)}")
    assert unexplained == []


@pytest.mark.parametrize("client", ["openssl", "gnutls"])
def test_quoted_words_are_the_engines_words(matrix: Matrix, client: str) -> None:
    differing = {
        case: (one.verdict.words[0].text if one.verdict.words else "", one.answer.words)
        for (engine, case), one in matrix.items()
        if engine == client
        and not one.answer.accepted
        and not (one.verdict.words and _holds(one.answer.words, one.verdict.words[0].text))
    }
    listed = {case for engine, case in OTHER_SENTENCE if engine == client}
    assert {case: texts for case, texts in differing.items() if case not in listed} == {}
    assert listed - differing.keys() == set(), "healed: take them from the list"


def _holds(said: str, quoted: str) -> bool:
    """Whether the engine said every sentence that we quote."""
    return all(sentence in said for sentence in re.findall(r"[^.]+", quoted))


def test_the_matrix_is_large_enough_to_mean_something(matrix: Matrix, capsys: pytest.CaptureFixture[str]) -> None:
    asked = Counter(engine for engine, _ in matrix)
    refused = Counter(engine for (engine, _), one in matrix.items() if not one.answer.accepted)
    agreeing = Counter(
        engine
        for (engine, _), one in matrix.items()
        if one.answer.accepted == (one.verdict.outcome is Outcome.ACCEPTED)
    )
    table = ["agreement with real engines: cases, refused by the engine, decided alike"]
    for client in ENGINES:
        share = 100 * agreeing[client] / asked[client]
        table.append(f"  {client:10} {asked[client]:4} {refused[client]:4} {agreeing[client]:4}  {share:.1f} %")
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(table) + "\n")
    for client in ENGINES:
        assert asked[client] >= 100
        # A judge that always says yes, or always no, must not come far.
        assert 0.3 < refused[client] / asked[client] < 0.8
