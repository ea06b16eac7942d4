"""A server that lets strangers wait for each octet."""

from mailtrust.core.model.observation import FailureKind
from mailtrust.core.model.text import text
from mailtrust.lab.manners import GOOD_MANNERS, Manners
from mailtrust.lab.scenario import IMPATIENT, Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """Against those who have no time: two seconds an octet."""
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "smtp", "imaps", chain=leaf.chain, by=leaf)
    world.behave("mail", "smtp", manners=Manners(octet_pause=2.0))
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Be known to the server."""
    world.behave("mail", "smtp", manners=GOOD_MANNERS)


SCENARIO = Scenario(
    id="tarpit",
    title=text("The server keeps strangers waiting: a tarpit"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "smtp", failure=FailureKind.TIMEOUT),
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
