"""Three authorities, and the topmost was copied between the other two."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """Leaf, issuing CA, root, policy CA."""
    root = world.pki.root.certificate
    policy, policy_url = world.pki.another_intermediate("Policy CA", path_length=1)
    issuing, issuing_url = world.pki.another_intermediate("Server CA", by=policy, ca_issuers=(policy_url,))
    leaf = world.pki.leaf(world.name("mail"), by=issuing, above=(policy.certificate,), ca_issuers=(issuing_url,))
    mixed = (*leaf.chain[:2], root, policy.certificate)
    world.serve("mail", "https", "imaps", chain=mixed, by=leaf)
    world.trust(root)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Each behind the one that it signed, and no root."""
    leaf = world.pki.issued[world.name("mail")]
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="root-in-the-middle",
    title=text("The root stands in the middle of the chain"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox", "dotnet-windows")),
            Port("mail", "imaps", accepted=("thunderbird", "apple-mail-ios", "java-mail", "openssl", "gnutls")),
        ),
        found=("chain-wrong-order", "chain-root-included"),
        remedies=("serve-chain",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox", "dotnet-windows")),
            Port("mail", "imaps", accepted=("thunderbird", "apple-mail-ios", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
