"""Declares options, and reports all problems with the options of a command line together.

Loads nothing heavy, so that `--help` is fast.
"""

from __future__ import annotations

import copy
import re
import shlex
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.errors import COMMAND_LINE, InputProblems, Problem, nearest_name, raise_if_any
from sim.paths import RESULTS, out_problem
from sim.runner import ENGINES

if TYPE_CHECKING:
    from sim.scenarios.compose import Composed

_FOUND, _TYPED = f"{__name__}.found", f"{__name__}.typed"


def found() -> list[Problem]:
    """Problems with the options of the current command, for it to report with its other problems."""
    context = click.get_current_context(silent=True)
    return [] if context is None else context.meta.get(_FOUND, [])


def typed(name: str) -> Any:
    """The text given to a parameter of the current command, accepted or not; None if there is none."""
    return click.get_current_context().meta[_TYPED].get(name)


def command_line() -> str:
    """The current command line without `gapsim`, quoted for a shell."""
    return shlex.join(click.get_current_context().obj)


class Asked:
    """What commands about scenarios are asked for: names, `KEY=VALUE`, seed and folders, and the problems so far.

    Args:
        arguments: names and `KEY=VALUE` in any order.
        scenarios: folders of scenarios besides the shipped one, if any.
        seed: given by the option, if any.
    """

    def __init__(self, arguments: Sequence[str], scenarios: Sequence[str] | None, seed: int | None) -> None:
        from sim.model.parameters import DEFAULT_SEED
        from sim.scenarios.overrides import is_override, read

        self.arguments, self.folders, self.seed_option = arguments, scenarios or (), seed
        self.problems = found()
        self.names = [argument for argument in arguments if not is_override(argument)]
        self.overrides = read([argument for argument in arguments if is_override(argument)])
        given, text = self.overrides.seed, typed("seed")
        self.seed = next(number for number in (seed, given, DEFAULT_SEED) if number is not None)
        if text is not None and given is not None:
            self.refuse("--seed", "is given together with seed=; give one", text)

    def refuse(self, key: str, message: str, value: str = "") -> None:
        """Add a problem."""
        self.problems.append(Problem(COMMAND_LINE, key, message, value))

    def compose(self, names: Sequence[str]) -> list[Composed]:
        """Compose scenarios with the overrides.

        Raises:
            InputProblems: with all problems of the command.
        """
        from sim.scenarios.compose import compose

        return compose(names, self.overrides, self.folders, self.problems)

    def compose_one(self) -> Composed:
        """Compose the single scenario of a command that takes one, given by name or as `scenario=`."""
        names = [*self.names, *([] if self.overrides.scenario is None else [self.overrides.scenario])]
        if len(names) > 1:
            self.refuse("scenario", "this command takes one", ", ".join(names))
        return self.compose(names or ["baseline"])[0]

    def refuse_scenario(self, why: str) -> None:
        """Add a problem if `scenario=` is given to a command that does not take it."""
        if self.overrides.scenario is not None:
            self.refuse("scenario", f"cannot be used here: {why}", self.overrides.scenario or "''")


