"""Chains completed from a server or from files: which certificate is meant, what is added, left out and avoided."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mailtrust.core.issuance.authority import self_signed
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import root_recipe, server_recipe
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.verdict import Outcome
from mailtrust.core.x509.parse import read_certificate
from mailtrust.flows.bundle import Completed, complete_files, complete_target, leaf_among
from mailtrust.flows.check import CheckRequest, check

URL = "http://ca.example.com/issuing.crt"

Ask = Callable[..., CheckRequest]


def added(done: Completed) -> list[tuple[Certificate, tuple[str, ...]]]:
    return [(one.certificate, one.origins) for one in done.added]


@pytest.fixture
def from_files(outside: Any, ask: Ask) -> Callable[..., Any]:
    async def complete(*certificates: Certificate, keys: tuple[Any, ...] = (), **wanted: Any) -> Completed:
        request = ask("localhost", title="from-the-ca.zip", **wanted)
        return await complete_files(certificates, keys, request, outside.edge())

    return complete


class TestFromFiles:
    async def test_what_is_there_is_put_in_order_and_the_root_left_out(self, from_files: Any, caseworld: Any) -> None:
        root, issuing, leaf = caseworld.root.certificate, caseworld.intermediate.certificate, caseworld.leaf()
        done = await from_files(root, issuing, leaf, issuing)
        assert done.chain == (leaf, issuing)
        assert done.root == root
        assert (done.added, done.dropped) == ((), (root,))

    async def test_a_chain_that_is_right_stays_as_it_is(self, from_files: Any, caseworld: Any) -> None:
        leaf = caseworld.leaf()
        done = await from_files(leaf, caseworld.intermediate.certificate)
        assert done.chain == (leaf, caseworld.intermediate.certificate)
        assert (done.added, done.dropped) == ((), ())

    async def test_a_missing_intermediate_is_fetched(self, from_files: Any, outside: Any, caseworld: Any) -> None:
        outside.known[URL] = (caseworld.intermediate.certificate,)
        leaf = caseworld.leaf(ca_issuers=(URL,))
        done = await from_files(leaf)
        assert done.chain == (leaf, caseworld.intermediate.certificate)
        assert added(done) == [(caseworld.intermediate.certificate, (URL,))]

    async def test_a_missing_intermediate_that_is_not_found_is_not_claimed(
        self, from_files: Any, outside: Any, caseworld: Any
    ) -> None:
        outside.known[URL] = (caseworld.intermediate.certificate,)
        leaf = caseworld.leaf(ca_issuers=(URL,))
        done = await from_files(leaf, fetch_issuers=False)
        assert outside.downloads == []
        assert done.chain == (leaf,)
        assert (done.root, done.added, done.get_from) == (None, (), (URL,))

    async def test_an_issuer_with_the_right_name_and_the_wrong_key_completes_nothing(
        self, from_files: Any, outside: Any, caseworld: Any
    ) -> None:
        impostor = self_signed(
            root_recipe("Public Issuing CA", "Public CA Ltd"),
            make_key("rsa-2048"),
            serial=7,
            not_before=caseworld.now.replace(year=2020),
            not_after=caseworld.now.replace(year=2035),
        ).certificate
        assert impostor.subject.match_key == caseworld.intermediate.certificate.subject.match_key
        outside.known[URL] = (impostor,)
        done = await from_files(caseworld.leaf(ca_issuers=(URL,)))
        assert done.intermediates == ()
        assert done.root is None

    async def test_a_self_signed_certificate_is_its_own_chain(self, from_files: Any, caseworld: Any) -> None:
        own = caseworld.own()
        done = await from_files(own)
        assert (done.chain, done.root, done.dropped) == ((own,), own, ())

    async def test_a_private_chain_is_whole_with_its_root(self, from_files: Any, caseworld: Any) -> None:
        root = caseworld.make_root("Our Root", "Example Ltd")
        issuing = caseworld.make_intermediate(root, "Our Issuing CA", "Example Ltd")
        leaf = caseworld.leaf(issuer=issuing, public=False)
        without = await from_files(leaf, issuing.certificate)
        assert (without.chain, without.root) == ((leaf, issuing.certificate), None)
        supposed = await from_files(leaf, issuing.certificate, roots=(root.certificate,))
        assert (supposed.chain, supposed.root) == ((leaf, issuing.certificate), root.certificate)
        beside = await from_files(leaf, issuing.certificate, root.certificate)
        assert (beside.chain, beside.root) == ((leaf, issuing.certificate), root.certificate)

    async def test_an_expired_cross_sign_is_avoided(self, from_files: Any, caseworld: Any) -> None:
        elder = caseworld.make_root("Elder Root")
        cross = caseworld.cross(elder, caseworld.root, ends=-1)
        leaf, issuing = caseworld.leaf(), caseworld.intermediate.certificate
        done = await from_files(leaf, issuing, cross.certificate)
        assert done.chain == (leaf, issuing)
        assert done.root == caseworld.root.certificate
        assert done.dropped == (cross.certificate,)

    async def test_an_intermediate_that_ends_before_the_leaf_is_avoided(
        self, from_files: Any, outside: Any, caseworld: Any
    ) -> None:
        short = caseworld.make_intermediate(caseworld.root, "Public Issuing CA", "Public CA Ltd", ends=20)
        long = caseworld.intermediate.certificate
        assert short.certificate.public_key == long.public_key
        outside.known[URL] = (long,)
        leaf = caseworld.leaf(ends=80, ca_issuers=(URL,))
        done = await from_files(leaf, short.certificate)
        assert done.chain == (leaf, long)
        assert done.dropped == (short.certificate,)
        alone = await from_files(leaf, short.certificate, fetch_issuers=False)
        assert alone.chain == (leaf, short.certificate)  # there is no better one

    async def test_an_expired_certificate_is_completed_too(self, from_files: Any, caseworld: Any) -> None:
        leaf = caseworld.leaf(ends=-1)
        done = await from_files(caseworld.intermediate.certificate, leaf)
        assert done.chain == (leaf, caseworld.intermediate.certificate)

    async def test_no_client_that_fetches_for_itself_hides_the_gap(
        self, from_files: Any, outside: Any, caseworld: Any, ask: Ask
    ) -> None:
        fetching = tuple(client for client in ask().clients if client.id == "outlook-windows")
        outside.known[URL] = (caseworld.intermediate.certificate,)
        done = await from_files(caseworld.leaf(ca_issuers=(URL,)), clients=fetching)
        assert done.intermediates == (caseworld.intermediate.certificate,)


class TestWhichIsMeant:
    def test_the_renewed_one_beside_its_predecessors(self, caseworld: Any) -> None:
        expired, ending, renewed = caseworld.leaf(ends=-1), caseworld.leaf(ends=5), caseworld.leaf(ends=80)
        assert leaf_among((expired, renewed, ending), (), caseworld.now) == renewed
        tomorrow = caseworld.leaf(begins=1, ends=90)
        assert leaf_among((ending, tomorrow), (), caseworld.now) == ending
        assert leaf_among((expired, expired), (), caseworld.now) == expired

    def test_names_are_compared_as_names(self, caseworld: Any) -> None:
        old, new = caseworld.leaf("MAIL.example.com", ends=5), caseworld.leaf("mail.example.com", ends=80)
        assert leaf_among((old, new), (), caseworld.now) == new

    def test_two_are_refused_and_named(self, caseworld: Any) -> None:
        one, other = caseworld.leaf("mail.example.com"), caseworld.leaf("www.example.com")
        with pytest.raises(UserProblem) as refused:
            leaf_among((one, other), (), caseworld.now)
        assert "mail.example.com (2026-08-20), www.example.com (2026-08-20)" in str(refused.value)
        assert "--key" in str(refused.value)

    def test_the_key_decides(self, caseworld: Any) -> None:
        key = make_key("ec-p256")
        span = {"not_before": caseworld.now.replace(year=2025), "not_after": caseworld.now.replace(year=2027)}
        keyed = self_signed(server_recipe("other.example.com"), key, serial=5, **span).certificate
        assert leaf_among((caseworld.leaf(), keyed), (key,), caseworld.now) == keyed
        assert leaf_among((caseworld.leaf(),), (key,), caseworld.now) != keyed

    def test_certificates_of_cas_alone_are_refused(self, caseworld: Any) -> None:
        root, issuing = caseworld.root.certificate, caseworld.intermediate.certificate
        for certificates in ((issuing, root), (issuing,), (root,)):
            with pytest.raises(UserProblem, match="only certificates of CAs"):
                leaf_among(certificates, (), caseworld.now)

    def test_a_self_signed_one_that_says_it_is_a_ca_is_the_servers_where_it_names_a_host(self, caseworld: Any) -> None:
        # As `openssl req -x509` makes them.
        recipe = replace(root_recipe("mail.example.com"), dns_names=("mail.example.com",))
        span = {"not_before": caseworld.now.replace(year=2025), "not_after": caseworld.now.replace(year=2027)}
        made = self_signed(recipe, make_key("rsa-2048"), serial=5, **span).certificate
        assert made.is_ca
        assert leaf_among((made,), (), caseworld.now) == made


class TestFromAServer:
    async def test_what_it_should_present(self, outside: Any, caseworld: Any, ask: Ask) -> None:
        outside.known[URL] = (caseworld.intermediate.certificate,)
        leaf = caseworld.leaf(ca_issuers=(URL,))
        outside.present(leaf)
        done = await complete_target(ask(), outside.edge())
        assert done.chain == (leaf, caseworld.intermediate.certificate)
        assert added(done) == [(caseworld.intermediate.certificate, (URL,))]
        # One connection: no other offer is of use here.
        assert len(outside.wishes) == 1

    async def test_an_intermediate_that_another_port_sends(self, outside: Any, caseworld: Any, ask: Ask) -> None:
        leaf, issuing = caseworld.leaf(), caseworld.intermediate.certificate
        outside.present(leaf, port=993)
        outside.present(leaf, issuing, port=443)
        done = await complete_target(ask("mail.example.com"), outside.edge())
        assert done.chain == (leaf, issuing)

    async def test_is_judged_good_afterwards(self, outside: Any, caseworld: Any, ask: Ask) -> None:
        outside.known[URL] = (caseworld.intermediate.certificate,)
        outside.present(caseworld.leaf(ca_issuers=(URL,)), caseworld.root.certificate)
        done = await complete_target(ask(), outside.edge())
        after = await check(ask(hypothetical=done.chain), outside.edge())
        assert {verdict.outcome for verdict in after.evidence.verdicts} <= {Outcome.ACCEPTED, Outcome.UNKNOWN}

    async def test_two_certificates_for_the_same_names_are_the_old_and_the_new(
        self, outside: Any, caseworld: Any, ask: Ask
    ) -> None:
        renewed = caseworld.leaf(ends=80)
        outside.present(caseworld.leaf(ends=-1), caseworld.intermediate.certificate, port=993)
        outside.present(renewed, caseworld.intermediate.certificate, port=443)
        assert (await complete_target(ask("mail.example.com"), outside.edge())).leaf == renewed

    async def test_several_are_refused_with_the_ports_that_present_them(
        self, outside: Any, caseworld: Any, ask: Ask
    ) -> None:
        key = make_key("ec-p256")
        span = {"not_before": caseworld.now.replace(year=2025), "not_after": caseworld.now.replace(year=2027)}
        other = self_signed(server_recipe("other.example.net"), key, serial=5, **span).certificate
        outside.present(caseworld.leaf(), caseworld.intermediate.certificate, port=993)
        outside.present(other, port=443)
        with pytest.raises(UserProblem) as refused:
            await complete_target(ask("mail.example.com"), outside.edge())
        assert "imaps://mail.example.com:993" in str(refused.value)
        assert "other.example.net (2027-06-01): https://mail.example.com:443" in str(refused.value)
        done = await complete_target(ask("mail.example.com"), outside.edge(), keys=(key,))
        assert done.leaf == other

    async def test_nothing_to_complete_says_why(self, outside: Any, ask: Ask) -> None:
        with pytest.raises(CouldNotLook, match=r"imaps://mail.example.com:993@192.0.2.1: refused"):
            await complete_target(ask(), outside.edge())

    async def test_a_certificate_that_cannot_be_read_is_none(self, outside: Any, ask: Ask) -> None:
        outside.present(read_certificate(b"\x30\x03\x02\x01\x01"))
        with pytest.raises(CouldNotLook, match="could be read"):
            await complete_target(ask(), outside.edge())
