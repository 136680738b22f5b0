"""Serializers: how results become bytes and back."""

from __future__ import annotations

from prefect.connect import engine_config as engine_config
from prefect.engine.results.frames import ArrowSerializer, ParquetSerializer
from prefect.engine.results.json_codec import prefect_json_object_decoder, prefect_json_object_encoder
from prefect.engine.results.serializers import (
    CompressedJSONSerializer,
    CompressedPickleSerializer,
    CompressedSerializer,
    JSONSerializer,
    PickleSerializer,
    Serializer,
    UnknownSerializer,
)

# fmt: off
__all__ = ["ArrowSerializer", "CompressedJSONSerializer", "CompressedPickleSerializer", "CompressedSerializer",
           "JSONSerializer", "ParquetSerializer", "PickleSerializer", "Serializer", "UnknownSerializer",
           "prefect_json_object_decoder", "prefect_json_object_encoder"]
