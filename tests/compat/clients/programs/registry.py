"""The programs by name."""

PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function
