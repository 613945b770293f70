"""One small hostile file for each rule whose technique has no builder of its own elsewhere; all of them inert."""

from __future__ import annotations

from tests.builders import zip_tricks
from tests.builders.pickles.honest import plain_data
from tests.builders.pickles.programs import Target, pickled_call
from tests.builders.pickles.writer import dumps


def opened_file() -> bytes:
    """GAD-10: `builtins.open` of a file that does not exist."""
    return pickled_call(Target("builtins", "open", ("inert-absent-file",)))


def fetched_address() -> bytes:
    """GAD-11: `urllib.request.urlopen` of a host that cannot exist."""
    return pickled_call(Target("urllib.request", "urlopen", ("http://inert.invalid/",)))


def live_objects() -> bytes:
    """GAD-05: `gc.get_objects()`."""
    return pickled_call(Target("gc", "get_objects"))


def shared_library() -> bytes:
    """GAD-12: `ctypes.CDLL` of a library that does not exist."""
    return pickled_call(Target("ctypes", "CDLL", ("inert-absent.so",)))


def code_object() -> bytes:
    """GAD-06: `types.CodeType` of a string, which it refuses."""
    return pickled_call(Target("types", "CodeType", ("INERT",)))


def go_between() -> bytes:
    """GAD-07: `functools.reduce`, which calls its first argument."""
    return pickled_call(Target("functools", "reduce", ("INERT", ())))


def installed_package() -> bytes:
    """GAD-16: `pip.main(("--version",))`."""
    return pickled_call(Target("pip", "main", (("--version",),)))


def sleep() -> bytes:
    """GAD-17: `time.sleep(0)`."""
    return pickled_call(Target("time", "sleep", (0,)))


def library_function() -> bytes:
    """A harmless function of the standard library that nobody vetted: `colorsys.rgb_to_hsv`."""
    return pickled_call(Target("colorsys", "rgb_to_hsv", (0, 0, 0)))


def shell_text() -> bytes:
    """Plain data with a command in a string."""
    return dumps({"note": "#!/bin/sh\necho INERT, a command that is long enough to be looked at"})


def false_checksum() -> bytes:
    """SCN-05: a zip member whose CRC is false."""
    return zip_tricks.wrong_crc(plain_data())


def archive_comment() -> bytes:
    """SCN-11: a zip with a comment."""
    return zip_tricks.commented(b"INERT", plain_data())


def scanner_hook() -> bytes:
    """PKL-38: a call into the hook by which a scanner guards the loader."""
    return pickled_call(Target("fickling.hook", "run_hook"))
