"""`Block`: configuration and credentials that are saved under a name and loaded by it.

    class Database(Block):
        host: str
        password: SecretStr

    Database(host="db", password="...").save("warehouse")
    Database.load("warehouse").password.get_secret_value()

Blocks are kept by the server that PREFECT_API_URL names, or in the record of this installation; secrets are encrypted.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import to_jsonable_python

from prefect.blocks import keeping, registry, schemas
from prefect.blocks.asking import Client, adrive, perform
from prefect.blocks.keeping import InvalidBlockRegistration
from prefect.blocks.kinds import DEFAULT_BLOCK_SCHEMA_VERSION, BlockKind, is_block_class
from prefect.blocks.registry import UnknownBlockType
from prefect.wire.base import new_id
from prefect.wire.objects.blocks import BlockDocument, BlockSchema, BlockType

__all__ = [
    "Block",
    "BlockNotSavedError",
    "DEFAULT_BLOCK_SCHEMA_VERSION",
    "InvalidBlockRegistration",
    "UnknownBlockType",
    "block_schema_to_key",
    "schema_extra",
]

SLUG = "block_type_slug"
MARKS = ("_block_document_id", "_block_document_name", "_is_anonymous")


class BlockNotSavedError(RuntimeError):
    """A block that is to be referred to has not been saved."""


def block_schema_to_key(schema: BlockSchema) -> str:
    """What a schema's class is known by."""
    if schema.block_type is None:
        raise ValueError("This block schema does not say of which block type it is.")
    return schema.block_type.slug


def schema_extra(schema: dict[str, Any], model: type[Block]) -> None:
    """Say in a JSON schema what blocks need."""
    schemas.extend(schema, model)


