"""DER, PEM, PKCS#7, PKCS#12 and zip to and from the model. The crypto library stops here."""
