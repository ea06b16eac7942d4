"""Every key of [NewRequest]: its values, what Windows does with it, and what mailtrust does. One table for all readers.

Source: Microsoft's reference page of certreq (windowsserverdocs, certreq_1.md, 2025), and "Appendix 3: Certreq.exe
Syntax" (Windows Server 2003) for the two keys that the page has dropped.
"""

from collections.abc import Mapping
from types import MappingProxyType

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.text import Text, text

_BOOL = "TRUE | FALSE"
_NOT_HERE = text("nothing: the key is a file, not in a Windows store")


@frozen
class Key:
    """One key of [NewRequest]."""

    name: str
    values: str
    """What may stand behind the equals sign, for people."""
    windows: Text
    here: Text


_ALL = (
    Key(
        "Subject",
        '"CN=host, O=..., C=DE"',
        text("the subject's X.500 name, in the order written; one line, in quotes"),
        text("the same name, PrintableString where it fits, else UTF-8"),
    ),
    Key(
        "X500NameFlags",
        "0x40000000 | CERT_NAME_STR_...",
        text("how Subject is split: which separators count, whether quotes do, whether the order is turned round"),
        text("obeys those of separators, quotes, plus signs and order; text is UTF-8 anyway"),
    ),
    Key(
        "SubjectNameFlags",
        "CT_FLAG_... | template",
        text("fills subject and names from the directory's entry of the computer or user"),
        text("refuses it: there is no directory here"),
    ),
    Key(
        "HashAlgorithm",
        "sha256 | sha384 | sha512 | sha1 | md5",
        text("the hash of the signature; without the key, older Windows signs with SHA-1"),
        text("signs with it; SHA-256 without the key; md4 and md2 are refused"),
    ),
    Key(
        "KeyAlgorithm",
        "RSA | ECDSA_P256 | ECDSA_P384 | ECDSA_P521 | ECDH_P... | DSA | DH",
        text("the kind of key; RSA without the key. The elliptic ones need a key storage provider"),
        text("makes RSA and elliptic keys; DSA and DH are refused, no client of today speaks TLS with them"),
    ),
    Key(
        "KeyLength",
        "2048",
        text("bits of the key; 2048 without the key"),
        text("makes RSA keys of 1024 to 8192 bits; elliptic keys have the length of their curve"),
    ),
    Key(
        "KeySpec",
        "AT_NONE (0) | AT_KEYEXCHANGE (1) | AT_SIGNATURE (2)",
        text("how an older provider may use the key: Schannel and Exchange need 1; keys of newer providers have 0"),
        text("warns where servers for mail need another one"),
    ),
    Key(
        "KeyUsage",
        '0xa0 | "CERT_..._KEY_USAGE | ..."',
        text("the keyUsage extension, critical: 0x80 digitalSignature, 0x20 keyEncipherment, ..."),
        text("writes the same extension, critical; none without the key"),
    ),
    Key(
        "KeyUsageProperty",
        "NCRYPT_ALLOW_..._FLAG",
        text("what a newer provider allows the key to do"),
        _NOT_HERE,
    ),
    Key(
        "KeyProtection",
        "NCRYPT_UI_..._FLAG",
        text("whether a newer provider asks a person before it uses the key; a service cannot answer"),
        _NOT_HERE,
    ),
    Key(
        "Exportable",
        _BOOL,
        text("whether the key may leave the store as a PFX; never together with UseExistingKeySet"),
        text("the files hold the key either way"),
    ),
    Key(
        "ExportableEncrypted",
        _BOOL,
        text("whether the key may leave the store, encrypted only"),
        text("the files hold the key either way; give --password-file"),
    ),
    Key(
        "KeyContainer",
        "name",
        text("the name of the key in its store; needed for an existing key only"),
        text("refuses it together with UseExistingKeySet; else the new key is in a file"),
    ),
    Key(
        "FriendlyName",
        "text",
        text("what consoles call the certificate; no part of it"),
        text("writes it into the PFX"),
    ),
    Key(
        "MachineKeySet",
        _BOOL,
        text("TRUE puts the key into the computer's store, where services find it; FALSE (default) into the user's"),
        text("warns unless it is TRUE"),
    ),
    Key(
        "SMIME",
        _BOOL,
        text("TRUE adds the S/MIME capabilities, which servers do not need; some providers do it without being asked"),
        text("TRUE adds the extension 1.2.840.113549.1.9.15; none without the key"),
    ),
    Key(
        "PrivateKeyArchive",
        _BOOL,
        text("sends the private key to the CA, with RequestType = CMC only"),
        text("refuses TRUE: a private key goes nowhere"),
    ),
    Key(
        "EncryptionAlgorithm",
        "name",
        text("the cipher of an archived key"),
        text("nothing: no key is archived"),
    ),
    Key(
        "EncryptionLength",
        "number",
        text("the cipher's length for an archived key"),
        text("nothing: no key is archived"),
    ),
    Key(
        "UseExistingKeySet",
        _BOOL,
        text("TRUE takes the key of KeyContainer or RenewalCert instead of a new one"),
        text("refuses TRUE: the key is in a Windows store"),
    ),
    Key(
        "RenewalCert",
        "thumbprint",
        text("the certificate that is renewed; with RequestType PKCS7 or CMC"),
        text("refuses it: the certificate is in a Windows store"),
    ),
    Key(
        "RequesterName",
        "DOMAIN\\user",
        text("for whom it is asked; ignored with PKCS10"),
        text("nothing: PKCS#10 has no place for it"),
    ),
    Key(
        "ProviderName",
        '"Microsoft RSA SChannel Cryptographic Provider"',
        text("the provider that makes and keeps the key; `certutil -csplist` lists them"),
        text("warns where Exchange or MailStore need another one; the key is made by OpenSSL"),
    ),
    Key(
        "ProviderType",
        "12",
        text("the older provider's type: 12 Schannel, 24 RSA and AES, 1 RSA"),
        text("warns where it does not go with the provider's name"),
    ),
    Key(
        "RequestType",
        "PKCS10 | PKCS7 | CMC | Cert",
        text("what is made: a request for a CA, or (Cert) a self-signed certificate that is installed at once"),
        text("PKCS10: a .csr and its key; Cert: certificate, key and PFX as files; PKCS7 and CMC are refused"),
    ),
    Key(
        "SecurityDescriptor",
        "SDDL",
        text("who may use the computer's key"),
        text("nothing: key files are for their owner alone (mode 0600)"),
    ),
    Key(
        "AlternateSignatureAlgorithm",
        _BOOL,
        text("TRUE signs with RSASSA-PSS, which older mail clients do not know"),
        text("signs so too, and warns"),
    ),
    Key(
        "Silent",
        _BOOL,
        text("TRUE: the provider may not ask anything"),
        text("nothing: nothing is asked"),
    ),
    Key(
        "SuppressDefaults",
        _BOOL,
        text("TRUE leaves out the extensions that are not in the file, such as the key identifier"),
        text("TRUE leaves out the key identifier"),
    ),
    Key(
        "NotBefore",
        '"1 January 2027 8:00"',
        text("from when a certificate is valid, with RequestType = Cert; in the server's language and time zone"),
        text("the same, in UTC; the month as an English word, or 2027-01-31"),
    ),
    Key(
        "NotAfter",
        '"31 December 2028"',
        text("until when, with RequestType = Cert; not together with ValidityPeriod"),
        text("the same, in UTC; the month as an English word, or 2027-01-31"),
    ),
    Key(
        "ValidityPeriod",
        "Years | Months | Weeks | Days | Hours | Minutes | Seconds",
        text("the unit of the lifetime, with RequestType = Cert; a CA goes by its template instead"),
        text("the same, by the calendar"),
    ),
    Key(
        "ValidityPeriodUnits",
        "number",
        text("how many of them, with RequestType = Cert"),
        text("the same; one year where nothing is said"),
    ),
    Key(
        "UserProtected",
        _BOOL,
        text("TRUE asks a person whenever the key is used: a service that needs it stands still"),
        text("warns of TRUE"),
    ),
    Key(
        "EncipherOnly",
        _BOOL,
        text("a setting of Windows Server 2003 for keys that encrypt only"),
        text("nothing"),
    ),
)

