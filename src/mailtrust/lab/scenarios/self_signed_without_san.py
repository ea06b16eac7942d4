"""A self-signed certificate with its name in the subject alone: brought to every client, and still not for browsers."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World

TWENTY_YEARS = 20 * 365


def build(world: World) -> None:
    """What the archive server's own tool makes, rolled out by group policy."""
    own = world.pki.self_signed(common_name=world.name("archive"), days=(-1, TWENTY_YEARS))
    world.serve("archive", "https", "imaps", chain=(own.certificate,), by=own)
    world.trust(own.certificate)
    world.target = world.name("archive")


def cure(world: World) -> None:
    """Make it anew with a subjectAltName, and bring that to the clients."""
    own = world.pki.self_signed(world.name("archive"), common_name=world.name("archive"), days=(-1, 365))
    world.present("archive", "https", "imaps", chain=(own.certificate,), by=own)
    world.trust(own.certificate)


SCENARIO = Scenario(
    id="self-signed-without-san",
    title=text("Self-signed and trusted, but the name stands in the subject alone"),
    build=build,
    expected=Expected(
        ports=(
            Port(
                "archive",
                "https",
                accepted=("outlook-windows", "mailstore-addin", "dotnet-windows"),
                refused=("chrome", "firefox", "edge"),
            ),
            Port("archive", "imaps", accepted=("outlook-windows", "java-mail", "openssl", "gnutls")),
        ),
        found=("name-only-in-common-name", "self-signed"),
        remedies=("replace-certificate",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            # Mozilla takes no server's own certificate for a root (mozpkix pkixbuild.cpp; asked of Firefox and
            # Thunderbird 153): an exception, or a certificate of a CA, is what helps there.
            Port(
                "archive",
                "https",
                accepted=("outlook-windows", "mailstore-addin", "chrome", "edge"),
                refused=("firefox",),
            ),
            Port(
                "archive",
                "imaps",
                accepted=("outlook-windows", "java-mail", "openssl", "gnutls"),
                warned=("thunderbird",),
            ),
        ),
        found=("self-signed",),
    ),
    seed=1,
)
