"""Parses a command line and reports all unknown, repeated and incomplete options together."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import click

from sim.errors import COMMAND_LINE, Problem, nearest_name, raise_if_any

_FOUND = f"{__name__}.found"


def found() -> list[Problem]:
    """Problems with the options of the current command, for it to report with its other problems."""
    context = click.get_current_context(silent=True)
    return [] if context is None else list(context.meta.get(_FOUND, ()))


class Command(click.Command):
    """A command that accepts each option once, unless declared `multiple`, and reports all problems together.

    Args:
        gathers: whether the command reports `found` itself, with its own problems; otherwise it does not start.
    """

    def __init__(self, *arguments: Any, gathers: bool = False, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.gathers = gathers

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as much of the command line as possible.

        Raises:
            InputProblems: if an argument is missing or superfluous, with all problems of options.
        """
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        words, problems = self._readable(ctx, args)
        ctx.meta[_FOUND] = problems
        try:
            return super().parse_args(ctx, words)
        except click.UsageError as error:
            raise_if_any([*problems, report_problems(error)])
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        Raises:
            InputProblems: with all problems of options, unless the command reports them itself.
        """
        if not self.gathers:
            raise_if_any(found())
        return super().invoke(ctx)

    def _readable(self, context: click.Context, arguments: Sequence[str]) -> tuple[list[str], list[Problem]]:
        """The arguments that can be parsed, and the problems of the others and of repeated options."""
        words, problems = list(arguments), []
        # click keeps only the last value of an option unless it is `multiple`; so all are, for a first reading.
        reading = copy.copy(self)
        reading.params = [copy.copy(parameter) for parameter in self.params]
        options = [parameter for parameter in reading.params if isinstance(parameter, click.Option)]
        once = [option for option in options if not option.multiple]
        for option in once:
            option.multiple = True
        while True:
            try:
                given, _, _ = reading.make_parser(context).parse_args(list(words))
                break
            except click.NoSuchOption as error:
                problems.append(_unknown(words, error.option_name, options, context))
            except click.BadOptionUsage as error:
                problems.append(_without_or_with_value(words, error.option_name, options, context))
        values = {option: given.get(option.name or "", ()) for option in once}
        return words, [
            *problems,
            *(_repeated(option, given) for option, given in values.items() if len(given) > 1),
        ]


class Commands(click.Group):
    """A group of commands that report all problems with their options together."""

    command_class = Command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command by name.

        Raises:
            InputProblems: if no command has that name; the message lists all commands.
        """
        if self.get_command(ctx, args[0]) is None:
            message = f"there is no such command; commands are {', '.join(self.list_commands(ctx))}"
            nearest = nearest_name(args[0], self.commands)
            raise_if_any([Problem(COMMAND_LINE, args[0] or "''", message, "", nearest)])
        return super().resolve_command(ctx, args)


def report_problems(error: click.UsageError) -> Problem:
    """A click usage error as a Problem."""
    path = error.ctx.command_path if error.ctx else "gapsim"
    if isinstance(error, click.NoSuchOption):
        message = f"there is no such option of {path} itself; put options of a command after its name"
        return Problem(COMMAND_LINE, error.option_name, message)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        name = (
            error.param.opts[0] if isinstance(error.param, click.Option) else error.param.human_readable_name
        )
        kinds = f" {error.param.metavar}" if isinstance(error.param, click.Option) else ""
        return Problem(COMMAND_LINE, f"{name}{kinds}", f"is missing; {_help(path)}")
    message = error.format_message().rstrip(".")
    return Problem(COMMAND_LINE, path, f"{message[:1].lower()}{message[1:]}; {_help(path)}")


def _help(path: str) -> str:
    return f"see `{path} --help`"


def _unknown(words: list[str], name: str, options: Sequence[click.Option], context: click.Context) -> Problem:
    """Report an unknown option and remove it from the words, with the next word if it looks like its value."""
    place = next(n for n, word in enumerate(words) if word.startswith(name))
    written, _, value = words.pop(place).partition("=")
    # Without dashes, which all have in common.
    names = {
        text.lstrip("-"): option for option in options for text in (*option.opts, *option.secondary_opts)
    }
    suggested = nearest_name(written.lstrip("-"), names)
    nearest = f"--{suggested}" if suggested else None
    follows = words[place : place + 1]
    if suggested and not value and not names[suggested].is_flag and follows and follows[0].isalnum():
        value = words.pop(place)
    message = f"there is no such option; `{context.command_path} --help` lists all options"
    return Problem(COMMAND_LINE, written, message, value, nearest)


def _without_or_with_value(
    words: list[str], name: str, options: Sequence[click.Option], context: click.Context
) -> Problem:
    """Report an option without its value, or a flag with one, and remove it from the words."""
    if any(name in option.opts and not option.is_flag for option in options):
        # Only the last word can lack its value.
        words.pop()
        return Problem(COMMAND_LINE, name, f"needs a value after it; {_help(context.command_path)}")
    written = next(word for word in words if word.startswith(f"{name}="))
    words.remove(written)
    value = written.partition("=")[2]
    return Problem(COMMAND_LINE, name, "is a flag and takes no value", value)


def _repeated(option: click.Option, values: Sequence[object]) -> Problem:
    name = option.opts[0]
    if option.is_flag:
        values = [name if value else option.secondary_opts[0] for value in values]
    several = "twice" if len(values) == 2 else f"{len(values)} times"
    return Problem(COMMAND_LINE, name, f"is given {several}; give one", " and ".join(map(str, values)))
