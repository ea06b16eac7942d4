"""Real clients that say yes or no to a server, each asked on the port itself."""

from mailtrust.lab.oracles.gnutls import ask_gnutls
from mailtrust.lab.oracles.java import JavaOracle
from mailtrust.lab.oracles.openssl import ask_openssl
from mailtrust.lab.oracles.question import OPENSSL_DIALOGUES, Answer, OracleError, Question

__all__ = [
    "OPENSSL_DIALOGUES",
    "Answer",
    "JavaOracle",
    "OracleError",
    "Question",
    "ask_gnutls",
    "ask_openssl",
]
