"""Findings on connections, and on what differs between ports, addresses and hellos."""

from dataclasses import replace
from typing import Any

import pytest

from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.finding import NotApplicable, Passed, Severity, Unknown
from mailtrust.core.model.observation import FailureKind, Stage


def only(found: tuple[Any, ...]) -> Any:
    assert len(found) == 1, found
    return found[0]


@pytest.fixture
def chain(caseworld: Any) -> Any:
    return (caseworld.leaf(), caseworld.intermediate.certificate)


class TestTlsNotOffered:
    @pytest.mark.parametrize("kind", [FailureKind.TLS_NOT_OFFERED, FailureKind.TLS_REFUSED])
    def test_alone(self, caseworld: Any, kind: FailureKind) -> None:
        lacking = caseworld.failure(kind, Stage.CAPABILITY, "* CAPABILITY IMAP4rev1")
        finding = only(caseworld.findings(caseworld.judge(caseworld.seen(lacking, 143))))
        assert (finding.rule, finding.severity) == ("tls-not-offered", Severity.ERROR)
        assert finding.subject == "mail.example.com:143"
        assert "* CAPABILITY IMAP4rev1" in str(finding.explanation.admin)
        assert "thunderbird" in finding.clients
        assert "mta-opportunistic" not in finding.clients

    def test_beside_a_port_with_tls_and_on_port_25(self, caseworld: Any, chain: Any) -> None:
        lacking = caseworld.failure(FailureKind.TLS_NOT_OFFERED, Stage.CAPABILITY)
        evidence = caseworld.judge(
            caseworld.seen(lacking, 143), caseworld.seen(chain, 993), caseworld.seen(lacking, 25)
        )
        found = caseworld.findings(evidence, "tls-not-offered")
        assert [finding.severity for finding in found] == [Severity.WARNING, Severity.WARNING]

    def test_offered_passes_and_closed_says_nothing(self, caseworld: Any, chain: Any) -> None:
        evidence = caseworld.judge(caseworld.seen(chain, 993), caseworld.seen(caseworld.failure(), 143))
        assert only(caseworld.results(evidence, "tls-not-offered")).subject == "mail.example.com:993"


class TestHandshake:
    def test_broken(self, caseworld: Any) -> None:
        alert = caseworld.failure(FailureKind.ALERT, Stage.HANDSHAKE, "handshake_failure")
        finding = only(caseworld.findings(caseworld.judge(caseworld.seen(alert, 443))))
        assert (finding.rule, finding.severity) == ("tls-handshake-failed", Severity.ERROR)
        assert "handshake_failure" in str(finding.explanation.admin)

    def test_another_offer_works(self, caseworld: Any, chain: Any) -> None:
        alert = caseworld.failure(FailureKind.ALERT, Stage.HANDSHAKE, "protocol_version")
        legacy = caseworld.seen(chain, 443, offer=Offer.LEGACY, tls_version="TLSv1")
        evidence = caseworld.judge(caseworld.seen(alert, 443), legacy)
        assert only(caseworld.findings(evidence, "tls-handshake-failed")).fact("works_with") == ("legacy",)
        assert only(caseworld.findings(evidence, "tls-version-old")).observations == (legacy.id,)

    def test_made_passes(self, caseworld: Any, chain: Any) -> None:
        results = caseworld.results(caseworld.judge(caseworld.seen(chain)), "tls-handshake-failed")
        assert isinstance(only(results), Passed)


class TestVersion:
    @pytest.mark.parametrize("version", ["TLSv1", "TLSv1.1"])
    def test_old(self, caseworld: Any, chain: Any, version: str) -> None:
        finding = only(caseworld.findings(caseworld.judge(caseworld.seen(chain, 993, tls_version=version))))
        assert finding.rule == "tls-version-old"
        assert finding.severity.rank >= Severity.WARNING.rank
        assert finding.fact("versions") == (version,)

    @pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
    def test_of_today(self, caseworld: Any, chain: Any, version: str) -> None:
        evidence = caseworld.judge(caseworld.seen(chain, 993, tls_version=version))
        assert isinstance(only(caseworld.results(evidence, "tls-version-old")), Passed)


