"""What is fuzzed, a family a file."""

from tests.fuzz.target import Target
from tests.fuzz.targets.case_files import CASE_FILE
from tests.fuzz.targets.certificates import CERTIFICATE, ELEMENTS
from tests.fuzz.targets.configurations import (
    DOVECOT_CONFIGURATION,
    EXIM_CONFIGURATION,
    POSTFIX_CONFIGURATION,
    SLAPD_CONFIGURATION,
)
from tests.fuzz.targets.containers import CONTAINER, SEALED
from tests.fuzz.targets.dialogues import DIRECTORY, IMAP, LDAP, LMTP, POP3, SIEVE, SMTP
from tests.fuzz.targets.discovery import DOCUMENT, HOST, RECORD
from tests.fuzz.targets.exchange_exports import EXCHANGE_BINARY, EXCHANGE_CLIXML, EXCHANGE_JSON, EXCHANGE_TEXT
from tests.fuzz.targets.files import ORGANISATION_FILE, REQUEST_FILE
from tests.fuzz.targets.formats import CATALOGUE, CCADB_TABLE, TRUST_LIST, VERIFY_LINE, WORD
from tests.fuzz.targets.judging import DOCUMENTS, JUDGING
from tests.fuzz.targets.load_master import LOAD_MASTER
from tests.fuzz.targets.lookups import DNS_ANSWER, HTTP_ANSWER, ISSUERS
from tests.fuzz.targets.messages import MESSAGE
from tests.fuzz.targets.policies import POLICY_FILE
from tests.fuzz.targets.protocol_logs import PROTOCOL_LOG
from tests.fuzz.targets.requests import CERTIFICATE_REQUEST, JOURNAL, STATE_REQUEST
from tests.fuzz.targets.revocation import OCSP_ANSWER, REVOCATION_LIST
from tests.fuzz.targets.tls import GLANCE, HANDSHAKE, TLS_RECORDS
from tests.fuzz.targets.web_configurations import (
    APACHE_CONFIGURATION,
    COURIER_CONFIGURATION,
    CYRUS_CONFIGURATION,
    HAPROXY_CONFIGURATION,
    NGINX_CONFIGURATION,
)

TARGETS: tuple[Target, ...] = (
    CERTIFICATE,
    ELEMENTS,
    REVOCATION_LIST,
    OCSP_ANSWER,
    CERTIFICATE_REQUEST,
    STATE_REQUEST,
    JOURNAL,
    CONTAINER,
    SEALED,
    SMTP,
    LMTP,
    IMAP,
    POP3,
    SIEVE,
    LDAP,
    DIRECTORY,
    TLS_RECORDS,
    HANDSHAKE,
    GLANCE,
    ISSUERS,
    HTTP_ANSWER,
    DNS_ANSWER,
    DOCUMENT,
    RECORD,
    HOST,
    ORGANISATION_FILE,
    REQUEST_FILE,
    POLICY_FILE,
    PROTOCOL_LOG,
    EXCHANGE_CLIXML,
    EXCHANGE_BINARY,
    EXCHANGE_TEXT,
    EXCHANGE_JSON,
    WORD,
    VERIFY_LINE,
    TRUST_LIST,
    CCADB_TABLE,
    CATALOGUE,
    MESSAGE,
    JUDGING,
    DOCUMENTS,
    CASE_FILE,
    POSTFIX_CONFIGURATION,
    DOVECOT_CONFIGURATION,
    EXIM_CONFIGURATION,
    SLAPD_CONFIGURATION,
    NGINX_CONFIGURATION,
    APACHE_CONFIGURATION,
    HAPROXY_CONFIGURATION,
    CYRUS_CONFIGURATION,
    COURIER_CONFIGURATION,
    LOAD_MASTER,
)
