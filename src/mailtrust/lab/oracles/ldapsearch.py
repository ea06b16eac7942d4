"""OpenLDAP's client, as Debian builds it on GnuTLS, with a name check of its own."""

from mailtrust.core.model.endpoint import Protocol
from mailtrust.lab.oracles.engine import ByCommand, Engine
from mailtrust.lab.oracles.question import Answer, OracleError, Question
from mailtrust.lab.oracles.running import line_with, run


async def ask_ldapsearch(question: Question) -> Answer:
    """What ldapsearch says; `-d 1` makes it tell why."""
    command = ["ldapsearch", "-x", "-d", "1", "-H", f"ldaps://{question.authority}", "-b", "", "-s", "base"]
    status, output = await run(
        command, more_environment={"LDAPTLS_CACERT": str(question.roots), "LDAPTLS_REQCERT": "demand"}
    )
    if status == 0:
        return Answer(accepted=True, words="")
    if "TLS:" not in output:
        raise OracleError(f"ldapsearch did not get as far as TLS: {line_with(output, 'ldap_')}")
    return Answer(accepted=False, words=line_with(output, "TLS:"))


ENGINE = Engine(
    id="ldapsearch",
    title="ldapsearch",
    testifies_for=(),
    how="`LDAPTLS_REQCERT=demand ldapsearch` on ldaps",
    packages=("ldap-utils",),
    make=lambda _folder, _parts: ByCommand(ask_ldapsearch, ("ldapsearch", "-VV"), "OpenLDAP"),
    protocol=Protocol.LDAP,
)
