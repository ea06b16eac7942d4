"""The nouns of mailtrust: frozen values without behaviour beyond looking at themselves."""
