"""The search by which Exchange finds the certificate of each place, replayed with every step."""
