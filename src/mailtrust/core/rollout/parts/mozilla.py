"""What Firefox and Thunderbird share: the policy file, for every user of a computer, and the profile of each.

On Linux the policy installs the root into each profile, and there it stays when the policy goes: a removal takes both.
Seen with Firefox ESR 153 and Thunderbird 153. On Windows and macOS the programs read the system's store instead, so
the root goes there, and leaves from there.
"""

from dataclasses import replace

from mailtrust.core.formats.mozilla_policies import (
    EMPTY,
    NAME,
    Policies,
    read_policies,
    with_installed,
    with_system_roots,
    without_installed,
    write_policies,
)
from mailtrust.core.model.remedy import Step
from mailtrust.core.model.rollout import Anchors, Kit, KitFile, Wish
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import do, human, look
from mailtrust.core.rollout.parts.authorities import expect_roots, left_out
from mailtrust.core.rollout.parts.certificate_files import pem_files
from mailtrust.core.rollout.parts.mozilla_scripts import INSTALL, REMOVE, Program, script
from mailtrust.core.rollout.parts.nss_script import EVERY_USER, nss_script

LINUX = "linux"
WINDOWS_MACOS = "windows-macos"


def install(program: Program, wish: Wish) -> Kit:
    """The policy for Linux with its certificates, the one for Windows and macOS, and a script for the first.

    Raises UserProblem where there is no root.
    """
    expect_roots(wish.anchors, program.title)
    before = _existing(wish)
    roots = Anchors(wish.anchors.roots)
    files = (
        *(replace(one, path=f"{LINUX}/{one.path}") for one in pem_files(roots)),
        KitFile(
            f"{LINUX}/{NAME}",
            write_policies(with_installed(before, program.files(roots))),
            text("the policy for Linux: it installs what stands beside it"),
        ),
        KitFile(
            f"{LINUX}/install.sh",
            script(INSTALL, program, wish),
            text("puts policy and certificates where {program} looks for them", program=program.title),
            executable=True,
        ),
        KitFile(
            f"{WINDOWS_MACOS}/{NAME}",
            write_policies(with_system_roots(before)),
            text("the policy for Windows and macOS: {program} trusts what the system trusts", program=program.title),
        ),
    )
    steps = (
        do(
            text("On Linux, as root, in this folder. Packages and snaps read the same policy."),
            f"sh {LINUX}/install.sh",
            _AWAY,
        ),
        *_on_windows_and_macos(program),
    )
    return Kit(
        files,
        steps,
        (*_remarks(program), *_about_intermediates(wish.anchors), *left_out(wish.anchors, program.title)),
    )


def remove(program: Program, wish: Wish) -> Kit:
    """Scripts that take the policy back, and the certificates out of each profile."""
    return Kit(
        files=(
            KitFile(
                f"{LINUX}/{NAME}",
                write_policies(without_installed(_existing(wish), program.files(wish.anchors))),
                text("what is left of the policy; with --merge, everything that was in it besides"),
            ),
            KitFile(
                f"{LINUX}/remove.sh",
                script(REMOVE, program, wish),
                text("takes the policy and its certificates away"),
                executable=True,
            ),
            KitFile(
                f"{LINUX}/profiles.sh",
                nss_script("remove", wish.anchors, program.profiles),
                text("takes the certificates out of the profiles of the user who runs it"),
                executable=True,
            ),
        ),
        steps=(
            do(text("On Linux, as root, in this folder: the policy first."), f"sh {LINUX}/remove.sh", _BACK),
            do(
                text(
                    "Then the profiles, for {program} keeps what a policy has installed: as root, for every user, "
                    "with the program closed.",
                    program=program.title,
                ),
                EVERY_USER.format(file=f"{LINUX}/profiles.sh"),
                _BACK,
            ),
            human(
                text(
                    "On Windows and macOS take the root out of the system's store (mailtrust trust gpo, windows, apple "
                    "with --remove): {program} stops trusting it at its next start. The policy may stay.",
                    program=program.title,
                )
            ),
        ),
        remarks=_remarks(program),
    )


def check(program: Program, wish: Wish) -> tuple[Step, ...]:
    """The policy as the program read it, and the certificate manager."""
    return (
        human(
            text("In {program}: what the policy is, and whether it was understood.", program=program.title),
            *_POLICY_PAGE[program.id],
        ),
        human(
            text("In {program}: the list of what it trusts.", program=program.title),
            text("Settings, Privacy & Security, Certificates, View Certificates, Authorities"),
        ),
        *(
            look(
                text("On Linux: the file that the policy names."),
                f"ls -l {file}",
            )
            for file in program.files(wish.anchors)
        ),
    )


_POLICY_PAGE = {
    "firefox": (text("about:policies in the address bar, Enter"),),
    "thunderbird": (text("Help, Troubleshooting Information, Enterprise Policies"),),
}


def _existing(wish: Wish) -> Policies:
    return read_policies(wish.existing[NAME]) if NAME in wish.existing else {**EMPTY, "policies": {}}


def _on_windows_and_macos(program: Program) -> tuple[Step, ...]:
    return (
        human(
            text(
                "On Windows and macOS bring the root into the system's store: mailtrust trust gpo, windows or apple. "
                "{program} trusts it from version {version} on without any policy. Where that was switched off, or the "
                "program is older, the policy switches it on.",
                program=program.title,
                version=program.follows_since,
            ),
            text("Windows: {file} into {folder}", file=_policy_file(),
                 folder=rf"C:\Program Files\Mozilla {program.title}\distribution"),
            text("macOS: {file} into {folder}", file=_policy_file(),
                 folder=f"/Applications/{program.title}.app/Contents/Resources/distribution"),
            undo=text("Delete the file, or take ImportEnterpriseRoots out of it."),
            needs="Administrator",
        ),
    )  # fmt: skip


def _policy_file() -> str:
    return f"{WINDOWS_MACOS}/{NAME}"


_AWAY = text("Use the removal kit: the same command with --remove.")
_BACK = text("Use the kit again that is made without --remove.")


def _remarks(program: Program) -> tuple[Text, ...]:
    return (
        text("It counts from the next start of {program} on.", program=program.title),
        text(
            "The Flatpak of {program} does not see the policy of the system: mailtrust trust nss reaches its profiles.",
            program=program.title,
        ),
        text(
            "A root that a policy installed on Linux stays in each profile when the policy goes; the removal kit has a "
            "script for the profiles. Where p11-kit's module is installed, a policy SecurityDevices that adds it makes "
            "{program} follow the system's store instead, for roots that come and go (docs/trust.md).",
            program=program.title,
        ),
    )


def _about_intermediates(anchors: Anchors) -> tuple[Text, ...]:
    if not anchors.intermediates:
        return ()
    return (
        text(
            "The intermediates are not in this kit: a policy would make each of them trusted for itself. Servers "
            "have to send them; mailtrust bundle puts them together."
        ),
    )
