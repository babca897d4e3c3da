# What happens in a server, told as one JSON object a line, for logs.
# Knows nothing about who reads it.
from __future__ import annotations

import json
import sys
from typing import Any, Callable

#: Called with an event's type and its facts.
Log = Callable[..., None]


def silent_log(_event: str, **_facts: Any) -> None:
    """Tells nobody."""


def stderr_log(event: str, **facts: Any) -> None:
    """Writes the event on standard error."""
    sys.stderr.write(json.dumps({"name": "dsr-env-bridge", "type": event, **facts}) + "\n")
    sys.stderr.flush()
