"""The server sends its own certificate alone: works in Outlook, not in Gmail on Android."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World

SERVED = ("https", "imaps", "submission")


def build(world: World) -> None:
    """A balancer onto which only the leaf was loaded; the CA's caIssuers address works."""
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", *SERVED, chain=(leaf.certificate,), by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Load the intermediate beside the leaf."""
    leaf = world.pki.issued[world.name("mail")]
    world.present("mail", *SERVED, chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="missing-intermediate",
    title=text("The intermediate is not sent: works in Outlook, not in Gmail on Android"),
    build=build,
    expected=Expected(
        ports=(
            Port(
                "mail",
                "https",
                accepted=("outlook-windows", "chrome", "edge", "dotnet-windows", "apple-mail-ios"),
                refused=("gmail-android",),
            ),
            Port("mail", "imaps", accepted=("outlook-windows",), refused=("gmail-android", "java-mail", "openssl")),
            Port("mail", "submission", accepted=("outlook-windows",), refused=("gnutls", "openssl")),
        ),
        found=("chain-incomplete",),
        remedies=("serve-chain",),
        sources=("aia",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "chrome", "gmail-android", "firefox")),
            Port("mail", "imaps", accepted=("outlook-windows", "gmail-android", "java-mail", "thunderbird", "openssl")),
            Port("mail", "submission", accepted=("outlook-windows", "gnutls", "openssl")),
        ),
    ),
    seed=0,
)
