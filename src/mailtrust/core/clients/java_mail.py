"""Programs on Angus Mail, Jakarta Mail and JavaMail."""

from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import grounds
from mailtrust.core.clients.engines.jsse import JSSE
from mailtrust.core.model.client import Citation
from mailtrust.core.model.since import Since
from mailtrust.core.model.verdict import Basis
from mailtrust.core.validation.names.java import names_java_off

PROFILE = replace(JSSE, id="java-mail", title="Java mail programs", versions="JDK 17 with Angus Mail 1.0 or later")

VERSIONS = (
    *(
        replace(
            PROFILE,
            id=f"java-mail@{jdk}",
            title=f"Java mail programs (JDK {jdk})",
            versions=f"JDK {update} and later with Angus Mail 1.0 or later",
            # Names: BetterTLS. Sizes and hashes: java.security of each. The rest is taken to be as in 17.
            basis=Basis.DOCUMENT,
        )
        for jdk, update in (("8", "8u292"), ("11", "11.0.11"))
    ),
    replace(PROFILE, id="java-mail@17", title="Java mail programs (JDK 17)"),
    replace(
        PROFILE,
        id="java-mail@1.6",
        title="Java mail programs (JavaMail 1.6)",
        versions="JavaMail 1.x and Jakarta Mail 2.0: no identity check unless a property asks for it",
        name_rules=names_java_off,
        citations=(
            *JSSE.citations,
            Citation(
                "eclipse-ee4j/angus-mail:doc/src/main/resources/docs/SSLNOTES.txt (fa31e0c)",
                "mail.<protocol>.ssl.checkserveridentity was off",
            ),
        ),
        basis_of=grounds((codes.DISTRUSTED, Basis.SOURCE), (codes.NAME, Basis.DOCUMENT)),
    ),
)

DISTRUST = "openjdk/jdk:src/java.base/share/classes/sun/security/validator/CADistrustPolicy.java (33d85e2)"

SINCE = (
    Since(
        "Angus Mail 1.0.0",
        "the server's name is compared",
        "eclipse-ee4j/angus-mail:doc/release/CHANGES.txt (29c2825); before: SSLNOTES.txt (fa31e0c)",
    ),
    Since("8u291, 11.0.11, 16", "TLS 1.2 at least", "recalled: jdk.tls.disabledAlgorithms, 2021-04"),
    Since("leaves from 2019-04-17 on", "Symantec's roots are distrusted", DISTRUST),
    Since("leaves from 2024-11-12 on", "Entrust's roots are distrusted", DISTRUST),
    Since("leaves from 2025-04-16 on", "Camerfirma's roots are distrusted", DISTRUST),
    Since("leaves from 2026-03-18 on", "Chunghwa's ePKI root is distrusted", DISTRUST),
)
