"""Where other files cannot be named, a plan replaces the content of those that are."""

import pytest
from tests.configured.asked import asked, server_of

from mailtrust.core.model.configured import Cannot
from mailtrust.core.model.plan import OnServer, OnThisMachine, PlanStep, WriteFile
from mailtrust.core.targets.configured import haproxy
from mailtrust.core.targets.mending.steps import steps_of
from mailtrust.core.targets.mending.surveyed import Surveyed
from mailtrust.core.targets.mending.work import ServeThis
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.core.x509.withheld_keys import mark_of, withheld
from mailtrust.lab.pki import Issued

SERVER = server_of(haproxy)
BIND = b"frontend f\n bind :443 ssl crt /certs/\n"
KEY = OnThisMachine("/root/new.key")


def pem(issued: Issued, *, whole: bool = True) -> bytes:
    return to_pem_chain(issued.chain if whole else issued.chain[:1]).encode()


def key(issued: Issued) -> bytes:
    return withheld(mark_of(issued.certificate))


def planned(files: dict[str, bytes], issued: Issued, given: OnThisMachine | None) -> tuple[PlanStep, ...]:
    facts = asked(haproxy, SERVER, {"/etc/haproxy/haproxy.cfg": BIND, **files})
    places = haproxy.certificates(SERVER, facts)
    assert not isinstance(places, Cannot)
    (place,) = places
    assert place.in_place
    steps = steps_of([ServeThis(Surveyed(SERVER, haproxy, facts, places), place, issued.chain, given)])
    assert not isinstance(steps, Cannot), str(steps.why)
    return steps


def written(steps: tuple[PlanStep, ...]) -> dict[str, tuple[bytes, tuple[object, ...]]]:
    return {step.do.path: (step.do.content, step.do.keys) for step in steps if isinstance(step.do, WriteFile)}


@pytest.mark.parametrize("given", [None, KEY])
def test_a_file_of_a_folder_is_replaced(issued: dict[str, Issued], given: OnThisMachine | None) -> None:
    old, new = issued["old"], issued["old"] if given is None else issued["new"]
    steps = planned({"/certs/a.pem": key(old) + pem(old, whole=False)}, new, given)
    source = OnServer("/certs/a.pem") if given is None else given
    assert written(steps) == {"/certs/a.pem": (key(new) + pem(new), (source,))}


def test_a_key_beside_is_replaced_with_its_certificate(issued: dict[str, Issued]) -> None:
    old, new = issued["old"], issued["new"]
    steps = planned({"/certs/a.pem": pem(old), "/certs/a.pem.key": key(old)}, new, KEY)
    assert written(steps) == {"/certs/a.pem.key": (key(new), (KEY,)), "/certs/a.pem": (pem(new), ())}
    same = planned({"/certs/a.pem": pem(old, whole=False), "/certs/a.pem.key": key(old)}, old, None)
    assert written(same) == {"/certs/a.pem": (pem(old), ())}
