"""A backup of a Group Policy object as GPMC makes it and Import-GPO reads it: a folder of XML and the registry.pol.

Made after a real backup (nsacyber/Windows-Secure-Host-Baseline, Certificates, DoD Root Certificates, 2016) and, for
manifest.xml, after microsoft/ActiveDirectoryTierModel. Import-GPO takes the settings alone: links, permissions and the
domain of a backup count for nothing in the domain that it is brought into.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID
from xml.sax.saxutils import escape

from mailtrust.core.formats.preg import Entry, RegistryType
from mailtrust.core.model.frozen import frozen

OPERATIONS = "http://www.microsoft.com/GroupPolicy/GPOOperations"
MANIFEST = f"{OPERATIONS}/Manifest"
SETTINGS = "http://www.microsoft.com/GroupPolicy/Settings"
TYPES = "http://www.microsoft.com/GroupPolicy/Types"

REGISTRY = "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}"
"""The client-side extension that reads registry.pol (MS-GPREG)."""
EFS_RECOVERY = "{B1BE8D72-6EAC-11D2-A4EA-00C04F79F83A}"
PUBLIC_KEY_TOOL = "{53D6AB1D-2488-11D1-A28C-00C04FB94F17}"
"""The editor's part for Public Key Policies (MS-GPEF 1.9)."""
TEMPLATES_TOOL = "{D02B1F72-3407-48AE-BA88-E8213C6761F1}"
"""The editor's part for administrative templates."""
EXTENSIONS = f"[{REGISTRY}{PUBLIC_KEY_TOOL}{TEMPLATES_TOOL}][{EFS_RECOVERY}{PUBLIC_KEY_TOOL}]"
"""Pairs in ascending order, or clients stop there (MS-GPOL 2.2.4)."""

_VERSION = (1 << 16) | 1
"""The first change, in the directory and in SYSVOL."""


@frozen
class Backup:
    """What a backup says of the object that it was made of."""

    name: str
    """The object's display name."""
    comment: str
    id: UUID
    """The backup's own: the name of its folder."""
    object_id: UUID
    domain: str
    domain_id: UUID
    at: datetime


def backup_files(backup: Backup, entries: Iterable[Entry], registry_pol: bytes) -> Mapping[str, bytes]:
    """The files by their paths. `entries` are told in the report; `registry_pol` is what is imported."""
    folder = _braced(backup.id)
    return {
        "manifest.xml": _manifest(backup).encode("utf-8"),
        f"{folder}/bkupInfo.xml": _instance(backup).encode("utf-8"),
        f"{folder}/Backup.xml": _scheme(backup).encode("utf-8"),
        f"{folder}/gpreport.xml": _report(backup, entries).encode("utf-16"),
        f"{folder}/DomainSysvol/GPO/Machine/registry.pol": registry_pol,
    }


def _braced(uuid: UUID) -> str:
    return f"{{{str(uuid).upper()}}}"


def _cdata(value: str) -> str:
    return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _element(name: str, value: str) -> str:
    return f"<{name}>{_cdata(value)}</{name}>"


def _instance(backup: Backup) -> str:
    parts = (
        ("GPOGuid", _braced(backup.object_id)),
        ("GPODomain", backup.domain),
        ("GPODomainGuid", _braced(backup.domain_id).lower()),
        ("GPODomainController", f"dc.{backup.domain}"),
        ("BackupTime", f"{backup.at:%Y-%m-%dT%H:%M:%S}"),
        ("ID", _braced(backup.id)),
        ("Comment", backup.comment),
        ("GPODisplayName", backup.name),
    )
    inside = "".join(_element(name, value) for name, value in parts)
    return f'<BackupInst xmlns="{MANIFEST}">{inside}</BackupInst>'


def _manifest(backup: Backup) -> str:
    return f'<Backups xmlns="{MANIFEST}" xmlns:mfst="{MANIFEST}" mfst:version="1.0">{_instance(backup)}</Backups>'


