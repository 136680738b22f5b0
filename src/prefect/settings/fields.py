"""The shape of the settings: fields in groups, groups in groups, values resolved when first read.

A group's class body is a table of `Field`s and `Section`s (groups below it). Both are descriptors that
compute on first access and leave the result in the instance, where every later access finds it as a plain
attribute. A field knows everything about a setting but its value: name, kind, default, former names, secrecy,
meaning. What sources gave is a flat mapping from accessor ("server.api.port") to `Given`, shared by all
groups of one tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

from prefect.settings.given import Given
from prefect.settings.kinds import MASK, PATH, Kind

T = TypeVar("T")


class Key:
    """Anything that stands for a setting: it has the setting's `accessor`."""

    __slots__ = ("accessor",)

    accessor: str
    """Where the setting is in the tree, such as `server.api.port`."""


class From(Generic[T]):
    """A value computed from other settings, which are named by their accessors."""

    __slots__ = ("compute", "needs")

    def __init__(self, needs: tuple[str, ...], compute: Callable[..., T]) -> None:
        self.needs = needs
        self.compute = compute


class Field(Key, Generic[T]):
    """One setting.

    `default` is a value, or `From` others when it depends on them. `finish` computes the final value from the
    one given and others. `aliases` are former environment names that are still read.
    """

    __slots__ = ("aliases", "attribute", "default", "finish", "help", "kind", "name", "secret")

    def __init__(
        self,
        kind: Kind[T],
        default: T | From[T],
        help: str,
        *,
        aliases: tuple[str, ...] = (),
        secret: bool = False,
        finish: From[T] | None = None,
    ) -> None:
        self.kind = kind
        self.default = default
        self.help = help
        self.aliases = aliases
        self.secret = secret
        self.finish = finish

    def __set_name__(self, owner: type[Group], attribute: str) -> None:
        self.attribute = attribute

    def bind(self, path: str) -> None:
        """Take the place in the tree that the group's path gives."""
        self.accessor = f"{path}.{self.attribute}" if path else self.attribute
        self.name = "PREFECT_" + self.accessor.upper().replace(".", "_")

    @property
    def static_default(self) -> T | None:
        """The default, or None where it depends on other settings."""
        if isinstance(self.default, From):
            return None if self.default.needs else self.default.compute()
        return self.default

    def show(self, value: object) -> str:
        """The value for people: masked if it is secret."""
        return MASK if self.secret and value is not None else str(value)

    @overload
    def __get__(self, group: None, owner: type[Group]) -> Field[T]: ...
    @overload
    def __get__(self, group: Group, owner: type[Group]) -> T: ...
    def __get__(self, group: Group | None, owner: type[Group]) -> Field[T] | T:
        if group is None:
            return self
        value = group._resolve(self)
        group.__dict__[self.attribute] = value
        return value


AnyField = Field[Any]

HOME_PLACEHOLDERS = ("${PREFECT_HOME}", "$PREFECT_HOME")


def path_field(name_in_home: str, help: str, *aliases: str) -> Field[Path]:
    """A path whose default is a name inside PREFECT_HOME, and which may begin with `$PREFECT_HOME`."""
    return Field(
        PATH,
        From(("home",), lambda home: home / name_in_home),
        help,
        aliases=aliases,
        finish=From(("home",), lambda path, home: Path(put_home(str(path), home))),
    )


def put_home(text: str, home: Path) -> str:
    """The text with `$PREFECT_HOME` replaced by the directory."""
    for placeholder in HOME_PLACEHOLDERS:
        text = text.replace(placeholder, str(home))
    return text


