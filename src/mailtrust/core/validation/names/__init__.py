"""NameRules: how each engine compares the name it was told with the names in the certificate."""

from mailtrust.core.validation.names.android import names_android, names_k9
from mailtrust.core.validation.names.browsers import names_apple, names_chromium, names_mozilla
from mailtrust.core.validation.names.gecko_95 import names_gecko_95
from mailtrust.core.validation.names.gnutls import names_gnutls
from mailtrust.core.validation.names.java import names_java_https, names_java_ldaps, names_java_off
from mailtrust.core.validation.names.matching import NAME_CODES
from mailtrust.core.validation.names.openssl import names_openssl, names_postfix
from mailtrust.core.validation.names.rfc9525 import names_rfc9525
from mailtrust.core.validation.names.webpki import names_webpki
from mailtrust.core.validation.names.windows import names_outlook_2007, names_windows

__all__ = [
    "NAME_CODES",
    "names_android",
    "names_apple",
    "names_chromium",
    "names_gecko_95",
    "names_gnutls",
    "names_java_https",
    "names_java_ldaps",
    "names_java_off",
    "names_k9",
    "names_mozilla",
    "names_openssl",
    "names_outlook_2007",
    "names_postfix",
    "names_rfc9525",
    "names_webpki",
    "names_windows",
]
