"""Group Policy: every computer of a Windows domain, from one object, made on any system.

Three roads to the same object: a script with Microsoft's own cmdlets, which is the safest because Windows writes every
octet; a backup for Import-GPO; and registry.pol with its text for computers without a domain, or for Samba's.
"""

from uuid import NAMESPACE_URL, UUID, uuid5

from mailtrust.core.formats.gpo_backup import Backup, backup_files
from mailtrust.core.formats.lgpo import lgpo_removal, lgpo_text
from mailtrust.core.formats.powershell import quoted
from mailtrust.core.formats.preg import MOST_DATA, Entry, merged, read_policy, without, write_policy
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.remedy import Human, Step
from mailtrust.core.model.rollout import Anchors, Kit, KitFile, Wish
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import do, look
from mailtrust.core.rollout.parts.certificate_files import der_file, der_files, what_it_is
from mailtrust.core.rollout.parts.policy import certificate_entries, policy_entries
from mailtrust.core.rollout.parts.policy_scripts import MARK, install_script, remove_script
from mailtrust.core.x509.thumbprint import thumbprint

ID = "gpo"
TITLE = text("every computer of a Windows domain")
POLICY = "registry.pol"
MERGES: tuple[str, ...] = (POLICY,)

ADMINISTRATORS = "Domain Admins"

ROOM_FOR_PROPERTIES = 1024
"""Beside the certificate: its thumbprint and its friendly name."""

_SCRIPT = r"powershell -NoProfile -ExecutionPolicy Bypass -File .\{file}"


def install(wish: Wish) -> Kit:
    """Script, backup, registry.pol, LGPO text, and the certificates for whoever clicks. Raises UserProblem."""
    entries = policy_entries(wish)
    _expect_short(wish.anchors)
    whole = write_policy(merged(_existing(wish), entries))
    backup = backup_files(_backup(wish), entries, whole)
    return Kit(
        files=(
            KitFile("install.ps1", install_script(wish, entries), text("makes the policy: the safest road")),
            *der_files(wish.anchors),
            *(KitFile(f"backup/{path}", data, text("a backup for Import-GPO")) for path, data in backup.items()),
            KitFile(POLICY, whole, text("the policy itself, for SYSVOL or for LGPO.exe /m")),
            KitFile("lgpo.txt", lgpo_text(entries).encode("utf-8"), text("the same to read, and for LGPO.exe /t")),
        ),
        steps=(_by_script(), _by_backup(wish), _by_hand(wish), _without_domain()),
        remarks=(*_WHEN, *(() if wish.certificates_only else _ABOUT_SETTINGS), _BROWSERS, *_merging(wish)),
    )


def remove(wish: Wish) -> Kit:
    """A script that deletes the object if it is ours; the entries alone where they stand among others."""
    entries = certificate_entries(wish.anchors, wish.name)
    existing = _existing(wish)
    rest = write_policy(without(existing, {entry.place for entry in entries}))
    left = KitFile(POLICY, rest, text("your file without the certificates, for SYSVOL"))
    return Kit(
        files=(
            KitFile("remove.ps1", remove_script(wish, entries), text("takes the policy away again")),
            *((left,) if wish.existing else ()),
            KitFile(
                "lgpo-remove.txt",
                lgpo_removal(entries).encode("utf-8"),
                text("for LGPO.exe /t, on computers without a domain"),
            ),
        ),
        steps=(
            do(
                text(
                    "On a computer with the Group Policy tools (a domain controller, or RSAT), as a member of Domain "
                    "Admins. It deletes the object and its links if install.ps1 has made it; out of any other object "
                    "it takes these certificates alone. -WhatIf shows what it would do."
                ),
                _SCRIPT.format(file="remove.ps1"),
                text("Run install.ps1 of the kit again."),
                by="powershell",
                needs=ADMINISTRATORS,
            ),
            do(
                text("On a computer without a domain."),
                r".\LGPO.exe /t lgpo-remove.txt",
                text("LGPO.exe /m registry.pol, with the file of the kit."),
                by="cmd",
                needs="Administrator",
            ),
        ),
        remarks=(
            *_WHEN,
            text(
                "The script looks for the object “{name}”; where it has another name: -Name. Out of somebody else's "
                "object only the certificates are taken: what else was set there may be wanted.",
                name=wish.name,
            ),
            *_merging(wish),
        ),
    )


def check(wish: Wish) -> tuple[Step, ...]:
    """In the domain, then on a computer that the policy is to reach."""
    stores = (*((one, "Root") for one in wish.anchors.trusted), *((one, "CA") for one in wish.anchors.intermediates))
    return (
        look(
            text("In the domain: what the policy sets."),
            f"Get-GPOReport -Name {quoted(wish.name)} -ReportType Html -Path policy.html; .\\policy.html",
            "powershell",
        ),
        *(
            look(
                text(
                    "On a computer that the policy is for, after `gpupdate /force`: it is among what came by policy. "
                    "“Not found” says that it is not."
                ),
                f"certutil -grouppolicy -store {store} {thumbprint(one)}",
                "cmd",
            )
            for one, store in stores
        ),
        look(text("Which objects counted, and which were refused and why."), "gpresult /r /scope computer", "cmd"),
    )


