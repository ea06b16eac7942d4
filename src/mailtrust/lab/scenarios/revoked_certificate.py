"""The CA has taken the certificate back, and whoever asks its responder hears of it: few do, and they turn away."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World

DEAF = ("outlook-windows", "chrome", "dotnet-windows", "openssl", "gnutls", "java-mail", "gmail-android")
"""They ask nobody."""


def build(world: World) -> None:
    """The key got into the wrong hands; the certificate was revoked, and is served still."""
    leaf = world.leaf_to_ask_about("mail", "ocsp")
    world.revoke(leaf)
    world.serve("mail", "https", "imaps", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Serve another certificate, for another key."""
    leaf = world.leaf_to_ask_about("mail", "ocsp")
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="revoked-certificate",
    title=text("The certificate was revoked, and its CA's responder says so"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", accepted=DEAF, refused=("firefox", "mailstore-addin")),
            Port("mail", "imaps", accepted=("outlook-windows", "openssl", "gnutls"), refused=("thunderbird",)),
        ),
        found=("revoked",),
        remedies=("replace-certificate",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=(*DEAF, "firefox", "mailstore-addin")),
            Port("mail", "imaps", accepted=("thunderbird", "openssl", "gnutls")),
        ),
    ),
)
