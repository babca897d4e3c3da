# Reads the options of an environment: names that are known, values of the right kind.
# Knows nothing about any environment.
from __future__ import annotations

from typing import Any, Dict, Tuple

from .errors import InputError, unknown_name_error
from .spaces import describe


class Options:
    """Hands out options by name; `finish` refuses those that nobody asked for."""

    def __init__(self, values: Dict[str, Any]) -> None:
        self._values = dict(values)
        self._known: list = []

    def take(self, name: str, default: Any = None) -> Any:
        """An option of any kind."""
        self._known.append(name)
        value = self._values.pop(name, None)
        return default if value is None else value

    def integer(self, name: str, default: Any = None, least: int = 1) -> Any:
        """An integer of at least `least`, or the default."""
        value = self.take(name, default)
        if value is default:
            return value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or int(value) != value or value < least:
            raise InputError(f"option {name}: expected an integer of at least {least}, found {describe(value)}")
        return int(value)

    def boolean(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self.take(name, default)
        if not isinstance(value, bool):
            raise InputError(f"option {name}: expected true or false, found {describe(value)}")
        return value

    def text(self, name: str, default: Any = None) -> Any:
        """A text; numbers are taken as their text, so that seeds may be typed either way."""
        value = self.take(name, default)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        if value is not None and not isinstance(value, str):
            raise InputError(f"option {name}: expected a text, found {describe(value)}")
        return value

    def choice(self, name: str, choices: Tuple[str, ...], default: str) -> str:
        """One of some texts."""
        value = self.text(name, default)
        if value not in choices:
            raise unknown_name_error(f"option {name}", value, choices)
        return value

    def size(self, name: str, default: Tuple[int, int]) -> Tuple[int, int]:
        """Height and width in pixels."""
        value = self.take(name)
        if value is None:
            return default
        pair = isinstance(value, (list, tuple)) and len(value) == 2
        if not pair or not all(isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= 4096 for n in value):
            raise InputError(f"option {name}: expected [height, width] in pixels, found {describe(value)}")
        return value[0], value[1]

    def finish(self) -> None:
        """Raises InputError for an option that is not known."""
        for name in self._values:
            raise unknown_name_error("option", name, self._known)
