"""Findings on what is sent above the server's own certificate."""

from typing import Any

from mailtrust.core.model.finding import Finding, NotApplicable, Passed, Severity, Unknown
from mailtrust.core.model.pool import Source
from mailtrust.core.rules.grounds.completeness import gap

AIA = "http://ca.example.net/issuing.crt"


def only(found: tuple[Any, ...]) -> Any:
    assert len(found) == 1, found
    return found[0]


class TestIncomplete:
    def test_missing_intermediate_found_by_aia(self, caseworld: Any) -> None:
        leaf = caseworld.leaf(ca_issuers=(AIA,))
        missing = caseworld.intermediate.certificate
        evidence = caseworld.judge(
            caseworld.seen((leaf,), 993),
            caseworld.seen((leaf,), 465),
            pool=caseworld.pool((missing, Source.AIA, AIA)),
        )
        finding = only(caseworld.findings(evidence))
        assert finding.id == f"chain-incomplete:{leaf.fingerprint[:16]}"
        assert finding.severity is Severity.ERROR
        assert len(finding.observations) == 2
        assert {"gmail-android", "java-mail", "openssl"} <= set(finding.clients)
        assert {"outlook-windows", "chrome"}.isdisjoint(finding.clients)
        assert finding.fact("missing") == ("Public Issuing CA",)
        assert finding.fact("missing_fingerprints") == (missing.fingerprint,)
        assert finding.fact("found_at") == (AIA,)
        said = str(finding.explanation.admin)
        assert missing.fingerprint in said
        assert AIA in said
        assert evidence.clients["outlook-windows"].title in said
        assert evidence.clients["mta-opportunistic"].title not in said

    def test_complete_passes_and_says_where(self, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        evidence = caseworld.judge(caseworld.seen((leaf, caseworld.intermediate.certificate)))
        passed = only(caseworld.results(evidence, "chain-incomplete"))
        assert passed == Passed("chain-incomplete", leaf.fingerprint[:16], (evidence.case.observations[0].id,))

    def test_only_the_ports_with_the_gap_are_named(self, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        evidence = caseworld.judge(
            caseworld.seen((leaf, caseworld.intermediate.certificate), 993), caseworld.seen((leaf,), 465)
        )
        finding = only(caseworld.findings(evidence, "chain-incomplete"))
        assert [one for one in finding.observations if ":465" in one] == list(finding.observations)

    def test_a_leaf_issued_by_the_root_itself_is_complete(self, caseworld: Any) -> None:
        evidence = caseworld.judge(caseworld.seen((caseworld.leaf(issuer=caseworld.root),)))
        assert caseworld.findings(evidence) == ()

    def test_the_right_name_with_the_wrong_key_completes_nothing(self, caseworld: Any) -> None:
        namesake = caseworld.make_intermediate(
            caseworld.root, "Namesake", subject=caseworld.intermediate.certificate.subject.der
        )
        leaf = caseworld.leaf()
        evidence = caseworld.judge(
            caseworld.seen((leaf,)), pool=caseworld.pool((namesake.certificate, Source.AIA, AIA))
        )
        finding = only(caseworld.findings(evidence, "chain-incomplete"))
        assert finding.fact("missing") == ()
        assert finding.fact("not_found") == "Public Issuing CA"

    def test_two_missing_are_both_named_nearest_first(self, caseworld: Any) -> None:
        policy = caseworld.make_intermediate(caseworld.root, "Policy CA", recipe=None, basic_constraints=None)
        policy = caseworld.make_intermediate(caseworld.root, "Policy CA B", **_ca(1))
        issuing = caseworld.make_intermediate(policy, "Issuing CA B")
        leaf = caseworld.leaf(issuer=issuing)
        evidence = caseworld.judge(
            caseworld.seen((leaf,)),
            pool=caseworld.pool((issuing.certificate, Source.AIA, AIA), (policy.certificate, Source.CATALOGUE, "list")),
        )
        finding = only(caseworld.findings(evidence, "chain-incomplete"))
        assert finding.fact("missing") == ("Issuing CA B", "Policy CA B")
        assert finding.fact("found_at") == (AIA, "list")

    def test_known_intermediate_of_an_unknown_issuer(self, caseworld: Any) -> None:
        policy = caseworld.make_intermediate(caseworld.root, "Policy CA C", **_ca(1))
        issuing = caseworld.make_intermediate(policy, "Issuing CA C")
        leaf = caseworld.leaf(issuer=issuing)
        evidence = caseworld.judge(caseworld.seen((leaf,)), pool=caseworld.pool((issuing.certificate, Source.AIA, AIA)))
        finding = only(caseworld.findings(evidence, "chain-incomplete"))
        assert finding.fact("missing") == ("Issuing CA C",)
        assert finding.fact("not_found") == "Policy CA C"

    def test_found_at_another_port_of_this_run(self, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        complete = caseworld.seen((leaf, caseworld.intermediate.certificate), 443)
        evidence = caseworld.judge(complete, caseworld.seen((leaf,), 993))
        finding = only(caseworld.findings(evidence, "chain-incomplete"))
        assert finding.fact("found_at") == (complete.id,)
        said = str(finding.explanation.admin)
        assert "found at mail.example.com:443 (192.0.2.1)" in said
        assert "://" not in said

    def test_whoever_would_download_it_is_not_said_to_look_nowhere(self, caseworld: Any) -> None:
        leaf = caseworld.leaf(ca_issuers=(AIA,))
        pool = caseworld.pool((caseworld.intermediate.certificate, Source.ELSEWHERE, "here"))
        said = str(only(caseworld.findings(caseworld.judge(caseworld.seen((leaf,)), pool=pool))).explanation.admin)
        stopped, seekers = said.split(" do not look for the missing certificate elsewhere. ")
        assert "OpenSSL programs" in stopped
        assert "Outlook for Windows" not in stopped
        assert "Outlook for Windows" in seekers
        assert f"({AIA}) gave it to this check" in seekers
        bare = caseworld.leaf()
        finding = only(caseworld.findings(caseworld.judge(caseworld.seen((bare,)), pool=pool)))
        assert "names no address for that" in str(finding.explanation.admin)

    def test_missing_for_the_store_that_lacks_the_new_root_only(self, caseworld: Any) -> None:
        """The chain is whole for who has the new root; the cross-sign that leads to the old one is not sent."""
        new = caseworld.make_root("New Root")
        cross = caseworld.cross(caseworld.root, new)
        issuing = caseworld.make_intermediate(new, "New Issuing")
        leaf = caseworld.leaf(issuer=issuing)
        old_only, both = (caseworld.root.certificate,), (caseworld.root.certificate, new.certificate)
        evidence = caseworld.judge(
            caseworld.seen((leaf, issuing.certificate)),
            pool=caseworld.pool((cross.certificate, Source.CATALOGUE, "list")),
            by_store={"java": old_only},
            anchors=both,
        )
        finding = only(caseworld.findings(evidence, "chain-incomplete"))
        assert finding.clients == ("java-mail",)
        assert finding.fact("missing_fingerprints") == (cross.certificate.fingerprint,)

    def test_an_expired_way_is_not_called_complete_when_another_is_in_time(self, caseworld: Any) -> None:
        old = caseworld.make_intermediate(caseworld.root, "Renewed CA", begins=-900, ends=-5)
        new = caseworld.make_intermediate(caseworld.root, "Renewed CA", begins=-20)
        leaf = caseworld.leaf(issuer=new)
        evidence = caseworld.judge(
            caseworld.seen((leaf, old.certificate)), pool=caseworld.pool((new.certificate, Source.AIA, AIA))
        )
        finding = only(caseworld.findings(evidence, "chain-incomplete"))
        assert finding.fact("missing_fingerprints") == (new.certificate.fingerprint,)

    def test_a_renewed_issuer_that_is_sent_as_it_was_is_not_called_missing(self, caseworld: Any) -> None:
        new = caseworld.intermediate
        old = caseworld.cross(caseworld.root, new, begins=-900, ends=-5)
        evidence = caseworld.judge(
            caseworld.seen((caseworld.leaf(), old.certificate)),
            pool=caseworld.pool((new.certificate, Source.AIA, AIA)),
        )
        finding = only(caseworld.findings(evidence, "chain-incomplete"))
        assert "as it was" in str(finding.title)
        assert "does not send" not in str(finding.title)
        assert "get by" not in str(finding.explanation.admin)

    def test_an_own_ca_whose_issuer_was_not_found_is_left_open(self, caseworld: Any) -> None:
        own = caseworld.make_root("corp-DC01-CA")
        leaf = caseworld.leaf(issuer=own, public=False, ca_issuers=("ldap:///CN=corp-DC01-CA,CN=AIA",))
        evidence = caseworld.judge(caseworld.seen((leaf,)))
        answer = only(caseworld.results(evidence, "chain-incomplete"))
        assert isinstance(answer, Unknown)
        assert "corp-DC01-CA" in str(answer.why)
        assert only(caseworld.findings(evidence, "anchor-private")).fact("root") == "corp-DC01-CA"

    def test_when_nobody_asked_feels_it_it_is_still_a_warning(self, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        outlook = [client for client in caseworld.judge().clients.values() if client.id == "outlook-windows"]
        evidence = caseworld.judge(
            caseworld.seen((leaf,)),
            pool=caseworld.pool((caseworld.intermediate.certificate, Source.AIA, AIA)),
            clients=outlook,
        )
        finding = only(caseworld.findings(evidence, "chain-incomplete"))
        assert (finding.severity, finding.clients) == (Severity.WARNING, ())

    def test_the_gap_names_the_certificate_below_it(self, caseworld: Any) -> None:
        policy = caseworld.make_intermediate(caseworld.root, "Policy CA D", **_ca(1))
        issuing = caseworld.make_intermediate(policy, "Issuing CA D")
        leaf = caseworld.leaf(issuer=issuing)
        evidence = caseworld.judge(
            caseworld.seen((leaf, issuing.certificate)), pool=caseworld.pool((policy.certificate, Source.AIA, AIA))
        )
        found = gap(evidence, leaf, (leaf, issuing.certificate))
        assert found is not None
        assert found.below == issuing.certificate
        assert found.missing == (policy.certificate,)


def _ca(path_length: int | None) -> dict[str, Any]:
    from mailtrust.core.model.certificate import BasicConstraints

    return {"basic_constraints": BasicConstraints(ca=True, path_length=path_length)}


class TestOrder:
    def test_root_before_intermediate(self, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        chain = (leaf, caseworld.root.certificate, caseworld.intermediate.certificate)
        evidence = caseworld.judge(caseworld.seen(chain))
        finding = only(caseworld.findings(evidence, "chain-wrong-order"))
        assert finding.fact("displaced") == ("Public Root",)
        assert only(caseworld.findings(evidence, "chain-root-included")).fact("roots") == ("Public Root",)

    def test_right_order_passes(self, caseworld: Any) -> None:
        chain = (caseworld.leaf(), caseworld.intermediate.certificate)
        assert isinstance(only(caseworld.results(caseworld.judge(caseworld.seen(chain)), "chain-wrong-order")), Passed)

    def test_cross_signed_twins_side_by_side_are_in_order(self, caseworld: Any) -> None:
        other = caseworld.make_root("Other Root")
        twin = caseworld.cross(other, caseworld.intermediate)
        chain = (caseworld.leaf(), caseworld.intermediate.certificate, twin.certificate)
        assert caseworld.findings(caseworld.judge(caseworld.seen(chain)), "chain-wrong-order") == ()

    def test_harmless_when_all_accept(self, caseworld: Any) -> None:
        outlook = [client for client in caseworld.judge().clients.values() if client.id == "outlook-windows"]
        chain = (caseworld.leaf(), caseworld.root.certificate, caseworld.intermediate.certificate)
        evidence = caseworld.judge(caseworld.seen(chain), clients=outlook)
        assert {finding.severity for finding in caseworld.findings(evidence)} == {Severity.INFO}


class TestStrangers:
    def test_leftover_of_another_ca(self, caseworld: Any) -> None:
        other = caseworld.make_intermediate(caseworld.make_root("Former Root"), "Former Issuing CA")
        chain = (caseworld.leaf(), caseworld.intermediate.certificate, other.certificate)
        finding = only(caseworld.findings(caseworld.judge(caseworld.seen(chain)), "chain-unrelated"))
        assert finding.fact("unrelated") == ("Former Issuing CA",)

    def test_forty_of_them_are_counted_rather_than_told(self, caseworld: Any) -> None:
        others = tuple(caseworld.make_root(f"Root {number}").certificate for number in range(9))
        chain = (caseworld.leaf(), caseworld.intermediate.certificate, *others)
        finding = only(caseworld.findings(caseworld.judge(caseworld.seen(chain)), "chain-unrelated"))
        assert len(finding.fact("unrelated")) == 9
        for said in (str(finding.title), str(finding.explanation.admin)):
            assert "Root 4, 4 more" in said
            assert "Root 5" not in said
        assert finding.severity is Severity.INFO

    def test_the_same_name_with_another_key_is_a_stranger(self, caseworld: Any) -> None:
        namesake = caseworld.make_intermediate(
            caseworld.root, "Namesake", subject=caseworld.intermediate.certificate.subject.der
        )
        chain = (caseworld.leaf(), caseworld.intermediate.certificate, namesake.certificate)
        assert caseworld.findings(caseworld.judge(caseworld.seen(chain)), "chain-unrelated")

    def test_duplicate_leaf(self, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        evidence = caseworld.judge(caseworld.seen((leaf, leaf, caseworld.intermediate.certificate)))
        assert only(caseworld.findings(evidence, "chain-duplicate")).certificates == (leaf.fingerprint,)
        assert caseworld.findings(evidence, "chain-unrelated") == ()
        assert caseworld.findings(evidence, "chain-wrong-order") == ()

    def test_a_clean_chain_passes(self, caseworld: Any) -> None:
        evidence = caseworld.judge(caseworld.seen((caseworld.leaf(), caseworld.intermediate.certificate)))
        for rule in ("chain-unrelated", "chain-duplicate", "chain-root-included"):
            assert isinstance(only(caseworld.results(evidence, rule)), Passed)

    def test_a_self_signed_leaf_is_no_included_root(self, caseworld: Any) -> None:
        evidence = caseworld.judge(caseworld.seen((caseworld.own(),)))
        assert caseworld.findings(evidence, "chain-root-included") == ()


class TestTime:
    def test_expired_cross_sign_beside_a_good_path(self, caseworld: Any) -> None:
        old = caseworld.make_root("Old Root")
        cross = caseworld.cross(old, caseworld.root, ends=-3)
        chain = (caseworld.leaf(), caseworld.intermediate.certificate, cross.certificate)
        evidence = caseworld.judge(caseworld.seen(chain))
        finding = only(caseworld.findings(evidence, "chain-expired-issuer"))
        assert finding.fact("better_path") is True
        assert "Public Root" in str(finding.title)
        assert caseworld.findings(evidence, "chain-incomplete") == ()

    def test_expired_and_no_other_path(self, caseworld: Any) -> None:
        expired = caseworld.make_intermediate(caseworld.root, "Gone CA", begins=-900, ends=-3)
        evidence = caseworld.judge(caseworld.seen((caseworld.leaf(issuer=expired), expired.certificate)))
        finding = only(caseworld.findings(evidence, "chain-expired-issuer"))
        assert finding.fact("better_path") is False
        assert finding.severity.rank >= Severity.ERROR.rank

    def test_an_intermediate_that_ends_before_the_leaf(self, caseworld: Any) -> None:
        short = caseworld.make_intermediate(caseworld.root, "Short CA", begins=-900, ends=30)
        chain = (caseworld.leaf(issuer=short), short.certificate)
        finding = only(caseworld.findings(caseworld.judge(caseworld.seen(chain)), "chain-outlived"))
        assert finding.severity is Severity.WARNING
        assert finding.fact("better_path") is False
        assert finding.fact("ends") == short.certificate.not_after

    def test_a_renewed_twin_makes_the_better_path(self, caseworld: Any) -> None:
        short = caseworld.make_intermediate(caseworld.root, "Twin CA", begins=-900, ends=30)
        twin = caseworld.make_intermediate(caseworld.root, "Twin CA")
        evidence = caseworld.judge(
            caseworld.seen((caseworld.leaf(issuer=short), short.certificate)),
            pool=caseworld.pool((twin.certificate, Source.CATALOGUE, "list")),
        )
        assert only(caseworld.findings(evidence, "chain-outlived")).fact("better_path") is True

    def test_both_twins_sent_is_no_fault(self, caseworld: Any) -> None:
        short = caseworld.make_intermediate(caseworld.root, "Twin CA 2", begins=-900, ends=30)
        twin = caseworld.make_intermediate(caseworld.root, "Twin CA 2")
        chain = (caseworld.leaf(issuer=short), twin.certificate, short.certificate)
        assert caseworld.findings(caseworld.judge(caseworld.seen(chain)), "chain-outlived") == ()

    def test_lasting_chains_pass(self, caseworld: Any) -> None:
        evidence = caseworld.judge(caseworld.seen((caseworld.leaf(), caseworld.intermediate.certificate)))
        for rule in ("chain-expired-issuer", "chain-outlived"):
            assert isinstance(only(caseworld.results(evidence, rule)), Passed)

    def test_a_leaf_that_has_ended_itself_is_outlived_by_nothing(self, caseworld: Any) -> None:
        leaf = caseworld.leaf(ends=-1)
        evidence = caseworld.judge(caseworld.seen((leaf, caseworld.intermediate.certificate)))
        assert not isinstance(only(caseworld.results(evidence, "chain-outlived")), Finding | NotApplicable)
