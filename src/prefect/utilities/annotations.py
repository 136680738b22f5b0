class BaseAnnotation:
    def __init__(self, value): self.value = value
    def unwrap(self): return self.value
class unmapped(BaseAnnotation): pass
class allow_failure(BaseAnnotation): pass
class quote(BaseAnnotation): pass
class opaque(BaseAnnotation): pass
class NotSet: pass