class Group:
    """Settings that belong together.

    Attributes are read-only: change settings with `temporary_settings`, `copy_with_update` or a profile.
    """

    path: ClassVar[str] = ""
    _given: Mapping[str, Given]
    _root: Group

    def __init_subclass__(cls, path: str = "") -> None:
        cls.path = path
        for member in vars(cls).values():
            if isinstance(member, Field):
                member.bind(path)

    @classmethod
    def _inside(cls, parent: Group) -> Self:
        group = object.__new__(cls)
        group.__dict__.update(_given=parent._given, _root=parent._root)
        return group

    @classmethod
    def fields(cls) -> Iterator[AnyField]:
        """Every field of this group and the groups below it, in the order of the tables."""
        for member in vars(cls).values():
            if isinstance(member, Field):
                yield member
            elif isinstance(member, Section):
                yield from member.group.fields()

    def _resolve(self, field: Field[T]) -> T:
        given = self._given.get(field.accessor)
        if given is None or (given.value is None and isinstance(field.default, From)):
            return self._compute(field.default) if isinstance(field.default, From) else field.default
        value: T = given.value
        return self._compute(field.finish, value) if field.finish is not None else value

    def _compute(self, recipe: From[T], *value: T) -> T:
        return recipe.compute(*value, *map(self._root.value_at, recipe.needs))

    def value_at(self, accessor: str) -> Any:
        """The value at a dotted path below this group. Raises AttributeError if nothing is there."""
        value: object = self
        for attribute in accessor.split("."):
            value = getattr(value, attribute)
        return value

    def _value_of(self, field: AnyField) -> object:
        return self._root.value_at(field.accessor)

    def is_given(self, field: AnyField) -> bool:
        """Whether any source gave a value for it, rather than the default standing in."""
        return field.accessor in self._given

    @property
    def model_fields_set(self) -> set[str]:
        """Names of the attributes, groups included, for which a source gave a value."""
        prefix = f"{self.path}." if self.path else ""
        return {name[len(prefix) :].split(".")[0] for name in self._given if name.startswith(prefix)}

    def model_dump(self, *, exclude_unset: bool = False) -> dict[str, Any]:
        """Values in nested dictionaries; with `exclude_unset`, only those that a source gave."""
        dump: dict[str, object] = {}
        for name, member in vars(type(self)).items():
            if isinstance(member, Section):
                below = getattr(self, name).model_dump(exclude_unset=exclude_unset)
                if below or not exclude_unset:
                    dump[name] = below
            elif isinstance(member, Field) and (self.is_given(member) or not exclude_unset):
                dump[name] = getattr(self, name)
        return dump

    def to_environment_variables(
        self, exclude_unset: bool = False, include_secrets: bool = True, include_aliases: bool = False
    ) -> dict[str, str]:
        """Values as environment variables that another process reads as the same settings.

        Args:
            exclude_unset: Only what a source gave; else derived values and defaults too, except None.
            include_secrets: False masks secret values.
            include_aliases: Repeat each under its former names.
        """
        variables: dict[str, str] = {}
        for field in self.fields():
            value = self._value_of(field)
            if value is None or (exclude_unset and not self.is_given(field)):
                continue
            text = field.kind.write(value) if include_secrets or not field.secret else MASK
            for name in (field.name, *field.aliases) if include_aliases else (field.name,):
                variables[name] = text
        return variables

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"Settings are read-only: change {self.path or 'settings'}.{name} with temporary_settings(), "
            "copy_with_update() or a profile."
        )

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Group) and other.model_dump() == self.model_dump()

    def __repr__(self) -> str:
        values = (self._represent(name, member) for name, member in vars(type(self)).items())
        return f"{type(self).__name__}({', '.join(filter(None, values))})"

    def _represent(self, name: str, member: object) -> str:
        if not isinstance(member, Field | Section):
            return ""
        value = getattr(self, name)
        masked = isinstance(member, Field) and member.secret and value is not None
        return f"{name}={MASK if masked else value!r}"


G = TypeVar("G", bound=Group)
"""Bound by the class itself, not by its name: text would load the compiler, at a millisecond."""


class Section(Generic[G]):
    """A group inside a group."""

    __slots__ = ("attribute", "group")

    def __init__(self, group: type[G]) -> None:
        self.group = group

    def __set_name__(self, owner: type[Group], attribute: str) -> None:
        self.attribute = attribute

    @overload
    def __get__(self, group: None, owner: type[Group]) -> Section[G]: ...
    @overload
    def __get__(self, group: Group, owner: type[Group]) -> G: ...
    def __get__(self, group: Group | None, owner: type[Group]) -> Section[G] | G:
        if group is None:
            return self
        section = self.group._inside(group)
        group.__dict__[self.attribute] = section
        return section
