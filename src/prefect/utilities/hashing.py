def hash_objects(*a,**k): return "x"
