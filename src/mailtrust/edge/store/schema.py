"""The tables as they are now. `migrations.py` makes them; a test compares what it makes with what stands here.

Every value is text, a whole number or octets, so that a row means the same in both engines. Moments are RFC 3339 in UTC
to the second: as texts they sort as they follow each other.
"""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

METADATA = MetaData()


def _key_of(table: str) -> "Column[str | None]":
    return Column("key", Text, ForeignKey(f"{table}.id"))


VAULT = Table(
    "vault",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # always 1: a store has one lock
    Column("lock", LargeBinary, nullable=False),  # the store's own key, see core/x509/sealing.py
)
KEYS = Table(
    "keys",
    METADATA,
    Column("id", Text, primary_key=True),  # hex SHA-256 of the SubjectPublicKeyInfo
    Column("spki", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # PKCS#8, encrypted
    Column("added", Text, nullable=False),
)
CERTIFICATES = Table(
    "certificates",
    METADATA,
    Column("fingerprint", Text, primary_key=True),
    Column("der", LargeBinary, nullable=False),
    _key_of("keys"),
    Column("added", Text, nullable=False),
)
REQUESTS = Table(
    "requests",
    METADATA,
    Column("fingerprint", Text, primary_key=True),
    Column("der", LargeBinary, nullable=False),
    _key_of("keys"),
    Column("added", Text, nullable=False),
)
CHAINS = Table(
    "chains",
    METADATA,
    Column("leaf", Text, ForeignKey("certificates.fingerprint"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),  # 1 is the leaf's issuer
    Column("issuer", Text, ForeignKey("certificates.fingerprint"), nullable=False),
)
SERVERS = Table(
    "servers",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("product", Text),
)
ASSIGNMENTS = Table(
    "assignments",
    METADATA,
    Column("server", Text, ForeignKey("servers.name"), primary_key=True),
    Column("service", Text, primary_key=True),
    Column("fingerprint", Text, ForeignKey("certificates.fingerprint"), nullable=False),
    Column("since", Text, nullable=False),
)
OBSERVATIONS = Table(
    "observations",
    METADATA,
    Column("endpoint", Text, primary_key=True),
    Column("at", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("port", Integer, nullable=False),
    Column("fingerprint", Text),
    Column("failure", Text, nullable=False),
)
CHANGES = Table(
    "changes",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
)

TABLES = tuple(METADATA.sorted_tables)
"""In the order in which rows can be put in: what is referred to first."""
