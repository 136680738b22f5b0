"""What happened, what is to follow from it, and who watches."""