class TestInjection:
    def test_found(self, caseworld: Any, chain: Any) -> None:
        odd = caseworld.seen(chain, 143, bytes_before_tls=b"* OK \x1b[2Jinjected\r\n")
        finding = only(caseworld.findings(caseworld.judge(odd)))
        assert (finding.rule, finding.severity) == ("starttls-injection", Severity.ERROR)
        assert "\x1b" not in str(finding.explanation.admin)
        assert "injected" in str(finding.explanation.admin)

    def test_clean_passes_and_implicit_tls_has_nothing_to_inject(self, caseworld: Any, chain: Any) -> None:
        evidence = caseworld.judge(caseworld.seen(chain, 143), caseworld.seen(chain, 993))
        assert only(caseworld.results(evidence, "starttls-injection")).subject == "mail.example.com:143"
        alone = caseworld.judge(caseworld.seen(chain, 993))
        assert isinstance(only(caseworld.results(alone, "starttls-injection")), NotApplicable)


class TestDisagreement:
    def test_ports_with_another_leaf(self, caseworld: Any, chain: Any) -> None:
        old = (caseworld.leaf(ends=-1), caseworld.intermediate.certificate)
        evidence = caseworld.judge(caseworld.seen(chain, 993), caseworld.seen(old, 465), caseworld.seen(chain, 143))
        finding = only(caseworld.findings(evidence, "ports-disagree"))
        assert finding.severity is Severity.WARNING
        assert "gmail-android" in finding.clients
        assert finding.certificates == (chain[0].fingerprint, old[0].fingerprint)
        assert "993, 143:" in str(finding.explanation.admin)

    def test_ports_with_another_chain_below_the_same_leaf(self, caseworld: Any, chain: Any) -> None:
        evidence = caseworld.judge(caseworld.seen(chain, 993), caseworld.seen(chain[:1], 465))
        assert only(caseworld.findings(evidence, "ports-disagree")).certificates == (chain[0].fingerprint,)

    def test_a_difference_nobody_feels(self, caseworld: Any, chain: Any) -> None:
        other = (caseworld.leaf(), caseworld.intermediate.certificate)
        evidence = caseworld.judge(caseworld.seen(chain, 993), caseworld.seen(other, 465))
        assert only(caseworld.findings(evidence)).severity is Severity.INFO

    def test_agreement_passes(self, caseworld: Any, chain: Any) -> None:
        evidence = caseworld.judge(
            caseworld.seen(chain, 993), caseworld.seen(chain, 465), caseworld.seen(chain, 993, address="192.0.2.2")
        )
        assert isinstance(only(caseworld.results(evidence, "ports-disagree")), Passed)
        assert only(caseworld.results(evidence, "addresses-disagree")).subject == "mail.example.com:993"

    def test_addresses(self, caseworld: Any, chain: Any) -> None:
        old = (caseworld.leaf(ends=-1), caseworld.intermediate.certificate)
        evidence = caseworld.judge(
            *(caseworld.seen(chain, port) for port in (993, 465)),
            *(caseworld.seen(old, port, address="2001:db8::2") for port in (993, 465)),
        )
        finding = only(caseworld.findings(evidence, "addresses-disagree"))
        assert finding.subject == "mail.example.com"
        assert len(finding.observations) == 4
        assert "2001:db8::2" in str(finding.explanation.admin)
        assert caseworld.findings(evidence, "ports-disagree") == ()

    def test_what_only_the_server_behind_shows_is_no_matter_of_chance(self, caseworld: Any, chain: Any) -> None:
        """Clients never meet the address that --also named: nothing works now and then because of it."""
        front = caseworld.seen(chain[:1], 443)
        back = caseworld.seen(chain, 443, address="10.0.0.5")
        back = replace(back, endpoint=replace(back.endpoint, found_by="also", connect_port=8443))
        behind = str(only(caseworld.findings(caseworld.judge(front, back), "addresses-disagree")).explanation.admin)
        assert "10.0.0.5:8443 by themselves" in behind
        assert "now and then" not in behind
        second = caseworld.seen(chain, 443, address="192.0.2.2")
        both = caseworld.judge(front, second, back)
        assert "now and then" in str(only(caseworld.findings(both, "addresses-disagree")).explanation.admin)

    def test_one_port_has_nothing_to_disagree_with(self, caseworld: Any, chain: Any) -> None:
        evidence = caseworld.judge(caseworld.seen(chain))
        for rule in ("ports-disagree", "addresses-disagree"):
            assert isinstance(only(caseworld.results(evidence, rule)), NotApplicable)


