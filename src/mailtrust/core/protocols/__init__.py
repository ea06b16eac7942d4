"""Sans-IO dialogues up to the start of TLS, one file per protocol."""
