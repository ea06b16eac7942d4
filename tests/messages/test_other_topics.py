"""Texts about other things are not explained: honesty before helpfulness."""

# ruff: noqa: RUF001 - people's own quotation marks and commas

import pytest

from mailtrust.core.messages.explain import explain

OTHERS = """
connection timed out while reading mailbox quota
550 5.1.1 The email account that you tried to reach does not exist
552 5.2.2 Mailbox full
Your message could not be delivered: the recipient's mailbox is full and can't accept messages now
535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6
LOGIN failed: invalid credentials
The server refused to accept your password. Please try again
554 5.7.1 Service unavailable; client host blocked using Spamhaus
451 4.7.1 Greylisting in action, please come back later
Relay access denied
Host or domain name not found. Name service error for name=example.com type=MX
Connection refused by server on port 25
The operation timed out waiting for a response from the receiving (POP) server
Cannot open your default e-mail folders. The information store could not be opened
Cannot start Microsoft Outlook. Cannot open the Outlook window.
Outlook is not responding
Outlook cannot open this attachment on my phone
The attachment size exceeds the allowable limit
Die Nachricht konnte nicht zugestellt werden, weil das Postfach des Empfängers voll ist
Der Server antwortet nicht. Bitte versuchen Sie es später erneut
La boîte aux lettres du destinataire est pleine
Impossible d'ouvrir la pièce jointe
El buzón del destinatario está lleno
No se puede abrir el archivo adjunto
邮箱已满，无法接收新邮件
密码错误，请重新输入
无法打开附件
DKIM signature verification failed: body hash did not verify
SPF check failed: domain does not designate permitted sender
DMARC policy violation, message rejected
The S/MIME signature of this message is invalid
database is locked
No such file or directory
Permission denied (publickey)
disk quota exceeded
segmentation fault (core dumped)
kernel: Out of memory: Killed process 4242 (imap)
java.lang.NullPointerException at com.example.Mail.send(Mail.java:42)
java.net.ConnectException: Connection refused
System.Net.Sockets.SocketException: No connection could be made because the target machine actively refused it
The remote server returned an error: (401) Unauthorized.
The remote name could not be resolved: 'mail.example.com'
The underlying connection was closed: The connection was closed unexpectedly.
HTTP Error 503. The service is unavailable.
404 Not Found
The page cannot be displayed
The trust relationship between this workstation and the primary domain failed
This site can't be reached
ERR_CONNECTION_REFUSED
ERR_NAME_NOT_RESOLVED
DNS_PROBE_FINISHED_NXDOMAIN
Your session has expired, please log in again
Your license has expired
Your password has expired
The subscription will expire soon
The calendar invitation could not be sent
could not connect to server: network is unreachable
Event ID 12014 printer spooler started
The printer driver is not trusted
Windows cannot verify the digital signature for this file
the backup job failed because the target path does not exist
hello world
how do I renew my driving licence
The name of the folder is invalid
Your connection was interrupted
Unable to connect to the proxy server
Security update available
The certificate of attendance will be sent by mail
gift certificate code invalid
I lost my phone, Outlook works on my PC
What is the port for IMAP
mail server setup guide for beginners
replace the battery again
password is not accepted
exchange server is not reachable from outside
IMAP folder cannot be deleted
mail stuck in queue: recipient unknown
Statut entrant : Échec - la boîte aux lettres est pleine
error:0308010C:digital envelope routines::unsupported
SSL
x
0
"""


@pytest.mark.parametrize("given", OTHERS.strip().splitlines())
def test_other_topics_are_not_explained(given: str) -> None:
    explanation = explain(given)
    assert explanation.answers == (), [(a.speakers[0].id, a.quotes) for a in explanation.answers]


def test_a_whole_log_about_other_things_is_not_explained() -> None:
    log = "\n".join(
        f"Nov 21 12:{number // 60:02}:{number % 60:02} mx postfix/smtpd[{number}]: connect from "
        "unknown[192.0.2.{number}]; "
        f"NOQUEUE: reject: RCPT from unknown: 550 5.1.1 <user{number}@example.com>: Recipient address rejected"
        for number in range(200)
    )
    assert explain(log).answers == ()