class Command(click.Command):
    """A command that accepts each option once, unless declared `multiple`, and reports all problems together.

    A command about scenarios is given what it is asked for, with the problems so far, and reports them with its own. Any
    other does not start if there are problems.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as much of the command line as possible, and collect the problems with the rest."""
        words = list(args)
        problems = ctx.meta[_FOUND] = self._remove_unreadable(ctx, words)
        try:
            return super().parse_args(ctx, words)
        except click.UsageError as error:
            problems.append(as_problem(error))
            return []

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command.

        Raises:
            InputProblems: with all problems of options, unless the command reports them itself.
        """
        if "arguments" in ctx.params:
            of_asked = [ctx.params.pop(name, None) for name in ("arguments", "scenarios", "seed")]
            ctx.params["asked"] = Asked(*of_asked)
        else:
            raise_if_any(found())
        return super().invoke(ctx)

    def _remove_unreadable(self, context: click.Context, words: list[str]) -> list[Problem]:
        """Remove what cannot be parsed from the words, and report it and the repeated options."""
        problems = []
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
            except (click.NoSuchOption, click.BadOptionUsage) as error:
                problems.append(_unreadable(error, words, options, context.command_path))
        several = {option: values for option in once if len(values := given.get(option.name, ())) > 1}
        last = {option.name: given[option.name][-1] for option in once if given.get(option.name)}
        context.meta[_TYPED] = {**given, **last}
        return [*problems, *(_repeated(option, values) for option, values in several.items())]


class _Collected:
    """A parameter whose problems are collected instead of raised; its value is None then."""

    name: str

    def handle_parse_result(self, ctx: click.Context, opts: Any, args: list[str]) -> tuple[Any, list[str]]:
        """Convert and check the value."""
        try:
            return super().handle_parse_result(ctx, opts, args)  # type: ignore[misc]
        except (click.UsageError, InputProblems) as error:
            found().extend(error.problems if isinstance(error, InputProblems) else [as_problem(error)])
            ctx.params[self.name] = None
            return None, args


class _Option(_Collected, click.Option):
    def get_help_extra(self, ctx: click.Context) -> Any:
        """What help adds to the text: not the range, which for a seed is long and of no use."""
        extra = super().get_help_extra(ctx)
        extra.pop("range", None)
        return extra


class _Argument(_Collected, click.Argument):
    pass


class Commands(click.Group):
    """A group of commands that report all problems with their options together."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find a command by name.

        Raises:
            InputProblems: if no command has that name; the message lists all commands.
        """
        if self.get_command(ctx, args[0]) is None:
            message = f"there is no such command; commands are {', '.join(self.list_commands(ctx))}"
            nearest = nearest_name(args[0], self.commands)
            raise_if_any([Problem(COMMAND_LINE, args[0] or "''", message, "", nearest)])
        return super().resolve_command(ctx, args)


def as_problem(error: click.UsageError) -> Problem:
    """A click usage error as a Problem."""
    path = error.ctx.command_path if error.ctx else "gapsim"
    parameter = error.param if isinstance(error, click.BadParameter) else None
    if isinstance(error, click.NoSuchOption):
        message = f"there is no such option of {path} itself; put options of a command after its name"
        return Problem(COMMAND_LINE, error.option_name, message)
    if parameter is None:
        message = error.format_message().rstrip(".")
        return Problem(COMMAND_LINE, path, f"{message[:1].lower()}{message[1:]}; {_help(path)}")
    is_option = isinstance(parameter, click.Option)
    if isinstance(error, click.MissingParameter):
        name = f"{parameter.opts[0]} {parameter.metavar}" if is_option else parameter.human_readable_name
        return Problem(COMMAND_LINE, name, f"is missing; {_help(path)}")
    value, kind, nearest = typed(str(parameter.name)) or "''", parameter.type, None
    message = error.message
    if isinstance(kind, click.IntRange):
        message = f"must be a whole number from {kind.min} to {kind.max}"
    elif isinstance(kind, click.Choice):
        message, nearest = f"must be one of {', '.join(kind.choices)}", nearest_name(value, kind.choices)
    key, value = (parameter.opts[0], value) if is_option else (value, "")
    return Problem(COMMAND_LINE, key, message, value, nearest)


def _help(path: str) -> str:
    return f"see `{path} --help`"


def _unreadable(error: click.UsageError, words: list[str], options: list[click.Option], path: str) -> Problem:
    """Report an unknown option, one without its value or a flag with one, and remove it from the words."""
    names = {text: option for option in options for text in (*option.opts, *option.secondary_opts)}
    name = error.option_name  # type: ignore[attr-defined]
    unknown = isinstance(error, click.NoSuchOption)
    if not unknown and name in names and not names[name].is_flag:
        # Only the last word can lack its value.
        return Problem(COMMAND_LINE, words.pop(), f"needs a value after it; {_help(path)}")
    place = next(n for n, word in enumerate(words) if word.startswith(name if unknown else f"{name}="))
    written, _, value = words.pop(place).partition("=")
    if not unknown:
        return Problem(COMMAND_LINE, written, "is a flag and takes no value", value)
    # Without dashes, which all have in common.
    similar = nearest_name(written.lstrip("-"), [name.lstrip("-") for name in names])
    nearest = f"--{similar}" if similar else None
    if nearest and not value and not names[nearest].is_flag and words[place:] and words[place].isalnum():
        value = words.pop(place)
    message = f"there is no such option; `{path} --help` lists all options"
    return Problem(COMMAND_LINE, written, message, value, nearest)


def _repeated(option: click.Option, values: Sequence[object]) -> Problem:
    name = option.opts[0]
    if option.is_flag:
        values = [name if value else option.secondary_opts[0] for value in values]
    several = "twice" if len(values) == 2 else f"{len(values)} times"
    return Problem(COMMAND_LINE, name, f"is given {several}; give one", " and ".join(map(str, values)))


def seconds(text: str) -> float:
    """A number of seconds above 0."""
    with suppress(ValueError):
        if 0.0 < (number := float(text)) < float("inf"):
            return number
    raise click.BadParameter("must be a number of seconds above 0")


def shard(text: str) -> tuple[int, int]:
    """The i and n of `i/n`: shard i of n, counted from 1."""
    numbers = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if numbers and 1 <= int(numbers[1]) <= int(numbers[2]):
        return int(numbers[1]), int(numbers[2])
    raise click.BadParameter("must be i/n: shard i of n, counted from 1, for example 3/8")


MAX_SEED = 2**63 - 1
"""That of `sim.model.parameters`, which takes longer to load than `--help` may."""

REPLICATIONS, MOST_REPLICATIONS = 100, 1_000_000

command = partial(click.command, cls=Command)
argument = partial(click.argument, cls=_Argument)


def value(name: str, metavar: str, text: str, kind: Any = str, **more: Any) -> Any:
    """Declare an option with a value."""
    return click.option(name, metavar=metavar, help=text, type=kind, show_default=True, cls=_Option, **more)


def flag(name: str, text: str, **more: Any) -> Any:
    """Declare an option without a value."""
    return click.option(name, is_flag=True, help=text, cls=_Option, **more)


def arguments(metavar: str) -> Any:
    """Names and `KEY=VALUE` in any order; the command is given them as `asked`, with seed and folders of scenarios."""
    return argument("arguments", nargs=-1, metavar=metavar)


def one_of(name: str, words: Sequence[str], default: str | None = None) -> Any:
    """An argument that is one of some words and may be left out."""
    metavar = f"[{'|'.join(words)}]"
    return argument(name, type=click.Choice(words), required=False, default=default, metavar=metavar)


def replications(default: str, least: int = 1) -> Any:
    """The option --replications."""
    text = f"Number of replications. [default: {default}]"
    return value("--replications", "N", text, click.IntRange(least, MOST_REPLICATIONS))


def seed(default: str, most: int = MAX_SEED) -> Any:
    """The option --seed."""
    text = f"Random seed: the same seed gives the same results. [default: {default}]"
    return value("--seed", "S", text, click.IntRange(0, most))


def out(default: str, **checks: Any) -> Any:
    """The option --out, which names a folder for results; see `out_problem` for the checks."""

    def checked(context: click.Context, parameter: click.Parameter, text: str | None) -> Path | None:
        raise_if_any([out_problem(text, RESULTS, **checks)])
        return None if text is None else Path(text)

    return value("--out", "DIR", f"Folder for the results. [default: {default}]", callback=checked)


folder = argument("folder", metavar="DIR", type=Path)
scenarios = value("--scenarios", "DIR", "Add a folder of scenario files.", multiple=True)
as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, and nothing else, on standard output."
)
workers = value(
    "--workers", "N", "Number of worker processes. [default: one per core]", click.IntRange(1, 1024)
)
engine = value(
    "--engine", "E", f"Execution backend: {', '.join(ENGINES)}. [default: processes]", click.Choice(ENGINES)
)
