"""Sentences that several findings share: what a user may safely do, and which kind of certificate suits whom."""

from mailtrust.core.model.text import text

NOT_PAST_THE_WARNING = text(
    "Do not press on past a warning and do not type your password behind one; "
    "wait until your administrator says that it is mended."
)

NOTHING_TO_DO = text("You need not do anything.")

THREE_KINDS = text(
    "There are three kinds of certificate. From a public CA: every client trusts it already, it asks nothing of them; "
    "by ACME it costs nothing, so it suits small organisations, and large ones for whatever phones, guests and "
    "strangers reach. From your own CA: its root must be brought to every client first (group policy, device "
    "management, each Java and Firefox); that pays for middle and large organisations whose devices are all managed, "
    "and for internal names, which no public CA certifies. Self-signed: each client must be given this very "
    "certificate, and again at every renewal; that suits a test or one server with a handful of clients, and some "
    "programs, such as the Dynamics CRM E-mail Router (.NET), do not work with it."
)
"""Which of the three kinds of certificate suits which organisation, and what each asks of clients."""
