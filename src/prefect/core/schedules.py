"""When a schedule comes true.

A schedule is kept as its JSON: `{"cron": ...}`, `{"interval": ...}` or `{"rrule": ...}`, with a time zone. Cron expressions,
rules and intervals of a day or more mean local time, where clocks change:

- A local time that the clock skips comes true at the first instant after the gap.
- A local time that the clock shows twice comes true the first time only, except where the schedule fires through the
  day by real time (`*` as the hour of a cron expression, a rule that is hourly or finer): each instant counts then, and
  skipped times are left out.

Shorter intervals are counted in real time. Nothing here runs on: what is looked for ends after `MOST_STEPS` steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import chain, count, islice
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from prefect.core.times import to_datetime, to_micros

if TYPE_CHECKING:
    from dateutil.rrule import rrule as Rule
    from dateutil.rrule import rruleset as RuleSet

MOST_STEPS = 20_000
"""Moments that are looked at for one schedule at a time, those before its start included."""

DAY = timedelta(days=1)
_HOURLY = 4
_STEPS = {2: timedelta(weeks=1), 3: DAY, 4: timedelta(hours=1), 5: timedelta(minutes=1), 6: timedelta(seconds=1)}
"""What one step of a rule's frequency (weekly to secondly, as dateutil numbers them) lasts."""

RULES_BEGIN = datetime(2020, 1, 1)
"""Where rules begin that name no start."""


class Horizon(NamedTuple):
    """How far ahead runs are made: until there are `least` of them and they reach over `span`, but at most `most`.

    All times are in microseconds.
    """

    start: int
    end: int
    span: int
    least: int
    most: int


def planned(schedule: Mapping[str, object], horizon: Horizon) -> list[int]:
    """The moments for which runs are made now."""
    found: list[int] = []
    for moment in fire_times(schedule, horizon.start, horizon.end):
        if len(found) >= horizon.most or (len(found) >= horizon.least and moment >= horizon.start + horizon.span):
            break
        found.append(moment)
    return found


def fire_times(schedule: Mapping[str, object], start: int, end: int) -> Iterator[int]:
    """The moments from `start` to `end`, both included, at which a schedule comes true, in order."""
    try:
        for moment in islice(_moments(schedule, start), MOST_STEPS):
            if moment > end:
                return
            if moment >= start:
                yield moment
    except (OverflowError, ValueError):
        return  # the calendar ends, or nobody can tell when this comes true


def _moments(schedule: Mapping[str, object], start: int) -> Iterator[int]:
    """Moments in order; they may begin before `start`."""
    zone = ZoneInfo(str(schedule.get("timezone") or "UTC"))
    if schedule.get("cron") is not None:
        cron = str(schedule["cron"])
        times = _cron_times(cron, bool(schedule.get("day_or", True)), _local(start, zone))
        return _instants(times, zone, _through_the_day(cron))
    if schedule.get("rrule") is not None:
        rule = _rule(str(schedule["rrule"]), _local(start, zone))
        return _instants(iter(rule), zone, _is_fine(rule))
    if schedule.get("interval") is not None:
        step = timedelta(seconds=float(str(schedule["interval"])))
        return _by_interval(step, datetime.fromisoformat(str(schedule["anchor_date"])), zone, start)
    return iter(())


def _local(start: int, zone: ZoneInfo) -> datetime:
    """The local time from which on to look; earlier than `start` by as much as a clock changes thereabouts."""
    moment = to_datetime(start)
    offsets = [_offset(moment + shift, zone) for shift in (-DAY, DAY)]
    local = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    return local - abs(offsets[1] - offsets[0])


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


# --- the three kinds


def _cron_times(cron: str, day_or: bool, since: datetime) -> Iterator[datetime]:
    from croniter import CroniterBadDateError, croniter

    times = croniter(cron, since.replace(microsecond=0) - timedelta(seconds=1), day_or=day_or)
    while True:
        try:
            yield times.get_next(datetime)
        except CroniterBadDateError:
            return


def _through_the_day(cron: str) -> bool:
    fields = cron.split()
    return cron.strip() == "@hourly" or (len(fields) > 1 and fields[1] in ("*", "*/1", "0-23"))


def _by_interval(step: timedelta, anchor: datetime, zone: ZoneInfo, start: int) -> Iterator[int]:
    if step >= DAY:
        first = _naive(anchor, zone)
        times = (first + step * number for number in count((_local(start, zone) - first) // step))
        return _instants(times, zone, every=False)
    begin, length = to_micros(anchor), step // timedelta(microseconds=1)
    return count(start + (begin - start) % length, length)


def _rule(text: str, since: datetime) -> RuleSet:
    """The rules of a text in local time, moved on to begin shortly before `since` where that changes nothing.

    The schedule's zone is the one that counts, whatever zone the text names.
    """
    from dateutil.rrule import rruleset, rrulestr

    parsed = rrulestr(_ZONES.sub("", text), dtstart=RULES_BEGIN)
    made = rruleset()
    if not isinstance(parsed, rruleset):
        made.rrule(_moved(parsed, since))
        return made
    for rule in parsed._rrule:
        made.rrule(_moved(rule, since))
    for moment in parsed._rdate:
        made.rdate(moment)
    for moment in parsed._exdate:
        made.exdate(moment)
    return made


_ZONES = re.compile(r"(?<=\d{8}T\d{6})Z|;TZID=[^:;\s]+", re.IGNORECASE)


def _moved(rule: Rule, since: datetime) -> Rule:
    length = _STEPS.get(rule._freq)
    if length is None or rule._count is not None or since <= rule._dtstart:
        return rule
    step = length * rule._interval
    return rule.replace(dtstart=rule._dtstart + (since - rule._dtstart) // step * step)


def _is_fine(rules: RuleSet) -> bool:
    return all(rule._freq >= _HOURLY and not rule._byhour for rule in rules._rrule)


# --- from local time to instants


def _naive(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _instants(times: Iterator[datetime], zone: ZoneInfo, every: bool) -> Iterator[int]:
    """The instants of local times, in order and each once."""
    waiting: list[int] = []
    last: int | None = None
    for instants in chain((_of_local(time, zone, every) for time in times), [()]):
        for instant in instants:
            heappush(waiting, instant)
        while waiting and (not instants or waiting[0] <= instants[0]):
            moment = heappop(waiting)
            if moment != last:
                yield moment
            last = moment


def _of_local(time: datetime, zone: ZoneInfo, every: bool) -> tuple[int, ...]:
    """The instants that a local time stands for; with `every` those that a clock really shows, which may be none."""
    first, second = (to_micros(time.replace(tzinfo=zone, fold=fold).astimezone(UTC)) for fold in (0, 1))
    if first == second:
        return (first,)
    if first < second:
        return (first, second) if every else (first,)
    return () if every else (_change_between(second, first, zone),)


def _change_between(before: int, after: int, zone: ZoneInfo) -> int:
    """The first instant at which the clock is as it is at `after`."""
    old = _offset(to_datetime(before), zone)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(to_datetime(middle), zone) == old else (before, middle)
    return after
