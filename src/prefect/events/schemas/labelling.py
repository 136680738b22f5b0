"""Labels: names and texts of a resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prefect.wire.events.resources import Labelled

__all__ = ["LabelDiver", "Labelled"]


class LabelDiver:
    """Labels read as attributes: `labels.prefect.resource.id`; as a text, the label so far.

    Args:
        labels: names, with dots in them, and their texts.
        value: the text of the label that led here.
    """

    def __init__(self, labels: Mapping[str, str], value: str = "") -> None:
        self._labels = labels
        self._value = value

    def __str__(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return f"LabelDiver({self._value!r})"

    def __len__(self) -> int:
        return len(self._labels)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._labels.items())

    def __getitem__(self, label: str) -> str:
        return self._labels[label]

    def __getattr__(self, name: str) -> LabelDiver:
        if name.startswith("_"):
            raise AttributeError(name)
        prefix = f"{name}."
        below = {label[len(prefix) :]: text for label, text in self._labels.items() if label.startswith(prefix)}
        if name not in self._labels and not below:
            raise AttributeError(f"There is no label {name!r} here; there are {sorted(self._labels)}.")
        return LabelDiver(below, self._labels.get(name, ""))
