"""A bundle copied together without care: leaf, root, intermediate."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """The root stands between the leaf and its issuer."""
    leaf = world.pki.leaf(world.name("mail"))
    mixed = (leaf.certificate, world.pki.root.certificate, world.pki.intermediate.certificate)
    world.serve("mail", "https", "imaps", chain=mixed, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Leaf first, then its issuer, and no root."""
    leaf = world.pki.issued[world.name("mail")]
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="wrong-order-with-root",
    title=text("The chain is sent in the wrong order, and with the root"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox")),
            Port("mail", "imaps", accepted=("thunderbird", "java-mail", "openssl", "gnutls")),
        ),
        found=("chain-wrong-order", "chain-root-included"),
        remedies=("serve-chain",),
    ),
    cure=cure,
    cured=Expected(
        ports=(Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox")),),
    ),
)
