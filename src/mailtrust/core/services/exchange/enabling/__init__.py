"""A certificate is assigned to services: the steps, what is refused, and the organisation afterwards."""
