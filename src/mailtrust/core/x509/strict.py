"""What a strict reader minds in a certificate's encoding: for those who report it or demand better.

The strict reader (cryptography's) only says whether the encoding is clean: no value comes from it. Judging by what a
certificate says does without it, and so does not wait for it.
"""

import warnings
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from mailtrust.core.model.certificate import AnyCertificate, Certificate, ParseProblem
from mailtrust.core.x509 import der

_MAX_CACHED_OCTETS = 8 * 1024


def encoding_problems(certificate: AnyCertificate) -> tuple[ParseProblem, ...]:
    """All that is wrong with the encoding: the certificate's own problems, and behind them what a strict reader adds.

    Where DER itself is broken it is said in clearer words than the strict reader has; its own words are given only
    where there are no others. Never raises.
    """
    if not isinstance(certificate, Certificate):
        return certificate.problems
    octets = certificate.der
    refusal = _remembered(octets) if len(octets) <= _MAX_CACHED_OCTETS else _refusal(octets)
    if refusal is None:
        return certificate.problems
    irregular = dict.fromkeys(der.irregularities(octets))
    for _, _, value in certificate.extensions:
        irregular.update(dict.fromkeys(der.irregularities(value)))
    problems = (*certificate.problems, *(ParseProblem("certificate", words) for words in irregular))
    return tuple(dict.fromkeys(problems)) or (refusal,)


@lru_cache(maxsize=1024)
def _remembered(octets: bytes) -> ParseProblem | None:
    return _refusal(octets)


def _refusal(octets: bytes) -> ParseProblem | None:
    place = "certificate"
    # It warns of what it will refuse one day. Those habits are problems here already, and nobody reads warnings.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            certificate = x509.load_der_x509_certificate(octets)
            # It reads these only when they are looked at
            for place in ("issuer", "subject", "extensions"):
                getattr(certificate, place)
            place = "subjectPublicKeyInfo"
            certificate.public_key()
        except (UnsupportedAlgorithm, x509.UnsupportedGeneralNameType, KeyError):
            return None  # clean, but not one of those it knows; KeyError: a TLS feature (RFC 7633) without a name
        except (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension) as error:
            # Of the whole: what can be read of the part was read, and has its own problem where it could not be
            return ParseProblem("certificate", f"a strict reader refuses {place}: {str(error)[:200]}")
    return None
