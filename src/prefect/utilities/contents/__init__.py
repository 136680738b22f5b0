"""What values and code consist of: told as bytes to be hashed, saved as bytes to be read again."""
