"""The words of a command line; options that are unknown, repeated or lack a value are reported together."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import click

from sim.errors import COMMAND_LINE, Problem, nearest_name, raise_if_any

_FOUND = f"{__name__}.found"


def found() -> list[Problem]:
    """What is wrong with the options of the command that is carried out, for it to tell with all else that is wrong."""
    context = click.get_current_context(silent=True)
    return [] if context is None else list(context.meta.get(_FOUND, ()))


class Command(click.Command):
    """A command that takes each option once, but for those declared to be repeated, and tells everything it refuses.

    Args:
        gathers: whether it begins its own list of problems with `found`; otherwise it is refused before it begins.
    """

    def __init__(self, *arguments: Any, gathers: bool = False, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.gathers = gathers

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line, as far as it can be read.

        Raises:
            InputProblems: if an argument is missing or one too many, with all that is wrong with options.
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
        """Carry the command out.

        Raises:
            InputProblems: with all that is wrong with options, unless the command tells of it itself.
        """
        if not self.gathers:
            raise_if_any(found())
        return super().invoke(ctx)

    def _readable(self, context: click.Context, arguments: Sequence[str]) -> tuple[list[str], list[Problem]]:
        """The words without those that cannot be read, and what is wrong with these and with options given twice."""
        words, problems = list(arguments), []
        # A parser keeps the last value only, unless an option may be repeated; so all may, for a first reading.
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
        return words, [*problems, *(_twice(option, said) for option, said in values.items() if len(said) > 1)]


class Commands(click.Group):
    """The commands, which tell all that is wrong with their options at once."""

    command_class = Command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant.

        Raises:
            InputProblems: if there is none of that name, naming all.
        """
        if self.get_command(ctx, args[0]) is None:
            said = f"there is no such command; there are {', '.join(self.list_commands(ctx))}"
            nearest = nearest_name(args[0], self.commands)
            raise_if_any([Problem(COMMAND_LINE, args[0] or "''", said, "", nearest)])
        return super().resolve_command(ctx, args)


def report_problems(error: click.UsageError) -> Problem:
    """What the parser of the command line refuses, in the words of all other refusals."""
    path = error.ctx.command_path if error.ctx else "gapsim"
    if isinstance(error, click.NoSuchOption):
        said = f"there is no such option of {path} itself; options of a command stand after its name"
        return Problem(COMMAND_LINE, error.option_name, said)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        name = (
            error.param.opts[0] if isinstance(error.param, click.Option) else error.param.human_readable_name
        )
        kinds = f" {error.param.metavar}" if isinstance(error.param, click.Option) else ""
        return Problem(COMMAND_LINE, f"{name}{kinds}", f"is missing; {_help(path)}")
    message = error.format_message().rstrip(".")
    return Problem(COMMAND_LINE, path, f"{message[:1].lower()}{message[1:]}; {_help(path)}")


def _help(path: str) -> str:
    return f"`{path} --help` says what it takes"


def _unknown(words: list[str], name: str, options: Sequence[click.Option], context: click.Context) -> Problem:
    """Tell of an option that does not exist, and take it out of the words, with its value where it looks like one."""
    place = next(n for n, word in enumerate(words) if word.startswith(name))
    written, _, value = words.pop(place).partition("=")
    # Without dashes, which all have in common.
    names = {
        text.lstrip("-"): option for option in options for text in (*option.opts, *option.secondary_opts)
    }
    meant = nearest_name(written.lstrip("-"), names)
    nearest = f"--{meant}" if meant else None
    follows = words[place : place + 1]
    if meant and not value and not names[meant].is_flag and follows and follows[0].isalnum():
        value = words.pop(place)
    said = f"there is no such option; `{context.command_path} --help` names all"
    return Problem(COMMAND_LINE, written, said, value, nearest)


def _without_or_with_value(
    words: list[str], name: str, options: Sequence[click.Option], context: click.Context
) -> Problem:
    """Tell of an option that lacks its value, or of one that takes none, and take it out of the words."""
    if any(name in option.opts and not option.is_flag for option in options):
        # What lacks its value stands last.
        words.pop()
        return Problem(COMMAND_LINE, name, f"needs a value after it; {_help(context.command_path)}")
    written = next(word for word in words if word.startswith(f"{name}="))
    words.remove(written)
    value = written.partition("=")[2]
    return Problem(COMMAND_LINE, name, "takes no value: it is given or left out", value)


def _twice(option: click.Option, values: Sequence[object]) -> Problem:
    name = option.opts[0]
    if option.is_flag:
        values = [name if value else option.secondary_opts[0] for value in values]
    several = "twice" if len(values) == 2 else f"{len(values)} times"
    return Problem(COMMAND_LINE, name, f"is given {several}; give one", " and ".join(map(str, values)))
