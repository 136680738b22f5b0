class CachePolicy:
    @classmethod
    def from_cache_key_fn(c, f):
        return c()


DEFAULT = CachePolicy()
NO_CACHE = CachePolicy()
