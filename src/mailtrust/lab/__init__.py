"""A broken mail world on loopback: its own CA, DNS, AIA host and mail servers, one scenario a file."""
