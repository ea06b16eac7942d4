"""What a request file asks for, made: key, and certificate or request."""

from datetime import datetime

from mailtrust.core.formats.certreq_inf.lifetime import lifetime_of
from mailtrust.core.issuance.keys import make_serial
from mailtrust.core.issuance.requested import make_requested_key, requested_certificate, requested_request
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.requested_certificate import RequestedCertificate
from mailtrust.core.model.text import text
from mailtrust.core.x509.private_key import PrivateKey


@frozen
class Made:
    """A new key and what was made for it."""

    result: Certificate | bytes
    """A self-signed certificate, or the DER of a PKCS#10 request."""
    key: PrivateKey


def make(asked: RequestedCertificate, now: datetime) -> Made:
    """Make what is asked for; raises UserProblem for a lifetime that cannot be."""
    ends = lifetime_of(asked, now)
    if asked.form == "certificate" and ends is None:
        raise UserProblem(
            text(
                "The certificate would end before it begins, or after the year 9999: correct NotBefore, NotAfter or "
                "ValidityPeriodUnits."
            )
        )
    key = make_requested_key(asked)
    if asked.form == "pkcs10" or ends is None:
        return Made(requested_request(asked, key), key)
    made = requested_certificate(asked, key, serial=make_serial(), not_before=ends[0], not_after=ends[1])
    return Made(made.certificate, key)
