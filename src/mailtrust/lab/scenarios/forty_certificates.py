"""Somebody put the system's list of CAs behind the leaf: Java stops at ten certificates, GnuTLS at sixteen."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World

FORTY = 40


def build(world: World) -> None:
    """The right chain, and then one root after the other: forty certificates in all."""
    leaf = world.pki.leaf(world.name("mail"))
    others = [world.pki.another_root(f"Root {number}").certificate for number in range(FORTY - len(leaf.chain))]
    world.serve("mail", "https", "imaps", chain=(*leaf.chain, *others), by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Send the chain and nothing else."""
    leaf = world.pki.issued[world.name("mail")]
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="forty-certificates",
    title=text("Forty certificates are sent"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox")),
            Port("mail", "imaps", accepted=("thunderbird", "openssl"), refused=("java-mail", "gnutls")),
        ),
        found=("chain-unrelated", "path-budget-exceeded"),
        remedies=("serve-chain",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox")),
            Port("mail", "imaps", accepted=("thunderbird", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
