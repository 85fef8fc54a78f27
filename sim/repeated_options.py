"""Options that stand twice on a command line: refused, since a command could only take one of them."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import click

from sim.problems import COMMAND_LINE, Problem, refuse


class Command(click.Command):
    """A command whose options are given once each, but for those declared to be repeated."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line.

        Raises:
            InputProblems: naming every option that stands there more than once, with all its values.
        """
        if not ctx.resilient_parsing:
            refuse(self._repeated(ctx, args))
        return super().parse_args(ctx, args)

    def _repeated(self, context: click.Context, arguments: Sequence[str]) -> list[Problem]:
        # A parser keeps the last value only, unless an option may be repeated; so all may, for a first reading.
        reading = copy.copy(self)
        reading.params = [copy.copy(parameter) for parameter in self.params]
        options = [parameter for parameter in reading.params if isinstance(parameter, click.Option)]
        once = [option for option in options if not option.multiple]
        for option in once:
            option.multiple = True
        given, _, _ = reading.make_parser(context).parse_args(list(arguments))
        return [
            _problem(option, values) for option in once if len(values := given.get(option.name or "", ())) > 1
        ]


def _problem(option: click.Option, values: Sequence[object]) -> Problem:
    name = option.opts[0]
    if option.is_flag:
        values = [name if value else option.secondary_opts[0] for value in values]
    several = "twice" if len(values) == 2 else f"{len(values)} times"
    return Problem(COMMAND_LINE, name, f"is given {several}; give one", " and ".join(map(str, values)))
