"""What goes wrong while a certificate is renewed, and what comes of it: each is led in, seen, and led out again."""

import hashlib
import os
import random
import signal
import sys
import time
from collections.abc import Callable

from tests.programs.daemons import LOOPBACK, answers, program
from tests.programs.knot import SECRET
from tests.real_servers.applying import killed
from tests.renew.asking import Asking
from tests.renew.world import World

from mailtrust.core.issuance.keys import make_key
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509.parse import read_certificate

FULL = """\
import os, sys
real, calls = os.fsync, 0
def fsync(descriptor):
    global calls
    calls += 1
    if calls >= {at}:
        raise OSError(28, "No space left on device")
    return real(descriptor)
os.fsync = fsync
from mailtrust.cli.main import run
run()
"""
Trouble = Callable[[World, Asking], None]


def nothing(world: World, asking: Asking) -> None:
    """All is well."""


def acme_refuses(world: World, asking: Asking) -> None:
    """The account's key is one that the CA does not know."""
    key = world.here / "account/account.key"
    known = key.read_text()
    key.write_text(make_key("ec-p256").to_pem())
    status, told, _ = world.renew("mail", "--force")
    assert (status, told["outcome"]) == (2, "failed"), world.said[-1]
    key.write_text(known)


def update_refused(world: World, asking: Asking) -> None:
    """The zone's server lets nobody with this key change anything."""
    key = world.here / "update.key"
    known = key.read_text()
    key.write_text(f'key "other" {{\n\talgorithm hmac-sha256;\n\tsecret "{SECRET}";\n}};\n')
    status, told, _ = world.renew("mail", "--force")
    assert (status, told["outcome"]) == (2, "failed"), world.said[-1]
    key.write_text(known)


def configuration_broken(world: World, asking: Asking) -> None:
    """Somebody has left a word in the configuration that nginx does not know."""
    conf = world.here / "nginx.conf"
    sound = conf.read_text()
    conf.write_text(f"{sound}nonsense;\n")
    status, told, _ = world.renew("mail", "--force")
    assert (status, told["outcome"]) == (4, "failed"), world.said[-1]
    waits = next_pair(world)
    status, told, _ = world.renew("mail", "--force")
    assert (status, next_pair(world)) == (4, waits), world.said[-1]  # not ordered again
    assert conf.read_text() == f"{sound}nonsense;\n"
    conf.write_text(sound)


def reload_fails(world: World, asking: Asking) -> None:
    """The program that takes it up gives an error."""
    world.meddle('[ "$1" != reload ] || { echo "no process" >&2; exit 1; }\n')
    status, told, said = world.renew("mail", "--force")
    assert status in (4, 5), world.said[-1]
    assert "no process" in said
    waits = next_pair(world)
    world.meddle("")
    status, told, _ = world.renew("mail", "--force")
    assert (status, told["outcome"]) in ((0, "renewed"), (4, "failed")), world.said[-1]
    assert waits == (current_pair(world) if status == 0 else next_pair(world))


def disk_full(world: World, asking: Asking) -> None:
    """From some write on nothing can be written any more: before the order, behind it, in the middle of the plan."""
    for at in (1, 4, 9, 14):
        prefix = (sys.executable, "-c", FULL.format(at=at))
        status, _, said = world.renew("mail", "--force", prefix=prefix)
        assert status in (2, 4, 5), world.said[-1]
        assert "No space left on device" in said + world.said[-1]


def server_down(world: World, asking: Asking) -> None:
    """Dovecot is not there: the others get the new certificate, and it does when it is there again."""
    asking.down.add("imaps")
    master = int((world.here / "run/master.pid").read_text())
    os.kill(master, signal.SIGTERM)
    asking.wait_for(lambda: not answers((LOOPBACK, world.ports["imaps"])))
    status, told, _ = world.renew("mail", "--force")
    assert (status, told["outcome"]) == (3, "waiting"), world.said[-1]
    waits = next_pair(world)
    command = [program("dovecot", "dovecot-imapd"), "-F", "-c", world.here / "dovecot.conf"]
    world.daemons.start(command, [(LOOPBACK, world.ports["imaps"])])
    asking.down.clear()
    status, told, _ = world.renew("mail")
    assert (status, told["outcome"], current_pair(world)) == (0, "renewed", waits), world.said[-1]


def kill_minus_nine(world: World, asking: Asking, *, times: int = 12) -> None:
    """It is killed somewhere, several times; the run after that takes care of it."""
    for at in random.sample(range(1, 120), times):
        world.renew("mail", "--force", prefix=killed(at, random.choice(("before", "after"))))


def tlsa_published(world: World, asking: Asking) -> None:
    """A record of the present key: the next one is published first, two TTLs pass, and the former goes last."""
    old = record_of(served(asking, "smtp"))
    name = f"_{world.ports['smtp']}._tcp.mail"
    world.knot.set_records(name, "TLSA", [old])
    assert world.tlsa() == [old]
    status, told, _ = world.renew("mail", "--force")
    assert (status, told["outcome"]) == (0, "waiting"), world.said[-1]
    assert len(world.tlsa()) == 2
    assert record_of(served(asking, "smtp")) == old
    status, told, _ = world.renew("mail")
    for _ in range(10):
        if told["outcome"] == "renewed":
            break
        assert (status, told["outcome"]) == (0, "waiting"), world.said[-1]
        assert old in world.tlsa()
        time.sleep(1)
        status, told, _ = world.renew("mail")
    asking.wait_for(lambda: record_of(served(asking, "smtp")) != old)
    assert world.tlsa() == [record_of(served(asking, "smtp"))]


def with_the_same_key(world: World, asking: Asking) -> None:
    """keep_key: the record stays as it is."""
    world.write_toml(more="keep_key = true")
    before = world.tlsa()
    assert before
    status, told, _ = world.renew("mail", "--force")
    assert (status, told["outcome"]) == (0, "renewed"), world.said[-1]
    assert world.tlsa() == before == [record_of(served(asking, "smtp"))]
    world.write_toml()


ALL: tuple[Trouble, ...] = (
    nothing,
    acme_refuses,
    update_refused,
    configuration_broken,
    reload_fails,
    disk_full,
    server_down,
    kill_minus_nine,
    tlsa_published,
    with_the_same_key,
)


def next_pair(world: World) -> bytes:
    """The certificate that waits."""
    return (world.here / "state/renewals/mail/next.pem").read_bytes()


def current_pair(world: World) -> bytes:
    """The one that was proven last."""
    return (world.here / "state/renewals/mail/current.pem").read_bytes()


def served(asking: Asking, scheme: str) -> bytes:
    """What a port showed last."""
    return asking.certificates[scheme][-1]


def record_of(der: bytes) -> str:
    """The TLSA record of a certificate's key."""
    leaf = read_certificate(der)
    assert isinstance(leaf, Certificate)
    return f"3 1 1 {hashlib.sha256(leaf.public_key.spki).hexdigest()}"
