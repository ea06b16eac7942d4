"""The store: certificates, keys and what is known of them, in SQLite or PostgreSQL by the same statements."""
