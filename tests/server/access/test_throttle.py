"""Guessing gets slower, and then there is no answer; who was right before is not slowed down."""

from __future__ import annotations

from itertools import count

import pytest

from prefect.server.access.throttle import LONGEST_DELAY, MOST, WINDOW, Throttle, place_of


def test_each_wrong_try_waits_longer_until_none_is_looked_at() -> None:
    throttle = Throttle()
    delays = [throttle.wait(["here"], float(moment)) for moment in range(MOST)]
    assert delays == sorted(delays, key=lambda delay: delay or 0)
    assert (delays[0], delays[-1]) == (0.1, LONGEST_DELAY)
    assert throttle.wait(["here"], float(MOST)) is None
    assert throttle.wait(["elsewhere"], float(MOST)) == 0.1
    assert 0 < throttle.seconds_left(["here"], float(MOST)) <= WINDOW


def test_sixty_tries_take_half_a_minute_or_are_not_answered() -> None:
    throttle, moment, refused = Throttle(), 0.0, 0
    for _ in range(60):
        delay = throttle.wait(["here"], moment)
        refused += delay is None
        moment += delay or 0.001
    assert moment >= 30 or refused >= 40


def test_tries_at_once_count_as_those_one_after_another() -> None:
    throttle = Throttle()
    assert sum(throttle.wait(["here"], 1.0) is not None for _ in range(100)) == MOST


def test_an_account_is_guarded_against_many_places() -> None:
    throttle, places = Throttle(), count()
    answered = [throttle.wait([f"place {next(places)}", ("account", "ada")], 1.0) for _ in range(50)]
    assert sum(delay is not None for delay in answered) == MOST


def test_who_waits_is_forgiven() -> None:
    throttle = Throttle()
    for _ in range(MOST):
        throttle.wait(["here"], 1.0)
    assert throttle.wait(["here"], 1.0 + WINDOW) == 0.1


def test_a_right_try_takes_itself_back_and_is_let_through_from_then_on() -> None:
    throttle = Throttle()
    for moment in range(3):
        throttle.wait(["here"], float(moment))
    throttle.right(["here"], ("here", b"proof"))
    assert throttle.wait(["here"], 3.0) == 0.1 * 2**2
    assert throttle.was_right(("here", b"proof"))
    assert not throttle.was_right(("elsewhere", b"proof"))
    throttle.wrong(("here", b"proof"))
    assert not throttle.was_right(("here", b"proof"))


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("@", "@"),
        (None, ""),
    ],
)
def test_places(address: str | None, place: str) -> None:
    assert place_of(address) == place
