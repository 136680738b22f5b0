"""Blocks: what their classes say of themselves, and saving, loading and deleting them, in either colour."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel, Field, SecretBytes, SecretStr, ValidationError
from pydantic import Secret as PydanticSecret

from prefect.blocks.core import Block, BlockNotSavedError, InvalidBlockRegistration, UnknownBlockType
from prefect.blocks.fields import SecretDict
from prefect.client.orchestration import get_client


class Login(BaseModel):
    tok: SecretStr
    plain: int = 1


class Inner(Block):
    """First line.

    More text here.

    Args:
        a: a number.

    Example:
        Load it:
        ```python
        x = 1
        ```
    """

    a: int = 1
    s: SecretStr = Field(default=SecretStr("d"), description="An s.")


class Second(Block):
    q: int = 3


class Outer(Block):
    _block_type_name = "My Outer! Thing"
    _logo_url = "https://example.com/l.png"
    _description = "desc"
    _code_example = "code"
    _block_schema_capabilities = ["x", "y"]

    i: Inner
    u: Inner | Second = Field(default_factory=Second)
    many: list[Inner] = Field(default_factory=list)
    named: dict[str, Inner] = {}
    d: dict[str, SecretStr] = {}
    sd: SecretDict | None = None
    sb: SecretBytes | None = None
    sub: Login | None = None
    ps: PydanticSecret[int] | None = None
    renamed: int = Field(default=3, alias="other")


class Able(Outer):
    _block_type_name = "Able"
    _block_schema_capabilities = ["z"]
    _block_schema_version = "7"


# --- what a class says of itself


def test_names_slugs_descriptions_and_examples() -> None:
    assert (Inner.get_block_type_name(), Inner.get_block_type_slug()) == ("Inner", "inner")
    assert (Outer.get_block_type_name(), Outer.get_block_type_slug()) == ("My Outer! Thing", "my-outer-thing")
    assert Inner.get_description() == "First line.\n\nMore text here."
    assert Inner.get_code_example() == "Load it:\n```python\nx = 1\n```"
    assert (Outer.get_description(), Outer.get_code_example()) == ("desc", "code")
    assert Second.get_description() is None
    assert f"from {__name__} import Second" in Second.get_code_example()
    assert 'second_block = Second.load("BLOCK_NAME")' in Second.get_code_example()


def test_capabilities_and_versions() -> None:
    assert Inner.get_block_capabilities() == frozenset()
    assert Able.get_block_capabilities() == {"x", "y", "z"}
    assert (Inner.get_block_schema_version(), Able.get_block_schema_version()) == ("non-versioned", "7")


def test_a_schema_says_which_fields_are_secret_and_which_hold_blocks() -> None:
    schema = Outer.model_json_schema()
    inner = {"block_type_slug": "inner", "block_schema_checksum": Inner._calculate_schema_checksum()}
    second = {"block_type_slug": "second", "block_schema_checksum": Second._calculate_schema_checksum()}
    assert schema["block_schema_references"] == {"i": inner, "u": [inner, second], "many": inner, "named": inner}
    assert schema["secret_fields"] == ["i.s", "u.s", "many.s", "named.s", "d", "sd.*", "sb", "sub.tok", "ps"]
    assert list(schema["properties"])[-1] == "other"
    assert [one["position"] for one in schema["properties"].values()] == list(range(10))
    assert set(schema["definitions"]) == {"Inner", "Second", "Login"}
    assert schema["properties"]["i"]["$ref"] == "#/definitions/Inner"
    assert schema["properties"]["d"] == {"default": {}, "position": 4, "title": "D", "type": "object"}


def test_checksums_are_those_of_prefects_own_classes() -> None:
    """As observed of Prefect 3.8.8 for classes like these."""

    class In(Block):
        """First line.

        More text here.
        """

        a: int = 1
        s: SecretStr = Field(default=SecretStr("d"), description="An s.")

    class Ot2(Block):
        q: int = 3

    assert In._calculate_schema_checksum() == "sha256:33bae4f5bd5448a5ead93bf643d26c2501bc7dfac107c297e5149aab25a20991"
    assert Ot2._calculate_schema_checksum() == "sha256:b184f5fa004f192c2a114194807a2d09821e0b181bd0127c8d9288f9d630c2eb"


def test_what_is_a_block() -> None:
    assert Block.is_block_class(Inner)
    assert not Block.is_block_class(Inner())
    assert Block.annotation_refers_to_block_class(list[Inner | None])
    assert not Block.annotation_refers_to_block_class(dict[str, int])


def test_a_class_is_known_by_its_slug() -> None:
    assert Block.get_block_class_from_key("inner") is Inner
    with pytest.raises(UnknownBlockType, match="No block class found for slug 'nowhere'"):
        Block.get_block_class_from_key("nowhere")
    made = Block(block_type_slug="inner", a=4)
    assert (type(made), made.a) == (Inner, 4)  # type: ignore[attr-defined]
    assert isinstance(Outer(i={"block_type_slug": "inner", "a": 2}).i, Inner)  # type: ignore[arg-type]


def test_a_second_class_of_a_slug_takes_the_place_of_the_first() -> None:
    class Twice(Block):
        _block_type_slug = "twice-defined"

    with pytest.warns(UserWarning, match="has the slug 'twice-defined' of"):

        class Other(Block):
            _block_type_slug = "twice-defined"

    assert Block.get_block_class_from_key("twice-defined") is Other
    assert Twice is not Other


# --- instances


def test_secrets_are_shown_only_where_they_are_asked_for() -> None:
    block = Outer(i=Inner(s=SecretStr("S1")), d={"k": SecretStr("v")}, sd=SecretDict({"p": {"q": "r"}}),
                  sb=SecretBytes(b"bytes"), sub=Login(tok=SecretStr("t")), ps=PydanticSecret(5))  # fmt: skip
    hidden = block.model_dump_json()
    assert not any(secret in hidden for secret in ("S1", '"v"', '"r"', '"bytes"', '"t"'))
    shown = block.model_dump(mode="json", by_alias=True, context={"include_secrets": True})
    assert shown == {
        "i": {"a": 1, "s": "S1", "block_type_slug": "inner"},
        "u": {"q": 3, "block_type_slug": "second"},
        "many": [],
        "named": {},
        "d": {"k": "v"},
        "sd": {"p": {"q": "r"}},
        "sb": "bytes",
        "sub": {"tok": "t", "plain": 1},
        "ps": 5,
        "other": 3,
        "block_type_slug": "my-outer-thing",
    }
    assert "S1" not in repr(block)
    assert "S1" not in str(block)


def test_fields_are_validated_and_strangers_ignored() -> None:
    with pytest.raises(ValidationError):
        Inner(a="x")  # type: ignore[arg-type]
    block = Inner(a=1, stranger=5)  # type: ignore[call-arg]
    assert repr(block) == "Inner(a=1, s=SecretStr('**********'))"
    assert "stranger" not in block.model_dump()
    assert Inner() == Inner()
    assert Inner(a=2) != Inner()


def test_initialization_is_called_wherever_a_block_comes_from() -> None:
    class Ready(Block):
        a: int = 1

        def block_initialization(self) -> None:
            self._twice = self.a * 2

        _twice: int = 0

    class Holder(Block):
        held: Ready

    assert Ready(a=2)._twice == 4
    assert Holder(held={"a": 3}).held._twice == 6  # type: ignore[arg-type]
    assert Ready.model_validate({"a": 5})._twice == 10


# --- kept


def test_a_block_comes_back_as_it_was_saved() -> None:
    block = Inner(a=7, s=SecretStr("hush"))
    saved = block.save("seven")
    assert (block._block_document_id, block._block_document_name, block._is_anonymous) == (saved, "seven", False)
    loaded = Inner.load("seven")
    assert (loaded.a, loaded.s.get_secret_value()) == (7, "hush")
    assert (loaded._block_document_id, loaded._block_document_name) == (saved, "seven")
    assert loaded.get_block_placeholder() == "prefect.blocks.inner.seven"
    for other in (Block.load("inner/seven"), Block.load_from_ref(saved), Inner.load_from_ref(str(saved)),
                  Block.load_from_ref({"block_document_id": str(saved)}), Block.load_from_ref("inner/seven")):  # fmt: skip
        assert (type(other), other.model_dump()) == (Inner, loaded.model_dump())


def test_a_name_is_taken_unless_it_is_to_be_overwritten() -> None:
    first = Inner(a=1).save("taken")
    with pytest.raises(ValueError, match="a name that is already in use for this block type"):
        Inner(a=2).save("taken")
    assert Inner.load("taken").a == 1
    assert Inner(a=2).save("taken", overwrite=True) == first
    loaded = Inner.load("taken")
    assert loaded.a == 2
    loaded.a = 3
    assert loaded.save(overwrite=True) == first
    assert Inner.load("taken").a == 3


def test_what_cannot_be_saved() -> None:
    with pytest.raises(ValueError, match="save a block document without a name"):
        Inner().save()
    with pytest.raises(ValidationError, match="must only contain lowercase letters, numbers, and dashes"):
        Inner().save("No Name")
    with pytest.raises(InvalidBlockRegistration):
        Block().save("x")
    with pytest.raises(InvalidBlockRegistration):
        Block.register_type_and_schema()
    with pytest.raises(BlockNotSavedError):
        Inner().get_block_placeholder()


def test_what_is_not_there() -> None:
    for missing in (lambda: Inner.load("nobody"), lambda: Inner.delete("nobody"), lambda: Block.load("inner/nobody")):
        with pytest.raises(ValueError, match="Unable to find block document named nobody for block type inner"):
            missing()
    with pytest.raises(ValueError, match="Unable to find block document with ID"):
        Block.load_from_ref(uuid4())
    with pytest.raises(ValueError, match="'secret/nobody'; got 'nobody'"):
        Block.load("nobody")
    with pytest.raises(ValueError, match="give an id, or 'type-slug/name'"):
        Block.load_from_ref("nobody")


def test_a_deleted_block_is_gone() -> None:
    Inner().save("gone")
    Inner.delete("gone")
    with pytest.raises(ValueError, match="Unable to find"):
        Inner.load("gone")
    Inner().save("gone-too")
    Block.delete("inner/gone-too")


def test_blocks_within_blocks() -> None:
    kept = Inner(a=1, s=SecretStr("kept"))
    kept.save("kept")
    block = Outer(i=kept, u=Inner(a=2, s=SecretStr("held")), many=[kept, Inner(a=3)], named={"z": Inner(a=4)}, other=9)
    block.save("outer")
    loaded = Outer.load("outer")
    assert loaded.i._block_document_name == "kept"
    assert isinstance(loaded.u, Inner)
    assert (loaded.u.s.get_secret_value(), loaded.u._block_document_id) == ("held", None)
    assert [one.a for one in loaded.many] == [1, 3]
    assert (loaded.named["z"].a, loaded.renamed) == (4, 9)
    Inner(a=100, s=SecretStr("new")).save("kept", overwrite=True)
    again = Outer.load("outer")
    assert (again.i.a, again.i.s.get_secret_value()) == (100, "new"), "what is saved itself is referred to"
    assert again.many[0].a == 1, "in a list it is held"


def test_a_class_that_has_changed() -> None:
    class Grows(Block):
        _block_type_slug = "grows"
        a: int = 1

    Grows(a=5).save("old")

    class Grown(Block):
        _block_type_slug = "grows"
        a: int = 1
        needed: str

    with pytest.raises(RuntimeError, match="try loading again with `validate=False`"):
        Grown.load("old")
    with pytest.warns(UserWarning, match="Set needed and save it again"):
        loaded = Grown.load("old", validate=False)
    assert (loaded.a, loaded.needed) == (5, None)
    loaded.needed = "now"
    loaded.save(overwrite=True)
    assert Grown.load("old").needed == "now"


test_a_class_that_has_changed = pytest.mark.filterwarnings("ignore:The block class:UserWarning")(
    test_a_class_that_has_changed
)


async def test_in_asynchronous_code() -> None:
    block = Inner(a=8)
    saving: Any = block.save("eight")
    assert inspect.isawaitable(saving)
    saved = await saving
    assert isinstance(saved, UUID)
    loading: Any = Inner.load("eight")
    assert (await loading).a == 8
    assert (await Inner.aload("eight"))._block_document_id == saved
    assert (await Block.aload_from_ref(saved)) == await Inner.aload("eight")
    assert await Inner(a=9).asave("eight", overwrite=True) == saved
    await Inner.aregister_type_and_schema()
    async with get_client() as client:
        assert (await Inner.aload("eight", client=client)).a == 9
        await Inner.adelete("eight", client=client)
    with pytest.raises(ValueError, match="Unable to find"):
        await Inner.aload("eight")


def test_with_a_client_of_ones_own() -> None:
    with get_client(sync_client=True) as client:
        Inner(a=2).save("own", client=client)
        assert Inner.load("own", client=client).a == 2
        document = client.read_block_document_by_name("own", "inner")
    assert document.data == {"a": 2, "s": "d"}
    assert Inner._from_block_document(document).a == 2


def test_what_is_read_without_secrets_is_masked(tmp_path: Path) -> None:
    Inner(s=SecretStr("hush")).save("masked")
    with get_client(sync_client=True) as client:
        shown = client.read_block_document_by_name("masked", "inner", include_secrets=False)
    assert shown.data == {"a": 1, "s": "********"}


def test_a_description_that_has_changed_reaches_the_server() -> None:
    class Told(Block):
        """Before."""

    Told.register_type_and_schema()
    Told.__doc__ = "After."
    Told.register_type_and_schema()
    with get_client(sync_client=True) as client:
        assert client.read_block_type_by_slug("told").description == "After."
