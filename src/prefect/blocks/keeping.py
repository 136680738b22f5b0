"""Saving and loading blocks, as steps: which requests are made, in which order, and what becomes of the answers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ValidationError
from pydantic_core import to_jsonable_python

from prefect.blocks.asking import Steps, ask
from prefect.blocks.kinds import BlockKind
from prefect.blocks.schemas import field_names, nested_blocks, revealed
from prefect.core.blocks import reference_to
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound, PrefectException, ProtectedBlockError
from prefect.wire.objects.blocks import (
    BlockDocument,
    BlockDocumentCreate,
    BlockDocumentUpdate,
    BlockSchema,
    BlockSchemaCreate,
    BlockType,
    BlockTypeCreate,
    BlockTypeUpdate,
)

Data: TypeAlias = dict[str, Any]
AnyBlock: TypeAlias = Any
BlockClass: TypeAlias = Any
"""Blocks and their classes, which are defined above this module."""

DESCRIBED = ("logo_url", "documentation_url", "description", "code_example")
"""What of a block type may change."""


class InvalidBlockRegistration(PrefectException):
    """What cannot be registered as a block type: `Block` itself."""


# --- registering


def registering(cls: BlockClass) -> Steps[None]:
    """Have the server know a class: its type, its schema, and those of the blocks that it holds."""
    yield from _registering(cls, set())


def _registering(cls: BlockClass, done: set[type]) -> Steps[None]:
    if cls.__name__ == "Block" and cls.__module__.startswith("prefect.blocks."):
        raise InvalidBlockRegistration(
            "`register_type_and_schema` should be called on a Block subclass and not on the Block class directly."
        )
    done.add(cls)
    for nested in dict.fromkeys(nested_blocks(cls)):
        if nested not in done and nested.__name__ != "Block":
            yield from _registering(nested, done)
    kind = yield from _type_known(cls)
    cls._block_type_id = kind.id
    schema = yield from _schema_known(cls, kind.id)
    cls._block_schema_id = schema.id


def _type_known(cls: BlockClass) -> Steps[BlockType]:
    local, slug = cls._to_block_type(), cls.get_block_type_slug()
    try:
        kind: BlockType = yield from ask("read_block_type_by_slug", slug)
    except ObjectNotFound:
        made = BlockTypeCreate(name=local.name, slug=slug, **{name: getattr(local, name) for name in DESCRIBED})
        try:
            kind = yield from ask("create_block_type", made)
        except ObjectAlreadyExists:  # somebody else was faster
            kind = yield from ask("read_block_type_by_slug", slug)
        return kind
    changes = {name: getattr(local, name) for name in DESCRIBED if getattr(local, name) != getattr(kind, name)}
    if changes and not cls.__module__.startswith("prefect."):
        whole = {name: getattr(local, name) for name in DESCRIBED}
        try:
            yield from ask("update_block_type", kind.id, BlockTypeUpdate(**whole))
        except ProtectedBlockError:  # then it stays as it is described
            return kind
    return kind


def _schema_known(cls: BlockClass, type_id: UUID) -> Steps[BlockSchema]:
    version = cls.get_block_schema_version()
    try:
        found = yield from ask("read_block_schema_by_checksum", cls._calculate_schema_checksum(), version)
    except ObjectNotFound:
        made = BlockSchemaCreate(
            fields=cls.model_json_schema(),
            block_type_id=type_id,
            capabilities=sorted(cls.get_block_capabilities()),
            version=version,
        )
        found = yield from ask("create_block_schema", made)
    schema: BlockSchema = found
    return schema


# --- saving


def saving(block: AnyBlock, name: str | None, overwrite: bool, anonymous: bool = False) -> Steps[UUID]:
    """Save a block and return its document's id. Raises ValueError without a name, or for one that is taken."""
    wanted = name or block._block_document_name
    if wanted is None and not anonymous:
        raise ValueError(
            "You're attempting to save a block document without a name. Please either call `save` with a `name` or"
            " pass `is_anonymous=True` to save an anonymous block."
        )
    cls = type(block)
    yield from registering(cls)
    made = BlockDocumentCreate(
        name=wanted,
        data=data_of(block),
        block_schema_id=cls._block_schema_id,
        block_type_id=cls._block_type_id,
        is_anonymous=anonymous,
    )
    try:
        document: BlockDocument = yield from ask("create_block_document", made)
    except ObjectAlreadyExists as error:
        if not overwrite:
            raise ValueError(
                "You are attempting to save values with a name that is already in use for this block type. If you would"
                " like to overwrite the values that are saved, then save with `overwrite=True`."
            ) from error
        document = yield from _overwriting(cls, str(wanted), made)
    block._block_document_name = document.name
    block._block_document_id = document.id
    block._is_anonymous = anonymous
    return document.id


def _overwriting(cls: BlockClass, name: str, made: BlockDocumentCreate) -> Steps[BlockDocument]:
    known = yield from ask("read_block_document_by_name", name, cls.get_block_type_slug())
    changes = BlockDocumentUpdate(block_schema_id=made.block_schema_id, data=made.data)
    yield from ask("update_block_document", known.id, changes)
    document: BlockDocument = known
    return document


def data_of(block: BaseModel) -> Data:
    """What a block's document holds: its fields, secrets included, and references to blocks that are saved."""
    names = field_names(type(block))
    return {shown: _value(getattr(block, name)) for shown, name in names.items()}


