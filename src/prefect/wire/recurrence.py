"""Recurrence rules of RFC 5545: whether one ever comes true, and how it is read and written.

`dateutil` looks for a rule's first match until the year 9999, one step at a time, so one that never comes true could keep
it busy for minutes. Rules are therefore tried out before they are taken, in bounded time (half a second at most):

- The trial is moved to the end of the calendar, to a year of the same weekdays and leap years as the rule's own. There
  are only decades left in which to look.
- Rules that fire within the day are tried as to their days and as to their time of day, apart. That is exact where
  every day looks alike, which is where the interval divides a day; other intervals may not be combined with both.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo
from itertools import chain
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from dateutil.rrule import rrule as Rule
    from dateutil.rrule import rruleset as RuleSet

MAX_RRULE_LENGTH = 6500
MAX_RULES = 20
"""Rules in a set, at most."""

DEFAULT_ANCHOR_DATE = date(2020, 1, 1)
"""Where rules begin that name no start."""

DAY_SECONDS = 86_400
_DAILY, _HOURLY, _MINUTELY, _SECONDLY = 3, 4, 5, 6
_STEP_SECONDS = {_HOURLY: 3600, _MINUTELY: 60, _SECONDLY: 1}
_DAY_FILTERS = ("bymonth", "bymonthday", "byyearday", "byeaster", "byweekno", "byweekday")
_TIME_FILTERS = ("byhour", "byminute", "bysecond")
_SHOWN = 40


def comes_true(text: str) -> str:
    """The rule. Raises ValueError if it is malformed, too long, or never comes true."""
    try:
        _check_form(text)
        from dateutil.rrule import rrulestr

        _check_rules(_rules(rrulestr(text)))
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError) as error:
        dots = "..." if len(text) > _SHOWN else ""
        raise ValueError(f'Invalid RRule string "{text[:_SHOWN]}{dots}": {str(error)[:200]}') from None
    return text


def _check_form(text: str) -> None:
    if len(text) > MAX_RRULE_LENGTH:
        raise ValueError(f"Max length is {MAX_RRULE_LENGTH}, got {len(text)}")
    if re.search(r"\bEXRULE\b", text, re.IGNORECASE):
        raise ValueError("EXRULE is not supported; exclude moments with EXDATE")
    if re.search(r"\bINTERVAL=(?:-|[+]?0*(?:;|\s|$))", text, re.IGNORECASE):
        raise ValueError("INTERVAL must be at least 1")


def _check_rules(rules: list[Rule]) -> None:
    if len(rules) > MAX_RULES:
        raise ValueError(f"a set has {MAX_RULES} rules at most, not {len(rules)}")
    for rule in rules:
        trials = _trials_within_the_day(rule) if rule._freq > _DAILY else [rule]
        if not all(_first(trial) for trial in trials):
            raise ValueError("it names a day that never comes; leave out what contradicts itself")


def _rules(parsed: Rule | RuleSet) -> list[Rule]:
    from dateutil.rrule import rruleset

    return list(parsed._rrule) if isinstance(parsed, rruleset) else [parsed]


def _trials_within_the_day(rule: Rule) -> list[Rule]:
    """What must come true for a rule that fires within the day: its days, its time of day, and long steps as such."""
    if rule._bysetpos:
        raise ValueError("BYSETPOS needs FREQ=DAILY or above")
    step = rule._interval * _STEP_SECONDS[rule._freq]
    no_days = dict.fromkeys(_DAY_FILTERS)
    no_times = dict.fromkeys(_TIME_FILTERS)
    days_matter = any(getattr(rule, f"_{name}") for name in _DAY_FILTERS)
    times_matter = any(getattr(rule, f"_{name}") for name in _TIME_FILTERS[: rule._freq - _DAILY])
    if DAY_SECONDS % step and days_matter and times_matter:
        raise ValueError("an interval that does not divide a day may not be combined with both days and times of day")
    trials = [rule.replace(**no_days)]
    if days_matter:
        trials.append(rule.replace(freq=_DAILY, interval=1, **no_times))
    if days_matter and step > DAY_SECONDS:
        trials.append(rule)
    return trials


def _first(rule: Rule) -> datetime | None:
    start = _late_twin(rule._dtstart.replace(tzinfo=None))
    return next(iter(rule.replace(dtstart=start, until=None, count=None)), None)


def _late_twin(moment: datetime) -> datetime:
    """The moment in one of the years 9929 to 9956, where weekdays and leap years fall as in the moment's own year."""
    first = date(moment.year, 1, 1).weekday()
    late = range(9929, 9957)
    same = (year for year in late if year % 4 == moment.year % 4 and date(year, 1, 1).weekday() == first)
    year = next(same, late[-1])
    leap_day = (moment.month, moment.day) == (2, 29)
    return moment.replace(year=year, day=28 if leap_day and year % 4 else moment.day)


# --- reading and writing


def in_zone(text: str, zone: ZoneInfo) -> Rule | RuleSet:
    """The rule or set of rules with its moments in a time zone; without a start it begins at `DEFAULT_ANCHOR_DATE`."""
    from dateutil.rrule import rruleset, rrulestr

    parsed = rrulestr(text, cache=True)
    start = None if "DTSTART" in text.upper() else datetime.combine(DEFAULT_ANCHOR_DATE, datetime.min.time())
    if not isinstance(parsed, rruleset):
        return _rule_in_zone(parsed, zone, start)
    made = rruleset(cache=True)
    for rule in parsed._rrule:
        made.rrule(_rule_in_zone(rule, zone, start))
    for moment in parsed._rdate:
        made.rdate(_moment_in_zone(moment, zone))
    for moment in parsed._exdate:
        made.exdate(_moment_in_zone(moment, zone))
    return made


def _rule_in_zone(rule: Rule, zone: ZoneInfo, start: datetime | None) -> Rule:
    until = None if rule._until is None else _moment_in_zone(rule._until, zone)
    return rule.replace(dtstart=_moment_in_zone(start or rule._dtstart, zone), until=until)


def _moment_in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def zone_of(rule: Rule | RuleSet) -> str | None:
    """Name of the time zone that a rule begins in, if it has one."""
    zones = [part._dtstart.tzinfo for part in _rules(rule) if part._dtstart is not None]
    return next((name for zone in zones if (name := _zone_name(zone))), None)


def _zone_name(zone: tzinfo | None) -> str | None:
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if name or zone is None:
        return name
    return "UTC" if zone.utcoffset(None) == timedelta(0) else None


def written(rule: Rule | RuleSet) -> str:
    """A rule or set of rules as text. Raises ValueError for a set whose rules begin at several moments."""
    from dateutil.rrule import rruleset

    if not isinstance(rule, rruleset):
        return str(rule)
    lines = list(chain.from_iterable(str(part).splitlines() for part in rule._rrule))
    starts = {line for line in lines if line.startswith("DTSTART")}
    if len(starts) > 1:
        raise ValueError("The rules of a set must begin at one moment; make one schedule of each.")
    lines = [*starts, *(line for line in lines if not line.startswith("DTSTART"))]
    lines += [f"RDATE:{moment:%Y%m%dT%H%M%S}" for moment in rule._rdate]
    lines += [f"EXDATE:{moment:%Y%m%dT%H%M%S}" for moment in rule._exdate]
    return "\n".join(lines)
