"""Input and output: thin, dumb, replaceable."""
