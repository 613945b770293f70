"""Help fits 80 columns, names every option, and says only what is true."""

from __future__ import annotations

import pytest

from weighbridge.cli.app import COMMANDS, usage
from weighbridge.cli.help import render
from weighbridge.cli.options import Command
from weighbridge.core.modules import fetch


def command(name: str) -> Command:
    found: Command = fetch(COMMANDS[name][0]).COMMAND
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_named_and_every_line_fits(name: str) -> None:
    made = command(name)
    text = render(made)
    assert text.startswith(f"usage: weighbridge {name} [OPTIONS]")
    assert max(map(len, text.splitlines())) <= 80
    for group in made.all_groups():
        assert f"\n{group.title}:\n" in text
        for option in group.options:
            for written in option.names:
                assert written in text
            for choice in option.choices:
                assert choice in text


@pytest.mark.parametrize("name", COMMANDS)
def test_what_every_command_has(name: str) -> None:
    names = {name for group in command(name).all_groups() for option in group.options for name in option.names}
    assert {"--format", "--output", "--quiet", "--offline", "--config", "--help"} <= names


@pytest.mark.parametrize("name", COMMANDS)
def test_it_ends_with_exit_codes_and_an_example(name: str) -> None:
    words, _, examples = command(name).epilog.partition("\nexample")
    assert "exit code" in words
    assert examples.partition(":\n")[0] == ("" if examples.count("\n") == 2 else "s")
    assert f"\n  weighbridge {name}" in examples


@pytest.mark.parametrize("name", COMMANDS)
def test_no_name_is_given_twice(name: str) -> None:
    names = [name for group in command(name).all_groups() for option in group.options for name in option.names]
    assert len(names) == len(set(names))
    assert command(name).name == name


def test_the_program_lists_its_commands() -> None:
    assert all(f"\n  {name} " in usage() for name in COMMANDS)
    assert max(map(len, usage().splitlines())) <= 80