KEYS: Mapping[str, Key] = MappingProxyType({key.name.lower(): key for key in _ALL})
"""By lower-case name, in the order of Microsoft's page."""

SECTIONS: Mapping[str, Text] = MappingProxyType(
    {
        "version": text("says that it is an INF file; nothing in it matters to the certificate"),
        "strings": text("names for values, which stand between percent signs elsewhere"),
        "newrequest": text("the request itself"),
        "enhancedkeyusageextension": text("what the certificate is for: one OID = line for each purpose"),
        "extensions": text("extensions by their OIDs"),
        "requestattributes": text("what is told to the CA beside the request: the template"),
        "basicconstraintsextension": text("whether it may issue certificates, and how deep: PathLength, Critical"),
        "policystatementextension": text("certificate policies: Policies = names of sections with OID, Notice, URL"),
    }
)
"""The sections that are read, by lower-case name."""

OF_THE_CA = frozenset(
    {
        "certsrv_server",
        "certificationauthority",
        "crldistributionpoint",
        "authorityinformationaccess",
        "nameconstraintsextension",
        "crosscertificatedistributionpointsextension",
        "applicationpolicystatementextension",
        "applicationpolicymappings",
        "applicationpolicyconstraintsextension",
        "policymappingsextension",
        "policyconstraintsextension",
    }
)
"""Sections of a CA's own CAPolicy.inf, or of `certreq -policy`: they say nothing about a server's certificate."""
