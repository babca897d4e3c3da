# From what is written after `--env` to an environment: `gymnasium:<id>`, `minedojo:<task>`, `minerl:<id>`,
# `<module>:<factory>`. Knows nothing about servers; adapters are imported only when they are asked for.
from __future__ import annotations

import importlib
from typing import Any, Dict, Tuple

from .contract import Environment, EnvironmentFactory
from .errors import InputError, unknown_name_error

KINDS = ("gymnasium", "minedojo", "minerl", "module")
_MAX_NAME = 128


def parse_target(target: str) -> Tuple[str, str]:
    """The kind of a target and the rest. Raises InputError for a text of another form."""
    kind, colon, rest = target.partition(":")
    if colon == "" or rest == "":
        raise InputError(
            f"env: expected gymnasium:<id>, minedojo:<task>, minerl:<id> or <module>:<factory>, found '{target}'"
        )
    return (kind, rest) if kind in KINDS else ("module", target)


def name_of(target: str) -> str:
    """The environment's name in the handshake."""
    kind, rest = parse_target(target)
    return (rest.rpartition(":")[2] if kind == "module" else target)[:_MAX_NAME]


def create_environment(target: str, options: Dict[str, Any]) -> Environment:
    """
    Makes the environment of a target.

    Raises InputError for a target, package or option that a person can mend.
    """
    kind, rest = parse_target(target)
    if kind == "gymnasium":
        from .adapters.gymnasium_adapter import create_gymnasium

        return create_gymnasium(rest, options)
    if kind == "minedojo":
        from .adapters.minedojo_adapter import create_minedojo

        return create_minedojo(rest, options)
    if kind == "minerl":
        from .adapters.minerl_adapter import create_minerl

        return create_minerl(rest, options)
    return load_factory(rest)(options)


def load_factory(path: str) -> EnvironmentFactory:
    """The factory `<module>:<name>`. Raises InputError when module or name is not there."""
    module_name, _, name = path.rpartition(":")
    if module_name == "":
        raise InputError(f"env: expected <module>:<factory>, found '{path}'")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise InputError(f"env {path}: expected a module '{module_name}', found {error}") from error
    factory = getattr(module, name, None)
    if factory is None:
        known = [each for each in vars(module) if not each.startswith("_")]
        raise unknown_name_error(f"factory of {module_name}", name, known)
    return factory


def require(module: str, install: str) -> Any:
    """Imports an optional package. Raises InputError that says how to install it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.split(".")[0] != module.split(".")[0]:
            raise
        raise InputError(f"package {module}: expected it to be installed ({install}), found none") from error
