"""What one must know of a client's words beside their causes: above all what they hide."""

from collections.abc import Mapping

from mailtrust.core.model.text import Text, text

_BEHIND_ADVANCED = text(
    "The first page is the same for every cause; what stands behind Advanced says a little more. Only “Certificate not "
    "trusted” is known: there it is the chain, not the date and not the name."
)
_ONE_AT_A_TIME = text("Only one fault is reported, though there may be several: mend it, and the next may show itself.")
_FORGETFUL = text(
    "Yes goes on this once: the choice is not kept, and the warning comes back with the next Autodiscover run or "
    "restart. No makes Autodiscover fail, and with it Out of Office and free/busy."
)
_WHICH_HOST = text(
    "Outlook speaks to several servers by itself (Autodiscover, address book, calendars). The host named in the "
    "warning's title may be another than the mail server."
)

REMARKS: Mapping[str, tuple[Text, ...]] = {
    "gmail-android": (_BEHIND_ADVANCED,),
    "outlook-windows": (_FORGETFUL, _WHICH_HOST),
    "outlook-mac": (
        text(
            "Not to be taken literally: Outlook for Mac speaks of an intermediate or root that cannot be found also "
            "when the certificate merely lacks the name."
        ),
    ),
    "apple-mail-ios": (
        text(
            "The dialog does not say what is wrong. Details shows the certificate; after a renewal an exception that "
            "was stored for the old one no longer counts."
        ),
    ),
    "apple-mail-macos": (text("The dialog does not say what is wrong; Show Certificate does, in one red line."),),
    "thunderbird": (
        text(
            "Thunderbird folds every fault of trust into one line: an unknown issuer, a missing intermediate and a "
            "self-signed certificate read the same."
        ),
        _ONE_AT_A_TIME,
    ),
    "firefox": (_ONE_AT_A_TIME,),
    "chrome": (_ONE_AT_A_TIME,),
    "edge": (_ONE_AT_A_TIME,),
    "dotnet-windows": (
        text(
            "The sentence is the same for a wrong name and for a bad chain; only SslPolicyErrors, which the program "
            "may have logged, tells them apart."
        ),
        text(
            "A service runs under an account of its own: a root that was added for one user does not help it. It "
            "belongs in the machine's store, and downloads must get through without that user's proxy."
        ),
    ),
    "mailstore-addin": (
        text(
            "The add-in and Web Access follow Windows: MailStore's generated certificate is trusted by nobody at first."
        ),
    ),
    "java-mail": (
        text("JavaMail before Angus Mail 1.0 compares no names unless mail.PROTOCOL.ssl.checkserveridentity is set."),
    ),
    "openssl": (
        text(
            "20 at depth 0, followed by 21, is a missing intermediate; 19 is a private root that was sent along; 18 is "
            "a lone self-signed certificate."
        ),
    ),
    "mta-verified": (
        text("The reason stands in the sender's log, in the lines before; the mail itself waits in its queue."),
    ),
}