class TestSni:
    def test_another_certificate_without_the_name(self, caseworld: Any, chain: Any) -> None:
        default = (caseworld.leaf("www.hoster.net"), caseworld.intermediate.certificate)
        evidence = caseworld.judge(caseworld.seen(chain, 25), caseworld.seen(default, 25, offer=Offer.NO_SNI))
        finding = only(caseworld.findings(evidence))
        assert (finding.rule, finding.severity) == ("sni-needed", Severity.WARNING)
        assert finding.fact("shown_without_name") == ("www.hoster.net",)

    def test_no_handshake_without_the_name(self, caseworld: Any, chain: Any) -> None:
        alert = caseworld.failure(FailureKind.ALERT, Stage.HANDSHAKE, "unrecognized_name")
        evidence = caseworld.judge(caseworld.seen(chain, 443), caseworld.seen(alert, 443, offer=Offer.NO_SNI))
        assert only(caseworld.findings(evidence)).severity is Severity.INFO

    def test_the_same_or_an_equally_good_one_passes(self, caseworld: Any, chain: Any) -> None:
        other = (caseworld.leaf("mail.example.com", "b.example.com"), caseworld.intermediate.certificate)
        evidence = caseworld.judge(
            caseworld.seen(chain, 993),
            caseworld.seen(chain, 993, offer=Offer.NO_SNI),
            caseworld.seen(chain, 465),
            caseworld.seen(other, 465, offer=Offer.NO_SNI),
        )
        assert isinstance(only(caseworld.results(evidence, "sni-needed")), Passed)

    def test_not_asked(self, caseworld: Any, chain: Any) -> None:
        evidence = caseworld.judge(caseworld.seen(chain))
        assert isinstance(only(caseworld.results(evidence, "sni-needed")), NotApplicable)


