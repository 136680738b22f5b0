"""What a setting is: its kind of value, its field in a group, and a value that a source gave for it."""
