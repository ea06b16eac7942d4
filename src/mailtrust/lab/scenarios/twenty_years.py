"""A private CA issued for twenty years, so that nobody would have to think of it again."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World

TWENTY_YEARS = 20 * 365


def build(world: World) -> None:
    """Issued for twenty years."""
    leaf = world.pki.leaf(world.name("mail"), days=(-30, TWENTY_YEARS))
    world.serve("mail", "https", "imaps", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Issue it for a year."""
    leaf = world.pki.leaf(world.name("mail"))
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="twenty-years",
    title=text("The certificate is valid for twenty years"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox", "dotnet-windows")),
            Port(
                "mail",
                "imaps",
                accepted=("thunderbird", "java-mail", "openssl", "gnutls"),
                warned=("apple-mail-ios", "apple-mail-macos"),
            ),
        ),
        found=("validity-too-long", "chain-outlived"),
        remedies=("replace-certificate",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox", "dotnet-windows")),
            Port("mail", "imaps", accepted=("thunderbird", "apple-mail-ios", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
