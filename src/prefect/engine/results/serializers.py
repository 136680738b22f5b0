class Serializer: pass
