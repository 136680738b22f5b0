from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from prefect.core.ids import state_id, uuid7, uuid_from_int

MOMENTS = st.integers(0, 2**48 * 1000 - 1)
BITS = st.integers(0, 2**64 - 1)


@given(st.integers(0, 2**128 - 1))
def test_a_uuid_of_an_integer_is_the_one_the_constructor_makes(value: int) -> None:
    made = uuid_from_int(value)
    assert made == UUID(int=value)
    assert (hash(made), str(made), made.bytes, made.is_safe) == (
        hash(UUID(int=value)), str(UUID(int=value)), UUID(int=value).bytes, UUID(int=value).is_safe
    )  # fmt: skip


@given(MOMENTS, BITS)
def test_version_variant_and_moment(micros: int, bits: int) -> None:
    made = uuid7(micros, bits)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == micros // 1000
    assert (made.int >> 64) & 0xFFF == micros % 1000 * 4
    assert made.int & 0x3FFFFFFFFFFFFFFF == bits & 0x3FFFFFFFFFFFFFFF


@given(MOMENTS, MOMENTS, BITS, BITS)
def test_ids_sort_by_their_moments(first: int, second: int, some: int, other: int) -> None:
    if first < second:
        assert uuid7(first, some) < uuid7(second, other)


@given(MOMENTS, BITS, st.integers(0, 2**16 - 2), st.integers(0, 2**16 - 2))
def test_states_of_a_run_have_ids_of_their_own(micros: int, bits: int, one: int, other: int) -> None:
    run = uuid7(micros, bits & ~0xFFFF).int
    assert (state_id(run, one) == state_id(run, other)) is (one == other)
    assert state_id(run, one) != run
    assert UUID(int=state_id(run, one)).version == 7
