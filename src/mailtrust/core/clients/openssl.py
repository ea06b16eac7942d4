"""Programs on OpenSSL with its name check, at security level 2: the default of Debian and Ubuntu."""

from dataclasses import replace

from mailtrust.core.clients.engines.openssl import OPENSSL, WORDS
from mailtrust.core.model.client import Words
from mailtrust.core.model.since import Since
from mailtrust.core.model.verdict import Basis, Utterance

PROFILE = replace(OPENSSL, id="openssl", title="OpenSSL programs")


def _as_in_1_1(words: Words) -> Words:
    """OpenSSL 1.1 wrote `self signed` without the hyphen, and called an invalid CA number 24."""
    return Words(
        words.codes,
        tuple(
            Utterance(
                said.text.replace("self-signed", "self signed").replace("num=79:", "num=24:"), said.lang, "recalled"
            )
            for said in words.utterances
        ),
    )


VERSIONS = (
    replace(PROFILE, id="openssl@3", title="OpenSSL 3 programs"),
    replace(
        PROFILE,
        id="openssl@1.1",
        title="OpenSSL 1.1 programs",
        versions="1.1.1, security level 2, name check on",
        words=tuple(_as_in_1_1(words) for words in WORDS),
        # Names were measured by BetterTLS with 1.1.1; the rest is taken to be as in 3.
        basis=Basis.DOCUMENT,
    ),
)

SINCE = (
    Since("1.1.1 in Debian and Ubuntu", "security level 2: RSA from 2048, no SHA-1", "Debian wiki, openssl-1.1.1"),
    Since(
        "3.0",
        "`self-signed` is written with a hyphen",
        "openssl/openssl:crypto/x509/x509_txt.c (0223dfc); before: recalled",
    ),
)
