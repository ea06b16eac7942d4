"""The plan of a renewal: whose certificate gives way, to which files, and what is promised."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.flows.test_plan import CONF, KEY, Shelf, assessed, nginx, pem

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.observation import FailureKind, ProbeFailure, Stage
from mailtrust.core.model.plan import OnThisMachine, WriteFile
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.settings import Place, Server
from mailtrust.core.rules.grounds.comparing import SERVED, compare
from mailtrust.core.targets.mending.work import Material
from mailtrust.flows.prove import kept
from mailtrust.flows.renewal_plan import Presented, RenewalPlan, concerned, plan_renewal, servers_of

HOST = "mail.example.com"


async def planned(
    caseworld: Any, files: Mapping[str, bytes], new: Certificate, *seen: Any, servers: tuple[Server, ...] = (nginx(),)
) -> RenewalPlan:
    assessment = assessed(caseworld, *seen, servers=servers)
    material = Material((new, caseworld.intermediate.certificate), OnThisMachine("/state/next.key"))
    return await plan_renewal(assessment, {"local": Shelf(files)}, servers, material, ())


@pytest.fixture
def chain(caseworld: Any) -> tuple[Certificate, ...]:
    return caseworld.leaf(), caseworld.intermediate.certificate


@pytest.fixture
def files(chain: tuple[Certificate, ...]) -> dict[str, bytes]:
    return {
        "/etc/nginx/nginx.conf": CONF.encode(),
        "/etc/nginx/tls/cert.pem": pem(*chain),
        "/etc/nginx/tls/key.pem": KEY.encode(),
    }


def written(made: RenewalPlan) -> list[str]:
    return [step.do.path for step in made.plan.steps if isinstance(step.do, WriteFile)]


def carry_out(made: RenewalPlan, files: dict[str, bytes]) -> None:
    files.update({step.do.path: step.do.content for step in made.plan.steps if isinstance(step.do, WriteFile)})


async def test_a_new_pair_in_files_of_its_own_whose_names_never_grow(
    caseworld: Any, files: dict[str, bytes], chain: tuple[Certificate, ...]
) -> None:
    new, same_key, after = (caseworld.leaf(key=kind) for kind in ("ec-p256", "ec-p256", "ec-p384"))
    made = await planned(caseworld, files, new, caseworld.seen(chain, 443))
    tag = new.fingerprint[:8]
    pair = [f"/etc/nginx/tls/key-{tag}.pem", f"/etc/nginx/tls/cert-{tag}.pem"]
    assert written(made) == [*pair, "/etc/nginx/nginx.conf"]
    carry_out(made, files)
    kept = await planned(caseworld, files, same_key, caseworld.seen((new, chain[1]), 443))
    assert written(kept) == pair[1:]  # the key stays, and so do the names
    carry_out(kept, files)
    again = await planned(caseworld, files, after, caseworld.seen((same_key, chain[1]), 443))
    tag = after.fingerprint[:8]
    assert written(again)[:2] == [f"/etc/nginx/tls/key-{tag}.pem", f"/etc/nginx/tls/cert-{tag}.pem"]


async def test_it_promises_that_the_new_one_is_presented(
    caseworld: Any, files: dict[str, bytes], chain: tuple[Certificate, ...]
) -> None:
    new = caseworld.leaf()
    before = caseworld.seen(chain, 443)
    made = await planned(caseworld, files, new, before)
    (promise,) = (one for one in made.plan.findings if one.rule == SERVED)
    assert promise.id in made.plan.cures
    for shown, where in (((new, chain[1]), "resolved"), (chain, "remaining")):
        now = assessed(caseworld, caseworld.seen(shown, 443), servers=(nginx(),))
        assert promise.id in getattr(compare(made.plan.findings, now.results, now.evidence.case), where)
    down = caseworld.seen(ProbeFailure(Stage.CONNECT, FailureKind.REFUSED, "refused"), 443)
    now = assessed(caseworld, down, servers=(nginx(),))
    assert promise.id in compare(made.plan.findings, now.results, now.evidence.case).unproven


async def test_where_all_is_served_already_nothing_is_done(
    caseworld: Any, files: dict[str, bytes], chain: tuple[Certificate, ...]
) -> None:
    made = await planned(caseworld, files, chain[0], caseworld.seen(chain, 443))
    assert (made.plan.steps, made.missing, made.introduced) == ((), (), ())


async def test_what_would_be_worse_is_told(
    caseworld: Any, files: dict[str, bytes], chain: tuple[Certificate, ...]
) -> None:
    over = caseworld.leaf(begins=-100, ends=-10)
    made = await planned(caseworld, files, over, caseworld.seen(chain, 443))
    assert any(one.startswith("expired") for one in made.introduced)


async def test_a_server_that_does_not_answer_is_left_out(
    caseworld: Any, files: dict[str, bytes], chain: tuple[Certificate, ...]
) -> None:
    down = caseworld.seen(ProbeFailure(Stage.CONNECT, FailureKind.REFUSED, "refused"), 993)
    servers = nginx(), Server("imap", (Place(HOST, HOST, 993),), "nginx", "local")
    made = await planned(caseworld, files, caseworld.leaf(), caseworld.seen(chain, 443), down, servers=servers)
    assert (made.missing, {step.server for step in made.plan.steps}) == (("imap",), {"web"})
    assert "does not answer at imaps://mail.example.com:993" in str(made.why[0])


async def test_a_server_that_cannot_be_read_keeps_no_other_from_it(
    caseworld: Any, files: dict[str, bytes], chain: tuple[Certificate, ...]
) -> None:
    """Until it gets the new one, too, its port differs from the others."""
    unread = Server("imap", (Place(HOST, HOST, 993),), "nginx", "local", configuration="/nowhere.conf")
    both = caseworld.seen(chain, 443), caseworld.seen(chain, 993)
    new = caseworld.leaf()
    made = await planned(caseworld, files, new, *both, servers=(nginx(), unread))
    assert (made.missing, made.introduced, {step.server for step in made.plan.steps}) == (("imap",), (), {"web"})
    half = caseworld.seen((new, chain[1]), 443), both[1]
    now = assessed(caseworld, *half, servers=(nginx(), unread))
    proof = compare(made.plan.findings, now.results, now.evidence.case)
    assert any(one.startswith("ports-disagree") for one in proof.remaining)
    assert kept(made.plan, proof)
    elsewhere = await planned(caseworld, files, new, *both, servers=(nginx(),))
    assert any(one.startswith("ports-disagree") for one in elsewhere.introduced)


def test_whose_certificate_gives_way(caseworld: Any, chain: tuple[Certificate, ...]) -> None:
    other, ecdsa = caseworld.leaf("other.example.com"), caseworld.leaf(key="ec-p256")
    usual = Presented(caseworld.seen(chain, 443), chain[0])
    nameless = Presented(caseworld.seen((other,), 443, offer=Offer.NO_SNI), other)
    same = Presented(caseworld.seen(chain, 443, offer=Offer.NO_SNI), chain[0])
    twin = Presented(caseworld.seen((ecdsa,), 443, offer=Offer.ECDSA), ecdsa)
    assert concerned((usual, nameless), "rsa") == (usual,)
    assert concerned((usual, nameless), "ec") == (usual,)  # one kind may follow another
    assert concerned((usual, same), "rsa") == (usual, same)
    assert concerned((usual, twin), "rsa") == (usual,)
    assert concerned((usual, twin), "ec") == (twin,)


def test_which_servers_are_meant() -> None:
    web, elsewhere = nginx(), nginx("elsewhere", "www.example.org")
    bare = Server("bare", (Place(HOST, HOST, 25),), "nginx", "")
    assert servers_of((HOST,), (), (web, elsewhere, bare)) == (web,)
    assert servers_of(("*.example.com",), (), (web, elsewhere)) == (web,)
    for names, chosen, servers, said in (
        ((HOST,), (), (elsewhere,), "no [[server]] with reach"),
        ((HOST,), ("elsewhere",), (web, elsewhere), "met under none of the names"),
        ((HOST,), ("bare",), (bare,), "must say its product and how its files are come by"),
    ):
        with pytest.raises(UserProblem) as refused:
            servers_of(names, chosen, servers)
        assert said in str(refused.value)