def _scheme(backup: Backup) -> str:
    sysvol = f"\\\\dc.{backup.domain}\\sysvol\\{backup.domain}\\Policies\\{_braced(backup.object_id)}\\Machine"
    core = "".join(
        (
            _element("ID", _braced(backup.object_id)),
            _element("Domain", backup.domain),
            f"<SecurityDescriptor>{_SECURITY.hex(' ')}</SecurityDescriptor>",
            _element("DisplayName", backup.name),
            _element("Options", "1"),  # the user's half is off: there is nothing in it
            _element("UserVersionNumber", "0"),
            _element("MachineVersionNumber", str(_VERSION)),
            _element("MachineExtensionGuids", EXTENSIONS),
            "<UserExtensionGuids/><WMIFilter/>",
        )
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<GroupPolicyBackupScheme bkp:version="2.0" bkp:type="GroupPolicyBackupTemplate" xmlns:bkp="{OPERATIONS}"'
        f' xmlns="{OPERATIONS}"><GroupPolicyObject><SecurityGroups/><FilePaths/>'
        f"<GroupPolicyCoreSettings>{core}</GroupPolicyCoreSettings>"
        f'<GroupPolicyExtension bkp:ID="{REGISTRY}" bkp:DescName="Registry">'
        r'<FSObjectFile bkp:Path="%GPO_MACH_FSPATH%\registry.pol"'
        f' bkp:SourceExpandedPath="{sysvol}\\registry.pol" bkp:Location="DomainSysvol\\GPO\\Machine\\registry.pol"/>'
        "</GroupPolicyExtension></GroupPolicyObject></GroupPolicyBackupScheme>"
    )


def _report(backup: Backup, entries: Iterable[Entry]) -> str:
    """What GPMC shows of a backup; nothing is imported from it."""
    settings = "".join(
        f"<q1:RegistrySetting><q1:KeyPath>{escape(entry.key)}</q1:KeyPath><q1:AdmSetting>false</q1:AdmSetting>"
        f"<q1:Value><q1:Name>{escape(entry.name)}</q1:Name>{_shown(entry)}</q1:Value></q1:RegistrySetting>"
        for entry in entries
    )
    half = "<VersionDirectory>{0}</VersionDirectory><VersionSysvol>{0}</VersionSysvol><Enabled>{1}</Enabled>"
    return (
        f'<?xml version="1.0" encoding="utf-16"?><GPO xmlns="{SETTINGS}"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<Identifier><Identifier xmlns="{TYPES}">{_braced(backup.object_id)}</Identifier>'
        f'<Domain xmlns="{TYPES}">{escape(backup.domain)}</Domain></Identifier><Name>{escape(backup.name)}</Name>'
        f"<CreatedTime>{backup.at:%Y-%m-%dT%H:%M:%S}</CreatedTime>"
        f"<Computer>{half.format(1, 'true')}<ExtensionData>"
        f'<Extension xmlns:q1="{SETTINGS}/Registry" xsi:type="q1:RegistrySettings">{settings}</Extension>'
        f"<Name>Registry</Name></ExtensionData></Computer><User>{half.format(0, 'false')}</User></GPO>"
    )


def _shown(entry: Entry) -> str:
    match entry.type:
        case RegistryType.DWORD:
            return f"<q1:Number>{int.from_bytes(entry.data, 'little')}</q1:Number>"
        case RegistryType.SZ:
            return f"<q1:String>{escape(entry.data.decode('utf-16-le').rstrip(chr(0)))}</q1:String>"
        case _:
            return f"<q1:Binary>{entry.data.hex()}</q1:Binary>"


def _ace(kind: int, flags: int, body: bytes) -> bytes:
    """MS-DTYP 2.4.4.1."""
    return bytes((kind, flags)) + (4 + len(body)).to_bytes(2, "little") + body


def _sid(authority: int, number: int) -> bytes:
    """MS-DTYP 2.4.2.2, with one part."""
    return bytes((1, 1, 0, 0, 0, 0, 0, authority)) + number.to_bytes(4, "little")


def _descriptor() -> bytes:
    """Who may do what with an object, in names that mean the same in every domain (MS-DTYP 2.4.6).

    Import-GPO leaves the target's own permissions as they are; the place wants a value that can be read.
    """
    inherited = 0x02  # by what is in the object
    users, controllers, system, owner = _sid(5, 11), _sid(5, 9), _sid(5, 18), _sid(3, 0)
    apply_policy = UUID("edacfd8f-ffb3-11d1-b41d-00a0c968f939").bytes_le
    read, everything = (0x00020094).to_bytes(4, "little"), (0x000F00FF).to_bytes(4, "little")
    aces = (
        _ace(5, inherited, (0x0100).to_bytes(4, "little") + (1).to_bytes(4, "little") + apply_policy + users),
        _ace(0, inherited, read + controllers),
        _ace(0, inherited, read + users),
        _ace(0, inherited, everything + system),
        _ace(0, inherited | 0x08, everything + owner),
    )
    body = b"".join(aces)
    acl = bytes((4, 0)) + (8 + len(body)).to_bytes(2, "little") + len(aces).to_bytes(4, "little") + body
    head = bytes((1, 0)) + (0x9C04).to_bytes(2, "little") + bytes(12) + (20).to_bytes(4, "little")
    return head + acl


_SECURITY = _descriptor()
