"""ACME (RFC 8555): the account, the order, and the proofs of control that an order asks for."""
