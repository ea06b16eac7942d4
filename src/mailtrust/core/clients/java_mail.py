"""Programs on Angus Mail, Jakarta Mail and JavaMail."""

from dataclasses import replace

from mailtrust.core.clients.engines import codes
from mailtrust.core.clients.engines.citing import grounds
from mailtrust.core.clients.engines.jsse import JSSE
from mailtrust.core.model.client import Citation
from mailtrust.core.model.verdict import Basis
from mailtrust.core.validation.names import names_java_off

PROFILE = replace(JSSE, id="java-mail", title="Java mail programs", versions="JDK 17 with Angus Mail 1.0 or later")

VERSIONS = (
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
