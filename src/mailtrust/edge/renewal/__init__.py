"""What `mailtrust renew` keeps between its runs."""
