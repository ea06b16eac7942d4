"""What Postfix said of chains beside TLSA records, and what we say."""

import re
from datetime import UTC, datetime

import pytest
from tests.oracles.recordings import LOOPBACK, RecordedCase, load

from mailtrust.core.clients import client_by_id
from mailtrust.core.formats.tlsa import read_tlsa
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.verdict import Outcome, Verdict
from mailtrust.core.validation.dane import evaluate_dane

RECORDING = load("postfix-dane")
assert RECORDING is not None
MEANINGS = (
    (r"num=65:no matching DANE TLSA", "dane-mismatch"),
    (r"certificate has expired", "expired"),
    (r"num=62:hostname mismatch", "name-mismatch"),
    (r"^no usable TLSA records found", "dane-unusable"),
)


def judged(case: RecordedCase, at: datetime) -> Verdict:
    endpoint = Endpoint(case.host, 25, Protocol.SMTP, TlsMode.STARTTLS, LOOPBACK, case.host, "mx")
    handshake = Handshake("TLSv1.3", "", case.presented, None, key_proven=True, completed=True)
    observation = Observation(endpoint, Offer.DEFAULT, at, handshake)
    records = read_tlsa(case.tlsa or ())
    return evaluate_dane(observation, records, names=(case.host,), client=client_by_id("mta-dane"), now=at)


@pytest.mark.parametrize("case", [case for case in RECORDING.answers if any(RECORDING.cases[case].tlsa or ())])
def test_postfix_and_we_agree(case: str) -> None:
    assert RECORDING is not None
    words = RECORDING.answers[case].words
    verdict = judged(RECORDING.cases[case], RECORDING.at.astimezone(UTC))
    assert (verdict.outcome is Outcome.ACCEPTED) == (not words or words.startswith("no usable")), words
    codes = {reason.code for reason in verdict.reasons}
    meant = next((code for pattern, code in MEANINGS if re.search(pattern, words)), None)
    assert meant in codes if words else not codes