def _expect_short(anchors: Anchors) -> None:
    for one in anchors.certificates:
        if len(one.der) > MOST_DATA - ROOM_FOR_PROPERTIES:
            raise UserProblem(
                text(
                    "{what} has {size} octets, more than a policy can hold. Bring it out by another way.",
                    what=what_it_is(one, anchors),
                    size=len(one.der),
                )
            )


def _existing(wish: Wish) -> tuple[Entry, ...]:
    octets = wish.existing.get(POLICY)
    return () if octets is None else read_policy(octets)


def _backup(wish: Wish) -> Backup:
    """The same wish gives the same numbers, so that a kit made again replaces the one before."""
    about = "".join((wish.name, wish.domain, *(one.fingerprint for one in wish.anchors.certificates)))
    domain = wish.domain or "example.com"
    return Backup(
        name=wish.name,
        comment=f"{MARK}, {wish.now:%Y-%m-%d}.",
        id=_number("backup", about),
        object_id=_number("object", about),
        domain=domain,
        domain_id=_number("domain", domain),
        at=wish.now,
    )


def _number(kind: str, about: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:mailtrust:gpo:{kind}:{about}")


def _by_script() -> Step:
    return do(
        text(
            "The safest road: Windows writes everything itself. On a computer with the Group Policy tools (a domain "
            "controller, or RSAT), as a member of Domain Admins. -WhatIf shows what it would do; -Target "
            "'OU=Test,DC=example,DC=com' links it to a few computers first; run again, it changes only what differs."
        ),
        _SCRIPT.format(file="install.ps1"),
        text("Run remove.ps1 of the removal kit: mailtrust trust gpo --remove."),
        by="powershell",
        needs=ADMINISTRATORS,
    )


def _by_backup(wish: Wish) -> Step:
    name = quoted(wish.name)
    return do(
        text(
            "Or by the backup: it makes an object without any link. Import-GPO replaces all settings of an object that "
            "has this name already. Link it afterwards with New-GPLink, or in the console."
        ),
        f'Import-GPO -Path "$PWD\\backup" -BackupGpoName {name} -TargetName {name} -CreateIfNeeded',
        text("Remove-GPO -Name {name}", name=name),
        by="powershell",
        needs=ADMINISTRATORS,
    )


def _by_hand(wish: Wish) -> Step:
    return Step(
        text("Or by hand, in the console; intermediates into Intermediate Certification Authorities beside it."),
        Human(
            (
                text("Group Policy Management"),
                text("right-click the domain, Create a GPO in this domain, and Link it here"),
                text("right-click it, Edit"),
                text("Computer Configuration"),
                text("Policies"),
                text("Windows Settings"),
                text("Security Settings"),
                text("Public Key Policies"),
                text("Trusted Root Certification Authorities"),
                text("right-click, Import"),
                *(text("Browse to {file}, Open, Next", file=der_file(one)) for one in wish.anchors.trusted),
                text("Finish, OK"),
            )
        ),
        text("Delete the certificate in the same place."),
        needs=ADMINISTRATORS,
    )


def _without_domain() -> Step:
    return do(
        text(
            "Or for a computer without a domain, with LGPO.exe of Microsoft's Security Compliance Toolkit. In a Samba "
            "domain the same file is Machine/Registry.pol of the object in SYSVOL."
        ),
        r".\LGPO.exe /m registry.pol",
        text("LGPO.exe /t lgpo-remove.txt, with the file of the removal kit."),
        by="cmd",
        needs="Administrator",
    )


_WHEN: tuple[Text, ...] = (
    text(
        "Computers take it up when they start, at the next refresh (90 to 120 minutes; domain controllers 5), or with "
        "gpupdate /force. A computer that is away takes it up when it reaches the domain again, by VPN as well. "
        "Programs that run already look again when they are started anew."
    ),
)
_ABOUT_SETTINGS: tuple[Text, ...] = (
    text(
        "Beside the certificates it sets what MailStore's instructions set: auto-enrolment (AEPolicy 7) and "
        "certificate path validation as Windows has it by itself; and that Firefox and Thunderbird heed Windows' "
        "roots, without about:config. --certificates-only leaves all that as it is."
    ),
    text(
        "Auto-enrolment lets computers fetch certificates from your own CA, for templates that allow it. Where you "
        "have an Active Directory CA and do not want that, take --certificates-only."
    ),
)
_BROWSERS = text(
    "Chrome and Edge heed these roots by themselves, unless your policies set CAPlatformIntegrationEnabled to 0."
)


def _merging(wish: Wish) -> tuple[Text, ...]:
    if POLICY not in wish.existing:
        return ()
    return (
        text(
            "The registry.pol that you gave is in the new one, entry by entry. In SYSVOL the object's version must "
            "rise with it (GPT.INI and versionNumber), or computers skip it; the script does that by itself."
        ),
    )
