"""What is done on each device, once: reach the kit, install its root, add an account."""

from collections.abc import Mapping

from mailtrust.core.model.text import Text, text

PHONE_DNS = text("In the settings of the phone's Wi-Fi network, give {address} as the only DNS server.")
MOBILE_OFF = text(
    "Switch mobile data off, and Private DNS (or iCloud Private Relay) too: only the kit knows its names."
)
HOSTS_FILE = text("Add to the hosts file, as an administrator: {line}")
FORGET = text("When you are done: take root, account and DNS server away again.")
ACCOUNT = text(
    "Add an account by hand: any name, any password, IMAP server as the case says, port {imap} with TLS, SMTP server "
    "the same, port {smtp} with TLS. Where the program speaks Exchange, that server with port {https}."
)

ANDROID = (
    PHONE_DNS,
    MOBILE_OFF,
    text(
        "Load {page}root.crt in the browser and install it: Settings, Security, Encryption & credentials, Install a "
        "certificate, CA certificate."
    ),
    ACCOUNT,
)
IPHONE = (
    text("Settings, Wi-Fi, the network, Configure DNS, Manual: {address} as the only server."),
    MOBILE_OFF,
    text(
        "Load {page}root.mobileconfig in Safari; install it under Settings, General, VPN & Device Management; switch "
        "it on under General, About, Certificate Trust Settings."
    ),
    ACCOUNT,
)
WINDOWS = (
    HOSTS_FILE,
    text("Load {page}root.crt, then, as an administrator: certutil -addstore Root root.crt"),
    ACCOUNT,
    text(
        "For the Security Alert over HTTPS, add an Exchange account user@{domain}: Outlook asks autodiscover.{domain} "
        "by itself."
    ),
)
MAC = (
    HOSTS_FILE,
    text("Load {page}root.crt, open it in Keychain Access, System, and set it to Always Trust."),
    ACCOUNT,
)
LINUX = (
    HOSTS_FILE,
    text("openssl s_client -connect HOST:{imap} -verify_hostname HOST -verify_return_error -CAfile root.pem"),
)

MAIL_SERVER = (HOSTS_FILE, text("Send a message to user@{domain}; the kit takes it on port {mx}, without any login."))

STEPS: Mapping[str, tuple[Text, ...]] = {
    "gmail-android": ANDROID,
    "apple-mail-ios": IPHONE,
    "apple-mail-macos": MAC,
    "outlook-mac": MAC,
    "outlook-windows": WINDOWS,
    "dotnet-windows": WINDOWS[:2],
    "mailstore-addin": WINDOWS[:2],
    "thunderbird": (*WINDOWS[:2], ACCOUNT),
    "openssl": LINUX,
    "mta-opportunistic": MAIL_SERVER,
    "mta-verified": MAIL_SERVER,
}
"""By client, whatever its version."""