class TestNetwork:
    def test_what_was_asked_for_does_not_answer(self, caseworld: Any, chain: Any) -> None:
        evidence = caseworld.judge(caseworld.seen(chain, 993), caseworld.seen(caseworld.failure(), 465))
        finding = only(caseworld.findings(evidence))
        assert (finding.rule, finding.severity) == ("network-blocked", Severity.ERROR)
        assert finding.fact("ports") == ("465",)
        assert "thunderbird" in finding.clients

    def test_closed_ports_tried_by_custom_are_no_fault(self, caseworld: Any, chain: Any) -> None:
        evidence = caseworld.judge(
            caseworld.seen(chain, 993, found_by="default-port"),
            caseworld.seen(caseworld.failure(), 465, found_by="default-port"),
            caseworld.seen(caseworld.failure(), 993, "pop.example.com", found_by="usual-name"),
        )
        assert caseworld.findings(evidence) == ()

    def test_a_host_that_answers_nowhere(self, caseworld: Any) -> None:
        closed = (caseworld.seen(caseworld.failure(), port, found_by="default-port") for port in (993, 465, 25))
        finding = only(caseworld.findings(caseworld.judge(*closed)))
        assert finding.severity is Severity.ERROR
        assert finding.subject == "mail.example.com"

    def test_port_25_is_swallowed_by_this_network(self, caseworld: Any, chain: Any) -> None:
        swallowed = caseworld.failure(FailureKind.TIMEOUT)
        evidence = caseworld.judge(
            caseworld.seen(chain, 443),
            caseworld.seen(swallowed, 25, "mx1.example.com", found_by="mx"),
            caseworld.seen(swallowed, 25, "mx2.example.com", found_by="mx"),
        )
        finding = only(caseworld.findings(evidence))
        assert (finding.id, finding.severity) == ("network-blocked:port-25", Severity.WARNING)
        assert len(finding.observations) == 2

    def test_port_25_refused_is_the_server_s_word(self, caseworld: Any, chain: Any) -> None:
        evidence = caseworld.judge(
            caseworld.seen(chain, 443), caseworld.seen(caseworld.failure(), 25, "mx1.example.com", found_by="mx")
        )
        assert only(caseworld.findings(evidence)).subject == "mx1.example.com"

    def test_one_address_of_two(self, caseworld: Any, chain: Any) -> None:
        evidence = caseworld.judge(
            caseworld.seen(chain), caseworld.seen(caseworld.failure(FailureKind.TIMEOUT), address="192.0.2.9")
        )
        finding = only(caseworld.findings(evidence))
        assert finding.severity is Severity.WARNING
        assert finding.fact("addresses") == ("192.0.2.9",)

    def test_no_way_to_ipv6_from_here(self, caseworld: Any, chain: Any) -> None:
        evidence = caseworld.judge(
            caseworld.seen(chain),
            caseworld.seen(caseworld.failure(FailureKind.UNREACHABLE), address="2001:db8::9"),
        )
        assert isinstance(only(caseworld.results(evidence, "network-blocked")), Unknown)

    def test_turned_away_is_unknown(self, caseworld: Any) -> None:
        busy = caseworld.failure(FailureKind.BUSY, Stage.GREETING, "421 too many connections")
        result = only(caseworld.results(caseworld.judge(caseworld.seen(busy, 25)), "network-blocked")[:1])
        assert isinstance(result, Unknown)
        assert "421 too many connections" in str(result.why)

    @pytest.mark.parametrize("kind", [FailureKind.TIMEOUT, FailureKind.CLOSED])
    def test_no_greeting_is_unknown(self, caseworld: Any, kind: FailureKind) -> None:
        """A tarpit, or a server that hangs up without a word: it is there, and nothing is known."""
        mute = caseworld.failure(kind, Stage.GREETING, "no answer")
        evidence = caseworld.judge(caseworld.seen(mute, 25))
        assert isinstance(caseworld.results(evidence, "network-blocked")[0], Unknown)
        assert not caseworld.findings(evidence)

    def test_a_name_without_address(self, caseworld: Any) -> None:
        nowhere = caseworld.failure(FailureKind.NO_ADDRESS, Stage.RESOLVE, "NXDOMAIN")
        evidence = caseworld.judge(caseworld.seen(nowhere, 25, "mx1.example.com", found_by="mx"))
        assert "has no address" in str(only(caseworld.findings(evidence)).title)

    def test_a_name_that_nobody_could_look_up_is_no_finding(self, caseworld: Any) -> None:
        silence = caseworld.failure(FailureKind.LOOKUP_FAILED, Stage.RESOLVE, "no server answered")
        evidence = caseworld.judge(caseworld.seen(silence, 25, "mx1.example.com", found_by="mx"))
        result = only(caseworld.results(evidence, "network-blocked"))
        assert isinstance(result, Unknown)
        assert "nobody knows whether it has an address" in str(result.why)

    def test_all_answering_passes(self, caseworld: Any, chain: Any) -> None:
        results = caseworld.results(caseworld.judge(caseworld.seen(chain)), "network-blocked")
        assert isinstance(only(results), Passed)
