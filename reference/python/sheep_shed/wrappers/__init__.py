"""What binds a portable function to one host."""
