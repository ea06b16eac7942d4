"""Revocation, stapling and transparency: what each rule finds, passes, and cannot know."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailtrust.core.issuance.signing import algorithm_identifier, sign
from mailtrust.core.model.finding import Finding, NotApplicable, Passed, Severity, Unknown
from mailtrust.core.model.observation import Handshake
from mailtrust.core.remedies.propose import propose
from mailtrust.core.rules.grounds.stapling import _WHY
from mailtrust.core.targets import with_steps
from mailtrust.core.validation.status.word import WHY
from mailtrust.core.x509 import der

GOOD, UNKNOWN = b"\x80\x00", b"\x82\x00"


def only(found: Any) -> Any:
    found = tuple(found)
    assert len(found) == 1, found
    return found[0]


def moment(at: Any) -> bytes:
    return der.encode(der.GENERALIZED_TIME, at.strftime("%Y%m%d%H%M%SZ").encode())


def answer(world: Any, leaf: Any, status: bytes = GOOD, *, ends: float = 5, issuer: Any = None) -> bytes:
    """An OCSP response of the leaf's issuer."""
    issuer = issuer or world.intermediate
    spki = der.expect(issuer.certificate.public_key.spki, der.SEQUENCE, "SubjectPublicKeyInfo")
    bare = der.bits(der.children(spki)[1][1])[1]
    single = der.encode(
        der.SEQUENCE,
        der.encode(
            der.SEQUENCE,
            der.encode(der.SEQUENCE, der.encode_oid("1.3.14.3.2.26")),
            der.encode(der.OCTET_STRING, hashlib.sha1(issuer.certificate.subject.der).digest()),
            der.encode(der.OCTET_STRING, hashlib.sha1(bare).digest()),
            der.encode_integer(leaf.serial),
        ),
        status,
        moment(world.now - timedelta(days=8)),
        der.encode(0xA0, moment(world.now + timedelta(days=ends))),
    )
    body = der.encode(
        der.SEQUENCE,
        der.encode(0xA1, issuer.certificate.subject.der),
        moment(world.now),
        der.encode(der.SEQUENCE, single),
    )
    algorithm = algorithm_identifier(issuer.key, "sha256")
    signature = der.encode(der.BIT_STRING, b"\0", sign(body, issuer.key, "sha256"))
    basic = der.encode(der.SEQUENCE, body, algorithm, signature)
    told = der.encode(der.SEQUENCE, der.encode_oid("1.3.6.1.5.5.7.48.1.1"), der.encode(der.OCTET_STRING, basic))
    return der.encode(der.SEQUENCE, der.encode(0x0A, b"\0"), der.encode(0xA0, told))


def revoked(world: Any) -> bytes:
    return der.encode(0xA1, moment(world.now - timedelta(days=3)), der.encode(0xA0, der.encode(0x0A, b"\1")))


def seen(world: Any, leaf: Any, staple: bytes | None, port: int = 993, *, whole: bool = True) -> Any:
    chain = (leaf, world.intermediate.certificate) if whole else (leaf,)
    shown = world.seen(chain, port)
    assert isinstance(shown.result, Handshake)
    return replace(shown, result=replace(shown.result, ocsp_staple=staple))


def judged(world: Any, *staples: bytes | None, leaf: Any = None, whole: bool = True) -> Any:
    leaf = leaf or world.leaf()
    ports = (993, 465, 443)
    return world.judge(*(seen(world, leaf, staple, ports[n], whole=whole) for n, staple in enumerate(staples)))


def cured(evidence: Any, findings: tuple[Finding, ...]) -> set[str]:
    remedies = with_steps(propose(evidence, findings), evidence)
    assert all(remedy.steps for remedy in remedies)
    return {one for remedy in remedies for one in remedy.cures}


