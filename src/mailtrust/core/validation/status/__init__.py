"""What a list or an answer says of one certificate, once it has been found worthy of belief."""
