"""What the functions are about, free of any host and any database."""
