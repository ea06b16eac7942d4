"""Android before its rules grew stricter: the common name counted until Android 9, SHA-1 until Android 10."""

from collections.abc import Iterable

from mailtrust.core.model.anchors import TrustAnchor
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.verdict import Reason
from mailtrust.core.validation.engines import checks_conscrypt
from mailtrust.core.validation.names.android import names_android
from mailtrust.core.validation.names.matching import host_or_address, last_common_name, whole_label

CHECKS_CONSCRYPT_7 = checks_conscrypt(frozenset({"md2", "md4", "md5"}))
"""google/conscrypt as of 2016-08: ChainStrengthAnalyzer (381c900a) refuses MD2, MD4 and MD5.

SHA-1 was added to the list by 1d6a0b84 (2018-04-13). The rest is as today.
"""


def names_android_7(leaf: Certificate, reference: str, anchor: TrustAnchor | None, /) -> Iterable[Reason]:
    """As today, and the last commonName of a certificate without dNSName.

    The lines stand in google/conscrypt OkHostnameVerifier (3869db7), commented out for Android bug 70278814.
    """
    reasons = tuple(names_android(leaf, reference, anchor))
    if not reasons or leaf.dns_names:
        return reasons
    return host_or_address(leaf, reference, host=whole_label, common_names=last_common_name)
