"""Strangers are told to come back later, and so is whoever checks."""

from mailtrust.core.model.observation import FailureKind
from mailtrust.core.model.text import text
from mailtrust.lab.manners import GOOD_MANNERS, Manners
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """A server that wants to see whether a stranger comes back (RFC 6647)."""
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "smtp", "imaps", chain=leaf.chain, by=leaf)
    world.behave("mail", "smtp", manners=Manners(greeting="450 4.7.1 Greylisted, please come back in five minutes"))
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Come back."""
    world.behave("mail", "smtp", manners=GOOD_MANNERS)


SCENARIO = Scenario(
    id="greylisting",
    title=text("The server puts strangers on a grey list"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "smtp", failure=FailureKind.GREYLISTED),
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
)
