"""Java's roots, approximated from Mozilla's.

Temurin builds its cacerts from Mozilla's list, Debian, Ubuntu, Fedora and Red Hat give Java the system's, which is
Mozilla's too. Oracle's own list, in Oracle's and Amazon's builds, is another one. What every build has in its code are
the dates of sun.security.validator.CADistrustPolicy, which count whatever cacerts holds. A Java that is installed on
this machine is not looked at: it is not the one of the clients.
"""

from datetime import UTC, datetime

from mailtrust.core.model.anchors import AnchorStore
from mailtrust.edge.anchors.approximation import approximate
from mailtrust.edge.anchors.known_roots import AFFIRMTRUST, CAMERFIRMA, CHUNGHWA_EPKI, ENTRUST

NAME = "java"

# openjdk/jdk src/java.base/share/classes/sun/security/validator/CADistrustPolicy.java (33d85e2): TLS certificates
# issued after these days are refused. The Symantec family (2019-04-16) is in no list of today.
DISTRUST_AFTER = {
    **dict.fromkeys((*ENTRUST, *AFFIRMTRUST), datetime(2024, 11, 11, 23, 59, 59, tzinfo=UTC)),
    **dict.fromkeys(CAMERFIRMA, datetime(2025, 4, 15, 23, 59, 59, tzinfo=UTC)),
    CHUNGHWA_EPKI: datetime(2026, 3, 17, 23, 59, 59, tzinfo=UTC),
}


def load() -> AnchorStore:
    """Java's store."""
    return approximate(
        NAME,
        "what Temurin and Linux distributions give Java; Oracle's and Amazon's builds have a list of their own that "
        "lacks some of these roots. With the distrust dates that OpenJDK has in its code.",
        distrust_after=DISTRUST_AFTER,
    )
