"""Our profiles of OpenSSL, GnuTLS and Java say what the engines on this machine say: yes or no, why, in which words."""

import re
import sys
from collections import Counter

import pytest
from tests.oracles.conftest import Matrix

from mailtrust.core.model.verdict import Outcome

ENGINES = ("openssl", "gnutls", "java-mail")

DISAGREEMENTS: dict[tuple[str, str], str] = {}
"""(client, case) -> why we answer otherwise on purpose. An entry that heals must go."""

NAMES = {"name-mismatch", "name-only-in-common-name", "name-ip-as-dns", "name-wildcard-depth"}

# What the engine's own words may mean in our codes.
MEANINGS: dict[str, tuple[tuple[str, set[str]], ...]] = {
    "openssl": (
        (r"num=18:", {"self-signed"}),
        (r"num=19:", {"anchor-unknown"}),
        (r"num=(2|20|21):", {"chain-incomplete"}),
        (r"num=(9|10):", {"expired", "not-yet-valid", "chain-expired-issuer"}),
        (r"num=7:", {"signature-invalid"}),
        (r"num=(24|79):", {"issuer-not-ca"}),
        (r"num=25:", {"path-length-exceeded"}),
        (r"num=26:", {"eku-no-server-auth", "key-usage-wrong"}),
        (r"num=34:", {"critical-extension-unknown"}),
        (r"num=(47|48):", {"name-constraint-violated"}),
        (r"num=(62|64):", NAMES),
        (r"num=(66|67):", {"key-weak"}),
        (r"num=68:", {"signature-weak"}),
    ),
    "gnutls": (
        (r"issuer is unknown", {"chain-incomplete", "anchor-unknown", "self-signed"}),
        (r"issuer is not a CA", {"issuer-not-ca", "signature-invalid"}),
        (r"expired certificate", {"expired", "chain-expired-issuer"}),
        (r"not yet valid certificate", {"not-yet-valid"}),
        (r"signature in the certificate is invalid", {"signature-invalid"}),
        (r"violates the signer's constraints", {"path-length-exceeded", "name-constraint-violated", "issuer-not-ca"}),
        (r"unknown critical extension", {"critical-extension-unknown", "policy-violated"}),
        (r"insecure algorithm", {"signature-weak", "key-weak"}),
        (r"intended purpose", {"eku-no-server-auth"}),
        (r"name in the certificate", NAMES),
        (r"OCSP status is missing", {"must-staple-without-staple"}),
        (r"Key usage violation", {"key-usage-wrong"}),
    ),
    "java-mail": (
        (r"unable to find valid certification path", {"chain-incomplete", "anchor-unknown", "self-signed"}),
        (r"does not chain with any of the trust anchors", {"chain-incomplete"}),
        (r"CertificateExpired|CertificateNotYetValid", {"expired", "not-yet-valid", "chain-expired-issuer"}),
        (r"Signature does not match", {"signature-invalid"}),
        (r"not a CA cert|keyCertSign bit", {"issuer-not-ca"}),
        (r"pathLenConstraint violated", {"path-length-exceeded"}),
        (r"chain length .* exceeds", {"path-budget-exceeded"}),
        (r"name constraints", {"name-constraint-violated"}),
        (r"unrecognized critical extension", {"critical-extension-unknown"}),
        (r"policy tree", {"policy-violated"}),
        (r"[Nn]o (subject alternative|name matching)|domain name|non-LDH",
         NAMES),
        (r"Extended key usage", {"eku-no-server-auth"}),
        (r"KeyUsage does not allow", {"key-usage-wrong"}),
    ),
}  # fmt: skip

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
    listed = {case for engine, case in DISAGREEMENTS if engine == client}
    assert {case: said for case, said in differing.items() if case not in listed} == {}
    assert listed - differing.keys() == set(), "healed: take them from the list"


@pytest.mark.parametrize("client", ENGINES)
def test_profile_knows_why(matrix: Matrix, client: str) -> None:
    unexplained = []
    for (engine, case), one in matrix.items():
        if engine != client or one.answer.accepted or (engine, case) in DISAGREEMENTS:
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
