"""What findings stand on: what is served where, which paths lead up from it, whom it hurts, how things are called."""
