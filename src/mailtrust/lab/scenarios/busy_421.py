"""The server has too much to do and answers 421: that says nothing about its certificate."""

from mailtrust.core.model.observation import FailureKind
from mailtrust.core.model.text import text
from mailtrust.lab.manners import GOOD_MANNERS, Manners
from mailtrust.lab.scenario import IMPATIENT, Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """A server at its limit."""
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "smtp", "imaps", chain=leaf.chain, by=leaf)
    world.behave("mail", "smtp", manners=Manners(greeting="421 4.3.2 Too many connections, come back later"))
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Ask again when it is quieter."""
    world.behave("mail", "smtp", manners=GOOD_MANNERS)


SCENARIO = Scenario(
    id="busy-421",
    title=text("The server answers 421: come back later"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "smtp", failure=FailureKind.BUSY),
            Port("mail", "imaps", accepted=("outlook-windows", "gmail-android", "thunderbird")),
        ),
        unknown=("network-blocked",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "smtp", accepted=("mta-opportunistic", "mta-verified", "openssl", "gnutls")),
            Port("mail", "imaps", accepted=("outlook-windows", "gmail-android", "thunderbird")),
        ),
    ),
    timeouts=IMPATIENT,
)
