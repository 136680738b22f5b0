"""Scripts of calls for `rest_diff`."""