class TestRevoked:
    def test_the_server_says_it_itself(self, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        evidence = judged(caseworld, None, answer(caseworld, leaf, revoked(caseworld)), leaf=leaf)
        found = only(caseworld.findings(evidence, "revoked"))
        assert found.severity.rank >= Severity.ERROR.rank
        assert {"gmail-android", "firefox", "gnutls", "apple-mail-ios"} <= set(found.clients)
        assert "openssl" not in found.clients
        assert len(found.observations) == 2, "it is bad also where no answer comes along"
        assert found.fact("reason") == "keyCompromise"
        assert "keyCompromise" in str(found.explanation.admin)
        assert cured(evidence, caseworld.findings(evidence)) >= {found.id}

    def test_a_good_answer_passes(self, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        evidence = judged(caseworld, answer(caseworld, leaf), leaf=leaf)
        assert isinstance(only(caseworld.results(evidence, "revoked")), Passed)
        assert isinstance(only(caseworld.results(evidence, "staple-bad")), Passed)

    def test_silence_proves_nothing(self, caseworld: Any) -> None:
        for rule in ("revoked", "staple-bad"):
            assert isinstance(only(caseworld.results(judged(caseworld, None), rule)), NotApplicable)

    def test_a_bad_answer_leaves_it_open(self, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        evidence = judged(caseworld, answer(caseworld, leaf, ends=-1), leaf=leaf)
        assert isinstance(only(caseworld.results(evidence, "revoked")), Unknown)

    def test_without_the_issuer_nobody_can_judge_it(self, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        evidence = judged(caseworld, answer(caseworld, leaf), leaf=leaf, whole=False)
        for rule in ("revoked", "staple-bad"):
            assert isinstance(only(caseworld.results(evidence, rule)), Unknown)


class TestStapleBad:
    def test_an_outdated_answer(self, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        stale = answer(caseworld, leaf, ends=-1)
        evidence = judged(caseworld, stale, None, answer(caseworld, leaf), leaf=leaf)
        found = only(caseworld.findings(evidence, "staple-bad"))
        assert len(found.observations) == 1
        assert found.fact("because") == ("outdated",)
        assert "it is out of date" in str(found.title)
        assert set(found.clients) == {"gmail-android", "gnutls"}
        assert cured(evidence, caseworld.findings(evidence)) >= {found.id}

    @pytest.mark.parametrize("spoilt", ["status", "other", "garbage"])
    def test_other_bad_answers(self, caseworld: Any, spoilt: str) -> None:
        leaf = caseworld.leaf()
        staple = {
            "status": answer(caseworld, leaf, UNKNOWN),
            "other": answer(caseworld, caseworld.leaf()),
            "garbage": b"\x30\x00",
        }[spoilt]
        found = only(caseworld.findings(judged(caseworld, staple, leaf=leaf), "staple-bad"))
        assert found.severity is not Severity.INFO

    def test_every_why_has_words(self) -> None:
        assert set(_WHY) == WHY


class TestMustStaple:
    def test_a_demand_that_is_not_met(self, caseworld: Any) -> None:
        leaf = caseworld.leaf(must_staple=True)
        evidence = judged(caseworld, None, answer(caseworld, leaf), leaf=leaf)
        found = only(caseworld.findings(evidence, "must-staple-without-staple"))
        assert set(found.clients) == {"thunderbird", "firefox", "gnutls"}
        assert len(found.observations) == 1
        assert cured(evidence, caseworld.findings(evidence)) >= {found.id}

    def test_a_demand_that_is_met(self, caseworld: Any) -> None:
        leaf = caseworld.leaf(must_staple=True)
        evidence = judged(caseworld, answer(caseworld, leaf), leaf=leaf)
        assert isinstance(only(caseworld.results(evidence, "must-staple-without-staple")), Passed)

    def test_no_demand(self, caseworld: Any) -> None:
        result = only(caseworld.results(judged(caseworld, None), "must-staple-without-staple"))
        assert isinstance(result, NotApplicable)


class TestTransparency:
    def test_a_public_certificate_without_timestamps(self, caseworld: Any) -> None:
        evidence = judged(caseworld, None, leaf=caseworld.leaf(extensions=()))
        found = only(caseworld.findings(evidence, "ct-missing"))
        assert {"chrome", "firefox", "apple-mail-ios"} <= set(found.clients)
        assert "openssl" not in found.clients
        assert cured(evidence, caseworld.findings(evidence)) >= {found.id}

    def test_with_timestamps_it_passes(self, caseworld: Any) -> None:
        assert isinstance(only(caseworld.results(judged(caseworld, None), "ct-missing")), Passed)


def test_nobody_insists_on_word(caseworld: Any) -> None:
    assert isinstance(only(caseworld.results(judged(caseworld, None), "revocation-unreachable")), Passed)
