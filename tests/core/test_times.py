from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from prefect.core.times import EPOCH, to_datetime, to_micros


@given(st.datetimes(timezones=st.sampled_from((UTC, timezone(timedelta(hours=5, minutes=45))))))
def test_a_moment_and_back(moment: datetime) -> None:
    assert to_datetime(to_micros(moment)) == moment


@given(st.datetimes())
def test_naive_is_utc(moment: datetime) -> None:
    assert to_micros(moment) == to_micros(moment.replace(tzinfo=UTC))


def test_the_beginning() -> None:
    assert to_micros(EPOCH) == 0
    assert to_datetime(-1).isoformat() == "1969-12-31T23:59:59.999999+00:00"