def _value(value: Any) -> Any:
    document_id = getattr(value, "_block_document_id", None) if isinstance(value, BlockKind) else None
    return jsonable(value) if document_id is None else reference_to(document_id)


def jsonable(value: Any) -> Any:
    """A value as JSON has it, secrets included; a block in it says of which type it is."""
    if isinstance(value, BlockKind) and isinstance(value, BaseModel):
        names = field_names(type(value))
        held = {shown: jsonable(getattr(value, name)) for shown, name in names.items()}
        return {**held, "block_type_slug": value.get_block_type_slug()}
    if isinstance(value, Mapping):
        return {key: jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(item) for item in value]
    return to_jsonable_python(revealed(value))


# --- loading


def loading(cls: BlockClass, name: str, validate: bool) -> Steps[AnyBlock]:
    """The block of that name, or of `type-slug/name`. Raises ValueError if there is none."""
    document = yield from finding(*_slug_and_name(cls, name))
    return from_document(cls, document, validate)


def finding(slug: str, name: str) -> Steps[BlockDocument]:
    """The document of a type and a name. Raises ValueError."""
    try:
        found: BlockDocument = yield from ask("read_block_document_by_name", name, slug)
    except ObjectNotFound as error:
        raise ValueError(f"Unable to find block document named {name} for block type {slug}") from error
    return found


def _slug_and_name(cls: BlockClass, name: str) -> tuple[str, str]:
    if cls.__name__ != "Block":
        return cls.get_block_type_slug(), name
    slug, separator, plain = name.partition("/")
    if not separator:
        raise ValueError(f"Block.load needs the type with the name, such as 'secret/{name}'; got {name!r}.")
    return slug, plain


def loading_from_reference(
    cls: BlockClass, reference: str | UUID | Mapping[str, Any], validate: bool
) -> Steps[AnyBlock]:
    """The block that is referred to by id, by `type-slug/name`, or as documents refer to others. Raises ValueError."""
    if isinstance(reference, Mapping):
        reference = reference.get("block_document_id") or reference.get("block_document_slug") or ""
    document_id = _id_of(reference)
    if document_id is None:
        slug, separator, name = str(reference).partition("/")
        if not separator:
            raise ValueError(f"Invalid reference format {reference!r}: give an id, or 'type-slug/name'.")
        document = yield from finding(slug, name)
    else:
        try:
            document = yield from ask("read_block_document", document_id)
        except ObjectNotFound as error:
            raise ValueError(f"Unable to find block document with ID {document_id!r}") from error
    return from_document(cls, document, validate)


def _id_of(reference: object) -> UUID | None:
    try:
        return reference if isinstance(reference, UUID) else UUID(str(reference))
    except ValueError:
        return None


def deleting(cls: BlockClass, name: str) -> Steps[None]:
    """Delete the block of that name, or of `type-slug/name`. Raises ValueError if there is none."""
    document = yield from finding(*_slug_and_name(cls, name))
    yield from ask("delete_block_document", document.id)


def from_document(cls: BlockClass, document: BlockDocument, validate: bool = True) -> AnyBlock:
    """The block that a document holds.

    Args:
        validate: whether data that does not fit is an error; otherwise new fields are None, with a warning.

    Raises RuntimeError if the data does not fit.
    """
    if document.block_schema is None:
        raise ValueError("Unable to determine block schema for provided block document")
    kind = cls.get_block_class_from_schema(document.block_schema) if cls.__name__ == "Block" else cls
    try:
        block = kind.model_validate(document.data)
    except ValidationError as error:
        slug = kind.get_block_type_slug()
        if validate:
            raise RuntimeError(
                f"Unable to load {document.name!r} of block type {slug!r} due to failed validation. To load without"
                " validation, try loading again with `validate=False`."
            ) from error
        block = _incomplete(kind, document, error)
    mark(block, document)
    return block


def _incomplete(kind: BlockClass, document: BlockDocument, error: ValidationError) -> AnyBlock:
    missing = [str(problem["loc"][0]) for problem in error.errors() if problem["type"] == "missing"]
    warnings.warn(
        f"Could not fully load {document.name!r} of block type {kind.get_block_type_slug()!r}: the class"
        f" {kind.__name__!r} has other fields than when it was saved. Set {', '.join(missing) or 'what is wrong'} and"
        f' save it again with `save("{document.name}", overwrite=True)`.',
        stacklevel=6,
    )
    names = field_names(kind)
    given = {names.get(shown, shown): value for shown, value in document.data.items()}
    return kind.model_construct(**dict.fromkeys(missing), **given)


def mark(block: AnyBlock, document: BlockDocument) -> None:
    """Note on a block, and on those it refers to, which documents they are."""
    kind = type(block)
    kind._block_schema_id, kind._block_type_id = document.block_schema_id, document.block_type_id
    block._block_document_id = document.id
    block._block_document_name = document.name
    block._is_anonymous = document.is_anonymous
    _mark_nested(block, document.block_document_references)


def _mark_nested(block: AnyBlock, references: Mapping[str, Any]) -> None:
    names = field_names(type(block))
    for shown, reference in references.items():
        nested, known = getattr(block, names.get(shown, shown), None), reference.get("block_document")
        if isinstance(nested, BlockKind) and isinstance(known, Mapping):
            kept: AnyBlock = nested
            kept._block_document_id = UUID(str(known["id"]))
            kept._block_document_name = known.get("name")
            kept._is_anonymous = known.get("is_anonymous")
            _mark_nested(nested, known.get("block_document_references") or {})