class Block(BaseModel, BlockKind, ABC):
    """Configuration and credentials with a name.

    Subclasses annotate their fields, as in any pydantic model. Fields of type `SecretStr` and the like are encrypted
    where they are kept, and shown to nobody who does not ask for them. A field may hold another block.
    """

    model_config = ConfigDict(extra="allow", json_schema_extra=schema_extra)

    _block_type_name: ClassVar[str | None] = None
    """What the class is called; its own name unless given."""

    _block_type_slug: ClassVar[str | None] = None
    """What it is known by; made from the name unless given."""

    _logo_url: ClassVar[Any] = None
    _documentation_url: ClassVar[Any] = None
    _description: ClassVar[str | None] = None
    _code_example: ClassVar[str | None] = None
    _block_schema_version: ClassVar[str | None] = None
    _block_schema_capabilities: ClassVar[list[str] | None] = None
    _block_type_id: ClassVar[UUID | None] = None
    _block_schema_id: ClassVar[UUID | None] = None
    _events_excluded_methods: ClassVar[list[str]] = ["block_initialization", "save", "dict"]

    _block_document_id: UUID | None = PrivateAttr(None)
    _block_document_name: str | None = PrivateAttr(None)
    _is_anonymous: bool | None = PrivateAttr(None)

    # --- made

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """An instance of this class, or of the one that `block_type_slug` names. Raises UnknownBlockType."""
        slug = kwargs.get(SLUG)
        kind = cls if slug is None or slug == cls.get_block_type_slug() else cls.get_block_class_from_key(slug)
        return super().__new__(kind)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.block_initialization()

    def block_initialization(self) -> None:
        """Called when all fields are set; for subclasses to make what they need."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        registry.register(cls)

    @model_validator(mode="wrap")
    @classmethod
    def validate_block_type_slug(cls, values: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Data that says of which block type it is makes a block of that class."""
        if not isinstance(values, Mapping) or not ({SLUG, *MARKS} & values.keys()):
            return handler(values)
        given = {name: value for name, value in values.items() if name not in (SLUG, *MARKS)}
        slug = values.get(SLUG)
        if slug is None or slug == cls.get_block_type_slug():
            return handler(given)
        kind = cls.get_block_class_from_key(str(slug))
        return kind.model_validate(given) if issubclass(kind, cls) else handler(given)

    @model_serializer(mode="wrap")
    def ser_model(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> Any:
        """The fields, the block type's slug and, once it is saved, which document it is.

        Secrets are in plain text where the context says `include_secrets`.
        """
        dumped = handler(self)
        extra = self.__pydantic_extra__ or {}
        shown = {name: value for name, value in dumped.items() if name not in extra}
        if info.context and info.context.get("include_secrets"):
            shown |= self._revealed(shown, info)
        shown[SLUG] = self.get_block_type_slug()
        if self._block_document_id is not None:
            shown |= {name: _jsonable(getattr(self, name), info) for name in MARKS}
        return shown

    def _revealed(self, shown: Mapping[str, Any], info: SerializationInfo) -> dict[str, Any]:
        names = schemas.field_names(type(self)) if info.by_alias else {name: name for name in type(self).model_fields}
        secret = {path.partition(".")[0] for path in schemas.secret_paths(type(self))}
        aliases = {name: alias for alias, name in schemas.field_names(type(self)).items()}
        values = {key: getattr(self, name) for key, name in names.items() if key in shown and aliases[name] in secret}
        return {key: _jsonable(_plain(value), info) for key, value in values.items()}

    # --- what the class says of itself

    @classmethod
    def is_block_class(cls, block: Any) -> bool:
        """Whether something is a block class."""
        return is_block_class(block)

    @classmethod
    def annotation_refers_to_block_class(cls, annotation: Any) -> bool:
        """Whether a type, such as `Optional[list[Database]]`, has a block class in it."""
        return any(True for _ in schemas.blocks_in(annotation))

    @classmethod
    def get_block_class_from_schema(cls, schema: BlockSchema) -> type[Self]:
        """The class of a schema. Raises UnknownBlockType."""
        return cls.get_block_class_from_key(block_schema_to_key(schema))

    @classmethod
    def get_block_class_from_key(cls, key: str) -> type[Self]:
        """The class of a block type's slug. Raises UnknownBlockType."""
        found: Any = registry.lookup(key)
        kind: type[Self] = found
        return kind

    @classmethod
    def model_json_schema(
        cls,
        by_alias: bool | None = True,
        ref_template: str = "#/definitions/{model}",
        schema_generator: type[GenerateJsonSchema] = GenerateJsonSchema,
        mode: JsonSchemaMode = "validation",
        **kwargs: Any,
    ) -> dict[str, Any]:
        """The JSON schema of the class, as block schemas have it."""
        schema = super().model_json_schema(by_alias is not False, ref_template, schema_generator, mode, **kwargs)
        return schemas.with_definitions(schema)

    @classmethod
    def _calculate_schema_checksum(cls) -> str:
        return schemas.checksum(cls)

    @classmethod
    def _to_block_type(cls) -> BlockType:
        return BlockType(
            id=cls._block_type_id or new_id(),
            name=cls.get_block_type_name(),
            slug=cls.get_block_type_slug(),
            logo_url=_text(cls._logo_url),
            documentation_url=_text(cls._documentation_url),
            description=cls.get_description(),
            code_example=cls.get_code_example(),
        )

    # --- kept

    @classmethod
    def register_type_and_schema(cls, client: Client = None) -> None:
        """Have the server know this class, as `save` does. Raises InvalidBlockRegistration for `Block` itself."""
        return perform(keeping.registering(cls), client)

    @classmethod
    async def aregister_type_and_schema(cls, client: Client = None) -> None:
        """`register_type_and_schema`, asynchronously."""
        await adrive(keeping.registering(cls), client)

    def save(self, name: str | None = None, overwrite: bool = False, client: Client = None) -> UUID:
        """Save this block's values, and return the id of the document that holds them.

        Args:
            name: lowercase letters, digits and dashes; the one it was saved or loaded by unless given.
            overwrite: whether there may be a block of that type and name already.
            client: what asks the API; one of its own unless given.

        Raises ValueError without a name, or for one that is taken.
        """
        return perform(keeping.saving(self, name, overwrite), client)

    async def asave(self, name: str | None = None, overwrite: bool = False, client: Client = None) -> UUID:
        """`save`, asynchronously."""
        return await adrive(keeping.saving(self, name, overwrite), client)

    def _save(
        self, name: str | None = None, is_anonymous: bool = False, overwrite: bool = False, client: Client = None
    ) -> UUID:
        return perform(keeping.saving(self, name, overwrite, is_anonymous), client)

    @classmethod
    def load(cls, name: str, validate: bool = True, client: Client = None) -> Self:
        """The block saved by that name.

        Args:
            name: its name; for `Block` itself with the type, such as `secret/token`.
            validate: whether values that do not fit the class are an error; otherwise what is missing is None.
            client: what asks the API; one of its own unless given.

        Raises ValueError if there is none, RuntimeError if its values do not fit.
        """
        block: Self = perform(keeping.loading(cls, name, validate), client)
        return block

    @classmethod
    async def aload(cls, name: str, validate: bool = True, client: Client = None) -> Self:
        """`load`, asynchronously."""
        block: Self = await adrive(keeping.loading(cls, name, validate), client)
        return block

    @classmethod
    def load_from_ref(cls, ref: str | UUID | dict[str, Any], validate: bool = True, client: Client = None) -> Self:
        """The block that a reference leads to: an id, `type-slug/name`, or `{"block_document_id": ...}`.

        Raises as `load` does.
        """
        block: Self = perform(keeping.loading_from_reference(cls, ref, validate), client)
        return block

    @classmethod
    async def aload_from_ref(
        cls, ref: str | UUID | dict[str, Any], validate: bool = True, client: Client = None
    ) -> Self:
        """`load_from_ref`, asynchronously."""
        block: Self = await adrive(keeping.loading_from_reference(cls, ref, validate), client)
        return block

    @classmethod
    def delete(cls, name: str, client: Client = None) -> None:
        """Delete the block saved by that name. Raises ValueError if there is none."""
        return perform(keeping.deleting(cls, name), client)

    @classmethod
    async def adelete(cls, name: str, client: Client = None) -> None:
        """`delete`, asynchronously."""
        await adrive(keeping.deleting(cls, name), client)

    @classmethod
    def _from_block_document(cls, block_document: BlockDocument) -> Self:
        block: Self = keeping.from_document(cls, block_document)
        return block

    def get_block_placeholder(self) -> str:
        """What stands for this block in templates and configuration. Raises BlockNotSavedError."""
        if not self._block_document_name:
            raise BlockNotSavedError("Could not generate block placeholder for unsaved block.")
        return f"prefect.blocks.{self.get_block_type_slug()}.{self._block_document_name}"

    def __repr_args__(self) -> Any:
        extra = self.__pydantic_extra__ or {}
        return [(name, value) for name, value in super().__repr_args__() if name not in extra]

    def __str__(self) -> str:
        return repr(self)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _plain(value: Any) -> Any:
    """A value with its secrets in plain text; blocks in it say of which type they are."""
    if isinstance(value, Block):
        return value.model_dump(by_alias=True, context={"include_secrets": True})
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return schemas.revealed(value)


def _jsonable(value: Any, info: SerializationInfo) -> Any:
    return to_jsonable_python(value) if info.mode == "json" else value
