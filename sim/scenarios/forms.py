"""Forms of YAML files, and the problems with a file in words.

A form is a pydantic model. The description of a field states what its value must be, and is the message if it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar, cast, get_args

import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from sim.errors import Problem, nearest_name, shown

INTERPOLATION = "${"
NO_INTERPOLATION = "${…} is refused: it could read the environment; write the value itself"

PlainText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Form(BaseModel):
    """A part of a file: unknown keys are refused and types are strict."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)
    label: ClassVar[str]
    """Its name in messages, as in `a header`."""


AnyForm = TypeVar("AnyForm", bound=Form)


def whole(low: int, high: int, default: Any = ...) -> Any:
    """The field of a whole number within bounds."""
    return Field(default, ge=low, le=high, description=f"must be a whole number from {low} to {high}")


def names(what: str, default: Any) -> Any:
    """The field of a list of names."""
    return Field(default, min_length=1, description=f"must be a list of names of {what}")


def read_form(
    form: type[AnyForm], given: Mapping[Any, Any], where: str, prefix: str = ""
) -> tuple[AnyForm, list[Problem]]:
    """Read a part of a file.

    Args:
        form: its form.
        given: its content.
        where: the file, for messages.
        prefix: what stands before its keys in messages, as in `header.`.

    Returns:
        The form and the problems. If there are any, the form holds the defaults in place of invalid parts, and lacks
        required parts that are missing.
    """
    try:
        return form.model_validate(given), []
    except ValidationError as error:
        invalid = {found["loc"][0] for found in error.errors()}
        valid = {str(key): value for key, value in given.items() if key not in invalid}
        # The mypy plugin of pydantic forgets the subclass here.
        rest = cast(AnyForm, form.model_construct(**valid))
        return rest, [_problem(found, form, where, prefix) for found in error.errors()]


def _problem(found: ErrorDetails, form: type[Form], where: str, prefix: str) -> Problem:
    fields = {info.alias or name: info for name, info in form.model_fields.items()}
    name, value = str(found["loc"][0]), found["input"]
    if name not in fields:
        message = f"there is no such key; {form.label} has {', '.join(fields) or 'no settings'}"
        return Problem(where, prefix + name, message, shown(value), nearest_name(name, fields))
    message = fields[name].description or found["msg"]
    if found["type"] == "missing":
        return Problem(where, prefix + name, message)
    kind = fields[name].annotation
    choices = [one for part in (kind, *get_args(kind)) for one in get_args(part) if isinstance(one, str)]
    return Problem(where, prefix + name, message, shown(value), nearest_name(str(value), choices))


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        ValueError: if it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot be read ({error})") from error


def parse(text: str) -> dict[Any, Any]:
    """The mapping that a YAML text holds. Interpolations are left as they are written.

    Raises:
        ValueError: if it is not valid YAML, has a key twice, or is not a mapping.
    """
    try:
        content = OmegaConf.create(text)
    except (yaml.YAMLError, OmegaConfBaseException) as error:
        message = f"is not valid YAML ({' '.join(str(error).split())})"
        raise ValueError(NO_INTERPOLATION if INTERPOLATION in text else message) from error
    if not isinstance(content, DictConfig):
        raise ValueError("must be a mapping of keys to values")
    tree = OmegaConf.to_container(content, resolve=False)
    assert isinstance(tree, dict)
    return tree


def has_interpolation(value: Any) -> bool:
    """Whether any text inside a value would be replaced by something else when read."""
    if isinstance(value, Mapping):
        return any(has_interpolation(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return any(has_interpolation(part) for part in value)
    return isinstance(value, str) and INTERPOLATION in value
