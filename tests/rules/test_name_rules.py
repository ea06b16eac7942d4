"""Findings on names, and what counts as a slip of the finger."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrust.core.clients import client_by_id
from mailtrust.core.model.finding import NotApplicable, Passed, Severity
from mailtrust.core.rules.grounds.spelling import distance, misspelt_service, near_miss
from mailtrust.core.validation.names.internal import is_internal


def only(found: tuple[Any, ...]) -> Any:
    assert len(found) == 1, found
    return found[0]


def served(caseworld: Any, *names: str, host: str, port: int = 443, found_by: str = "given", **changes: Any) -> Any:
    chain = (caseworld.leaf(*names, **changes), caseworld.intermediate.certificate)
    return caseworld.judge(caseworld.seen(chain, port, host, found_by=found_by))


NAME_RULES = (
    "name-mismatch",
    "name-near-miss",
    "name-internal",
    "name-only-in-common-name",
    "name-wildcard-depth",
    "name-ip-as-dns",
)


def named(caseworld: Any, evidence: Any) -> list[str]:
    return [finding.rule for finding in caseworld.findings(evidence) if finding.rule in NAME_RULES]


class TestMismatch:
    def test_another_name(self, caseworld: Any) -> None:
        evidence = served(caseworld, "mail.example.com", "webmail.example.com", host="exchange.example.com")
        finding = only(caseworld.findings(evidence))
        assert finding.id == "name-mismatch:exchange.example.com"
        assert finding.severity is Severity.CRITICAL
        assert finding.fact("presented") == ("mail.example.com", "webmail.example.com")
        assert {"dotnet-windows", "outlook-windows", "gmail-android"} <= set(finding.clients)
        assert "webmail.example.com" in str(finding.explanation.admin)

    def test_nine_ports_are_one_finding(self, caseworld: Any) -> None:
        chain = (caseworld.leaf("other.example.org"), caseworld.intermediate.certificate)
        evidence = caseworld.judge(*(caseworld.seen(chain, port) for port in (465, 587, 993, 143, 443)))
        assert len(only(caseworld.findings(evidence, "name-mismatch")).observations) == 5

    def test_a_guessed_name_is_a_warning_s_worth(self, caseworld: Any) -> None:
        evidence = served(caseworld, "shared.hoster.net", host="imap.example.com", found_by="usual-name")
        assert only(caseworld.findings(evidence, "name-mismatch")).severity is Severity.WARNING

    def test_a_client_with_habits_of_its_own(self, caseworld: Any) -> None:
        """Outlook 2007 reads the first DNS name only."""
        chain = (caseworld.leaf("first.example.com", "mail.example.com"), caseworld.intermediate.certificate)
        old = client_by_id("outlook-windows@2007")
        evidence = caseworld.judge(caseworld.seen(chain), clients=(old, client_by_id("chrome")))
        finding = only(caseworld.findings(evidence, "name-mismatch"))
        assert finding.clients == (old.id,)
        assert "although it is there" in str(finding.title)
        assert old.title in str(finding.explanation.admin)

    def test_an_address(self, caseworld: Any) -> None:
        evidence = served(caseworld, "mail.example.com", host="192.0.2.1")
        assert "by its address" in str(only(caseworld.findings(evidence, "name-mismatch")).explanation.admin)

    @pytest.mark.parametrize(
        "names", [("mail.example.com",), ("*.example.com",), ("a.example.org", "MAIL.example.com")]
    )
    def test_a_name_that_is_there_passes(self, caseworld: Any, names: tuple[str, ...]) -> None:
        evidence = served(caseworld, *names, host="mail.example.com")
        assert isinstance(only(caseworld.results(evidence, "name-mismatch")), Passed)

    def test_an_address_that_is_there_passes(self, caseworld: Any) -> None:
        evidence = served(caseworld, "mail.example.com", host="192.0.2.1", ip_addresses=("192.0.2.1",))
        assert isinstance(only(caseworld.results(evidence, "name-mismatch")), Passed)


class TestNearMiss:
    def test_autdiscover(self, caseworld: Any) -> None:
        evidence = served(
            caseworld, "webmail.company-a.com", "autdiscover.company-a.com", host="autodiscover.company-a.com"
        )
        finding = only(caseworld.findings(evidence))
        assert finding.id == "name-near-miss:autodiscover.company-a.com"
        assert finding.fact("written") == "autdiscover.company-a.com"
        assert finding.severity is Severity.CRITICAL
        assert "outlook-windows" in finding.clients
        silent = only(caseworld.results(evidence, "name-mismatch"))
        assert isinstance(silent, NotApplicable)
        assert "name-near-miss" in str(silent.why)

    def test_a_customary_name_that_nobody_was_met_by(self, caseworld: Any) -> None:
        evidence = served(caseworld, "mail.example.com", "autdiscover.example.com", host="mail.example.com")
        finding = only(caseworld.findings(evidence))
        assert (finding.rule, finding.severity) == ("name-near-miss", Severity.WARNING)
        assert finding.fact("wanted") == "autodiscover.example.com"

    def test_a_different_host_is_no_slip(self, caseworld: Any) -> None:
        evidence = served(caseworld, "mx1.example.com", host="mx2.example.com")
        assert named(caseworld, evidence) == ["name-mismatch"]

    def test_right_spelling_passes(self, caseworld: Any) -> None:
        evidence = served(caseworld, "autodiscover.example.com", host="autodiscover.example.com")
        assert {type(one) for one in caseworld.results(evidence, "name-near-miss")} == {Passed}

    @pytest.mark.parametrize(
        ("wanted", "written", "slip"),
        [
            ("autodiscover.a.com", "autdiscover.a.com", True),
            ("autodiscover.a.com", "autodicsover.a.com", True),
            ("mail.example.com", "mail.exmaple.com", True),
            ("mail.example.com", "mail-example.com", True),
            ("smtp.example.com", "smpt.example.com", True),
            ("mail1.example.com", "mail2.example.com", False),
            ("imap.example.com", "smtp.example.com", False),
            ("mail.example.com", "mail.example.org", False),
            ("mail.example.com", "*.example.com", False),
            ("a.b.example.com", "b.example.com", False),
            ("mail.example.com", "mail.example.com", False),
        ],
    )
    def test_slips(self, wanted: str, written: str, slip: bool) -> None:
        assert (near_miss(wanted, (written,)) == written) is slip

    def test_services(self) -> None:
        assert misspelt_service("autodicover.example.com") == "autodiscover.example.com"
        assert misspelt_service("autodiscover.example.com") is None
        assert misspelt_service("mail.example.com") is None
        assert misspelt_service("autdiscover") is None

    @given(st.text("abc", max_size=8), st.text("abc", max_size=8))
    def test_distance_is_a_distance(self, one: str, other: str) -> None:
        assert distance(one, other) == distance(other, one)
        assert (distance(one, other) == 0) == (one == other)
        assert distance(one, other) >= min(3, abs(len(one) - len(other)))

    @given(
        st.text("abcdefgh", min_size=2, max_size=20), st.integers(0, 18), st.sampled_from(["drop", "swap", "change"])
    )
    def test_one_slip_is_one_slip(self, word: str, at: int, how: str) -> None:
        at %= len(word) - 1
        changed = {
            "drop": word[:at] + word[at + 1 :],
            "swap": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            "change": word[:at] + "x" + word[at + 1 :],
        }[how]
        assert distance(word, changed) <= 1


class TestInternal:
    def test_met_by_an_internal_name(self, caseworld: Any) -> None:
        evidence = served(caseworld, "mail.example.com", host="exch01.corp.local")
        finding = only(caseworld.findings(evidence))
        assert finding.id == "name-internal:exch01.corp.local"
        assert "outlook-windows" in finding.clients
        assert "public name" in str(finding.explanation.admin)

    def test_internal_names_beside_public_ones(self, caseworld: Any) -> None:
        evidence = served(caseworld, "mail.example.com", "CORP-SBS", "corp-sbs.local", host="mail.example.com")
        finding = only(caseworld.findings(evidence, "name-internal"))
        assert finding.severity is Severity.INFO
        assert finding.fact("internal_names") == ("CORP-SBS", "corp-sbs.local")

    def test_a_private_certificate_for_a_private_name_passes(self, caseworld: Any) -> None:
        own = caseworld.make_root("Corp Root")
        leaf = caseworld.leaf("exch01.corp.local", issuer=own, public=False)
        evidence = caseworld.judge(caseworld.seen((leaf, own.certificate), 443, "exch01.corp.local"))
        assert {type(one) for one in caseworld.results(evidence, "name-internal")} == {Passed}

    @pytest.mark.parametrize(
        ("name", "internal"),
        [
            ("server", True),
            ("server.corp.local", True),
            ("nas.home.arpa", True),
            ("10.1.2.3", True),
            ("192.168.0.1", True),
            ("fd00::1", True),
            ("[fe80::1]", True),
            ("mail.example.com", False),
            ("local.example.com", False),
            ("192.0.2.1", False),
            ("2001:db8::1", False),
            ("localhost", False),
            ("127.0.0.1", False),
            ("mail.example.com.", False),
        ],
    )
    def test_internal_names(self, name: str, internal: bool) -> None:
        assert is_internal(name) is internal


class TestTheOthers:
    def test_only_in_the_common_name(self, caseworld: Any) -> None:
        evidence = served(
            caseworld, host="mail.example.com", recipe=_recipe("mail.example.com"), dns_names=(), public=True
        )
        finding = only(caseworld.findings(evidence, "name-only-in-common-name"))
        assert named(caseworld, evidence) == ["name-only-in-common-name"]
        assert {"chrome", "gmail-android"} <= set(finding.clients)
        assert "openssl" not in finding.clients
        assert evidence.clients["openssl"].title in str(finding.explanation.admin)

    @pytest.mark.parametrize("host", ["a.b.example.com", "example.com"])
    def test_a_wildcard_stands_for_one_label(self, caseworld: Any, host: str) -> None:
        evidence = served(caseworld, "*.example.com", host=host)
        assert named(caseworld, evidence) == ["name-wildcard-depth"]
        assert only(caseworld.findings(evidence)).fact("wildcards") == ("*.example.com",)

    def test_an_address_as_a_dns_name(self, caseworld: Any) -> None:
        evidence = served(caseworld, "mail.example.com", "192.0.2.1", host="192.0.2.1")
        finding = only(caseworld.findings(evidence, "name-ip-as-dns"))
        assert finding.fact("addresses") == ("192.0.2.1",)
        assert "chrome" in finding.clients
        assert "name-mismatch" not in named(caseworld, evidence)

    def test_good_names_pass(self, caseworld: Any) -> None:
        evidence = served(caseworld, "mail.example.com", host="mail.example.com")
        for rule in NAME_RULES:
            assert {type(one) for one in caseworld.results(evidence, rule)} == {Passed}


def _recipe(name: str) -> Any:
    from mailtrust.core.issuance.recipe import server_recipe

    return server_recipe(name)
