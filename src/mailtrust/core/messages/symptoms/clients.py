"""One client accepts the server and another does not."""

from mailtrust.core.messages.causes import likely, possible, rare
from mailtrust.core.messages.symptoms.symptom import Symptom
from mailtrust.core.model.text import text

_NO_PROOF = text(
    "That it works in Outlook, Chrome or Edge proves nothing about the chain: they download what the server does not "
    "send. Phones, Java, Linux programs and other mail servers do not."
)

SYMPTOMS = (
    Symptom(
        "outlook-not-phone",
        text("Works in Outlook, fails on the phone"),
        (
            ("outlook", "works", "phone|gmail", "fails"),
            ("outlook", "phone|gmail", "fails", "certificate"),
            ("works", "phone|gmail", "fails", "certificate"),
        ),
        (
            *likely("chain-incomplete"),
            *possible("anchor-unknown", "self-signed", "addresses-disagree", "name-only-in-common-name"),
            *rare("ports-disagree", "signature-weak", "tls-version-old"),
        ),
        (
            _NO_PROOF,
            text(
                "Where a load balancer or reverse proxy stands in front, it sends a chain of its own: the intermediate "
                "belongs there, not only on Exchange."
            ),
        ),
        ("gmail-android", "apple-mail-ios", "outlook-windows"),
        (
            "mailtrust check {target} --client gmail-android,apple-mail-ios,outlook-windows",
            "mailtrust bundle {target} --for kemp -o chain.pem",
        ),
    ),
    Symptom(
        "outlook-mobile-certificate",
        text("Outlook on the phone, or the new Outlook, reports a certificate error"),
        (("outlook-mobile|new-outlook", "certificate", "fails"),),
        (
            *likely("chain-incomplete", "self-signed", "anchor-unknown", "name-mismatch"),
            *possible("expired"),
            *possible(
                "tls-not-offered",
                why=text(
                    "On IMAP with STARTTLS (port 143) Outlook mobile sends STARTTLS twice and calls the failure a "
                    "certificate error. Try port 993 before the certificate is blamed."
                ),
            ),
        ),
        (
            text(
                "Microsoft's servers connect, not the phone: what was installed on the device does not count, and a "
                "server that can be reached from the company network only is out of reach."
            ),
        ),
        ("outlook-mobile",),
    ),
    Symptom(
        "browser-not-programs",
        text("Opens in the browser, fails in programs"),
        (("browser", "works", "linux|thunderbird", "fails"),),
        (*likely("chain-incomplete"), *possible("anchor-unknown", "tls-intercepted"), *rare("name-mismatch")),
        (_NO_PROOF,),
        ("openssl", "java-mail", "thunderbird", "chrome"),
    ),
    Symptom(
        "not-firefox-chrome",
        text("Windows programs accept it, Firefox or Chrome does not"),
        (
            ("certificate", "fails", "firefox", "chrome"),
            ("outlook", "works", "firefox", "fails"),
            ("self-signed", "firefox|chrome", "fails"),
        ),
        (
            *likely(
                "name-only-in-common-name",
                why=text(
                    "The certificate has no subjectAltName: Firefox, Chrome and Edge read nothing else, Windows "
                    "programs take the common name. MailStore's own certificate and many home-made ones are so."
                ),
            ),
            *possible("self-signed", "anchor-unknown", "chain-incomplete"),
            *rare("ct-missing", "validity-too-long"),
        ),
        (
            text(
                "Firefox trusts what Windows trusts since version 120; before, or where it was switched off, set "
                "security.enterprise_roots.enabled."
            ),
        ),
        ("firefox", "chrome", "outlook-windows"),
    ),
    Symptom(
        "old-devices",
        text("Only old devices fail"),
        (("old-device", "fails"), ("old-device", "certificate")),
        (
            *likely(
                "anchor-unknown",
                why=text(
                    "The CA's root is younger than the device's store: Android knows ISRG Root X1 (Let's Encrypt) "
                    "since 7.1.1, Java since 8u141. A cross-signed chain can help, or nothing."
                ),
            ),
            *possible("tls-version-old", "sni-needed"),
            *rare("chain-expired-issuer", "key-usage-wrong"),
        ),
        (),
        ("gmail-android@api24", "gmail-android"),
    ),
    Symptom(
        "sometimes",
        text("Works sometimes, or for some"),
        (("sometimes", "certificate", "fails|works|warning"), ("sometimes", "works", "fails", "outlook|phone|browser")),
        (
            *likely("addresses-disagree", "chain-incomplete"),
            *possible("ports-disagree", "tls-intercepted"),
            *rare("sni-needed", "chain-expired-issuer"),
        ),
        (
            text(
                "Android and Mozilla's programs remember intermediates that another server sent: the same incomplete "
                "chain works until the memory is empty."
            ),
        ),
        (),
        ("mailtrust check {target}", "mailtrust check {target} --also ADDRESS-OF-EACH-SERVER"),
    ),
    Symptom(
        "virus-scanner",
        text("A virus scanner or inspecting proxy is involved"),
        (("scanner", "certificate"), ("scanner", "outlook|thunderbird", "fails|warning")),
        (*likely("tls-intercepted"), *possible("chain-incomplete", "extended-protection-mismatch")),
        (text("Check from a machine without it: the issuer that is shown there is the server's own."),),
    ),
    Symptom(
        "iphone-after-renewal",
        text("After a renewal the iPhone no longer lets its user go on"),
        (("iphone", "renewal", "fails|accept"),),
        (
            *likely(
                "self-signed",
                why=text(
                    "An exception that was stored for the old certificate does not count for the new one; a "
                    "self-signed certificate must be accepted anew, or its account be set up again."
                ),
            ),
            *likely("name-mismatch", "chain-incomplete"),
            *possible("validity-too-long", "anchor-unknown", "expired"),
        ),
        (),
        ("apple-mail-ios",),
    ),
    Symptom(
        "thunderbird-setup",
        text("Thunderbird does not find the server while an account is set up"),
        (("thunderbird", "setup", "not-found"), ("thunderbird", "setup", "fails", "certificate")),
        (
            *likely("autoconfig-certificate", "chain-incomplete"),
            *possible("self-signed", "name-mismatch", "anchor-unknown"),
            *rare("autodiscover-not-found"),
        ),
        (
            text(
                "While it guesses, Thunderbird passes over a server with a bad certificate without a word: the right "
                "host looks as if it were not there."
            ),
        ),
        ("thunderbird",),
        (
            "mailtrust check {target} --client thunderbird",
            "mailtrust check https://autoconfig.{domain} --client thunderbird",
        ),
    ),
    Symptom(
        "mailstore-warning",
        text("MailStore Web Access or the Outlook add-in warns"),
        (
            ("mailstore", "warning|fails", "certificate"),
            ("mailstore", "self-signed"),
            ("mailstore", "warning"),
        ),
        (
            *likely("self-signed", "name-mismatch"),
            *likely(
                "name-only-in-common-name",
                why=text(
                    "MailStore's generated certificate has no subjectAltName: Windows takes its common name, Firefox, "
                    "Chrome and Edge refuse it whatever is trusted."
                ),
            ),
            *possible("anchor-unknown", "expired"),
        ),
        (
            text(
                "The certificate that MailStore makes for itself is issued to MailStoreServer; either call the server "
                "so, or make one with its real names (and as subjectAltName), and bring it to the clients."
            ),
        ),
        ("mailstore-addin", "firefox", "chrome"),
        ("mailtrust check https://{host}:8462 --client mailstore-addin,firefox,chrome",),
    ),
    Symptom(
        "crm-router",
        text("The Dynamics CRM E-mail Router cannot reach Exchange"),
        (("crm", "self-signed"), ("crm", "certificate", "fails"), ("crm", "exchange", "fails")),
        (
            *likely("self-signed", "name-mismatch"),
            *possible("anchor-unknown", "expired", "chain-incomplete"),
            *rare("tls-version-old"),
        ),
        (
            text(
                "Compare the URL in the router's incoming profile with the names in the certificate that Exchange "
                "shows: mailtrust explain ... --url URL --cert FILE does it."
            ),
        ),
        ("dotnet-windows",),
        ("mailtrust check https://{host} --client dotnet-windows",),
    ),
)
