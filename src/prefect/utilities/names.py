def generate_slug(n): return "brave-otter"
