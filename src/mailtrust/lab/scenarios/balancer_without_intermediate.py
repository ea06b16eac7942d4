"""The balancer sends the leaf alone; the server behind it has the whole chain, and `--also` finds it there."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import LOOPBACK, OTHER_LOOPBACK, World


def build(world: World) -> None:
    """The CA names no address for its intermediate, so that nobody can download it."""
    leaf = world.pki.leaf(world.name("mail"), ca_issuers=())
    world.serve("mail", "https", chain=(leaf.certificate,), by=leaf)
    world.serve("mail", "https", chain=leaf.chain, by=leaf, address=OTHER_LOOPBACK, published=False)
    world.trust(world.pki.root.certificate)
    world.target = world.url("mail", "https")


def cure(world: World) -> None:
    """Bring to the balancer what the server has."""
    leaf = world.pki.issued[world.name("mail")]
    world.present("mail", "https", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="balancer-without-intermediate",
    title=text("A balancer sends no intermediate, the server behind it does"),
    build=build,
    expected=Expected(
        ports=(
            Port(
                "mail",
                "https",
                address=LOOPBACK,
                warned=("outlook-windows",),
                refused=("gmail-android", "chrome", "java-mail", "dotnet-windows"),
            ),
            Port(
                "mail",
                "https",
                address=OTHER_LOOPBACK,
                accepted=("outlook-windows", "gmail-android", "chrome", "java-mail", "dotnet-windows"),
            ),
        ),
        found=("chain-incomplete", "addresses-disagree"),
        remedies=("serve-chain",),
        sources=("elsewhere",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port(
                "mail", "https", address=LOOPBACK, accepted=("outlook-windows", "gmail-android", "chrome", "java-mail")
            ),
        ),
    ),
)
