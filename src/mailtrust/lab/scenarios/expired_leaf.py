"""Nobody renewed it."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """A certificate that ended three days ago, on every port."""
    leaf = world.pki.leaf(world.name("mail"), days=(-93, -3))
    world.serve("mail", "https", "imaps", "smtp", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Renew it."""
    leaf = world.pki.leaf(world.name("mail"))
    world.present("mail", "https", "imaps", "smtp", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="expired-leaf",
    title=text("The server's certificate has expired"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", warned=("outlook-windows",), refused=("dotnet-windows", "chrome", "firefox")),
            Port("mail", "imaps", warned=("thunderbird",), refused=("java-mail", "openssl", "gnutls")),
            Port("mail", "smtp", accepted=("mta-opportunistic",), refused=("mta-verified",)),
        ),
        found=("expired",),
        remedies=("replace-certificate",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "chrome", "firefox", "dotnet-windows")),
            Port("mail", "smtp", accepted=("mta-opportunistic", "mta-verified")),
        ),
    ),
)
