"""A profile names the server otherwise than the certificate does: no trust relationship for the secure channel."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """The mail router's profile holds the server's inside name; the certificate was bought for the outside one."""
    leaf = world.pki.leaf(world.name("mail"))
    for label in ("exchange", "mail"):
        world.serve(label, "https", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.url("exchange", "https")


def cure(world: World) -> None:
    """Write the certificate's name into the profile."""
    world.target = world.url("mail", "https")


SCENARIO = Scenario(
    id="profile-url",
    title=text("The profile's URL names the server otherwise than the certificate"),
    build=build,
    expected=Expected(
        ports=(Port("exchange", "https", warned=("outlook-windows",), refused=("dotnet-windows", "java-mail")),),
        found=("name-mismatch",),
        remedies=("use-name",),
    ),
    cure=cure,
    cured=Expected(
        ports=(Port("mail", "https", accepted=("outlook-windows", "dotnet-windows", "java-mail")),),
    ),
    seed=2,
)
