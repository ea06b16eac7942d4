"""A well-made self-signed certificate that nobody has brought to the clients yet."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """The right names, all of them, and no client that knows the certificate."""
    own = world.pki.self_signed(
        world.name("archive"), "archive", common_name=world.name("archive"), days=(-1, 365), key="rsa-2048"
    )
    world.serve("archive", "https", "imaps", chain=(own.certificate,), by=own)
    world.target = world.name("archive")


def cure(world: World) -> None:
    """Bring the certificate to the clients."""
    world.trust(world.pki.issued[world.name("archive")].certificate)


SCENARIO = Scenario(
    id="self-signed-with-san",
    title=text("Self-signed with the right names, and trusted by nobody yet"),
    build=build,
    expected=Expected(
        ports=(
            Port("archive", "https", warned=("outlook-windows",), refused=("dotnet-windows", "chrome", "firefox")),
            Port("archive", "imaps", refused=("java-mail", "openssl", "gnutls")),
        ),
        found=("self-signed", "name-internal"),
        remedies=("trust-anchor",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            # Mozilla takes no server's own certificate for a root (mozpkix pkixbuild.cpp; asked of Firefox and
            # Thunderbird 153): an exception, or a certificate of a CA, is what helps there.
            Port("archive", "https", accepted=("outlook-windows", "chrome", "dotnet-windows"), refused=("firefox",)),
            Port("archive", "imaps", accepted=("java-mail", "openssl", "gnutls"), warned=("thunderbird",)),
        ),
        found=("self-signed", "name-internal"),
    ),
    seed=1,
)
