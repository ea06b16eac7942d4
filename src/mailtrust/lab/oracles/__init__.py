"""Real clients that say yes or no to a server, each asked on the port itself.

`ENGINES` are those of which answers are recorded, those that testify for a profile first.
"""

from mailtrust.lab.oracles import (
    chromium,
    conscrypt,
    curl,
    dotnet,
    fetchmail,
    firefox,
    gnutls,
    golang,
    java,
    ldapsearch,
    mbsync,
    msmtp,
    node,
    openssl,
    postfix,
    swaks,
    thunderbird,
    tstclnt,
)
from mailtrust.lab.oracles.engine import Engine, Oracle
from mailtrust.lab.oracles.gnutls import ask_gnutls
from mailtrust.lab.oracles.java import JavaOracle
from mailtrust.lab.oracles.openssl import ask_openssl
from mailtrust.lab.oracles.question import OPENSSL_DIALOGUES, Answer, OracleError, Question

__all__ = [
    "ENGINES",
    "OPENSSL_DIALOGUES",
    "Answer",
    "Engine",
    "JavaOracle",
    "Oracle",
    "OracleError",
    "Question",
    "ask_gnutls",
    "ask_openssl",
]

ENGINES: tuple[Engine, ...] = (
    openssl.LEVEL_2,
    gnutls.ENGINE,
    chromium.ENGINE,
    firefox.ENGINE,
    thunderbird.ENGINE,
    java.ENGINE,
    conscrypt.CURRENT,
    postfix.SECURE,
    postfix.MAY,
    postfix.DANE,
    openssl.LEVEL_1,
    conscrypt.UPCOMING,
    curl.ENGINE,
    tstclnt.ENGINE,
    golang.ENGINE,
    node.ENGINE,
    dotnet.ENGINE,
    mbsync.ENGINE,
    msmtp.ENGINE,
    fetchmail.ENGINE,
    swaks.ENGINE,
    ldapsearch.ENGINE,
)
