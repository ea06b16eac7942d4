"""A cross-certificate that has run out is sent beside a path that is good: only the oldest clients stumble."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """The CA's root was vouched for by an older one until last month; clients know the root itself."""
    older = world.pki.another_root("Elder")
    cross = world.pki.cross_sign(world.pki.root, by=older, days=(-3000, -30))
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "https", "imaps", chain=(*leaf.chain, cross), by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Send the cross-certificate no more."""
    leaf = world.pki.issued[world.name("mail")]
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="expired-cross-sign",
    title=text("An expired cross-certificate is sent beside a path that is good"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox")),
            Port("mail", "imaps", accepted=("thunderbird", "java-mail", "openssl", "gnutls")),
        ),
        found=("chain-expired-issuer",),
        remedies=("serve-chain",),
    ),
    cure=cure,
    cured=Expected(
        ports=(Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox")),),
    ),
)
