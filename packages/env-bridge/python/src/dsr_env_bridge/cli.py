# The command `dsr-env-bridge`: reads arguments, serves until interrupted, prints. The same options as `dsr env serve`.
# Knows nothing about the protocol.
from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from dataclasses import replace
from typing import Any, Dict, List, NoReturn, Optional, Tuple

from . import __version__
from .errors import InfrastructureError, InputError, unknown_name_error, wire_text
from .protocol.limits import ServerLimits
from .server.env_server import EnvServer, ServerOptions
from .server.events import stderr_log

_EXAMPLES = """examples:
  dsr-env-bridge serve --env gymnasium:CartPole-v1
  dsr-env-bridge serve --env minedojo:combat_cow_plains_diamond_armors_diamond_sword_shield --option 'imageSize=[160,256]'
  DSR_TOKEN=secret dsr-env-bridge serve --env my_robot:create --host 0.0.0.0 --port 0 --json"""


class _Parser(argparse.ArgumentParser):
    """One line for a mistake instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        raise InputError(message)


def main(arguments: Optional[List[str]] = None) -> None:
    """Runs the command. Exit codes: 0 done, 1 the work failed, 2 the input was wrong."""
    try:
        parsed = _parser().parse_args(arguments)
        asyncio.run(_serve(_options_of(parsed), parsed.json))
    except InputError as error:
        _fail(wire_text(error), 2)
    except InfrastructureError as error:
        _fail(wire_text(error), 1)


def _fail(text: str, code: int) -> NoReturn:
    sys.stderr.write(f"dsr-env-bridge: {text}\n")
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="dsr-env-bridge", description="Python environments over WebSocket (protocol dsr.env.v1)")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)
    serve = commands.add_parser(
        "serve",
        help="serve environments until interrupted",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    target = "gymnasium:<id>, minedojo:<task>, minerl:<id> or <module>:<factory>; repeatable, the first is the default"
    serve.add_argument("--env", action="append", required=True, metavar="TARGET", help=target)
    serve.add_argument("--option", action="append", default=[], metavar="KEY=VALUE", help="environment option (JSON)")
    serve.add_argument("--host", default="127.0.0.1", help="address to bind; anything but loopback needs --token")
    serve.add_argument("--port", type=_port, default=8765, help="port, 0 for a free one")
    serve.add_argument("--token", default=os.environ.get("DSR_TOKEN"), help="clients must present it (or DSR_TOKEN)")
    serve.add_argument("--max-sessions", type=int, help="sessions at once")
    serve.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help="another limit, such as stepTimeoutMs=600000",
    )
    serve.add_argument("--no-describe", action="store_true", help="do not make the environments before a client asks")
    serve.add_argument("--json", action="store_true", help="print one JSON object with the address")
    return parser


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"expected an integer from 0 to 65535, found '{text}'")
    return int(text)


def _options_of(parsed: argparse.Namespace) -> ServerOptions:
    limits = _limits(parsed.limit)
    # Factories of one's own lie in the current folder, as for `python -m`; workers find them there too.
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    os.environ["PYTHONPATH"] = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
    return ServerOptions(
        targets=parsed.env,
        options=dict(_key_value(text) for text in parsed.option),
        host=parsed.host,
        port=parsed.port,
        token=parsed.token,
        limits=limits if parsed.max_sessions is None else replace(limits, max_sessions=parsed.max_sessions),
        describe=not parsed.no_describe,
        log=stderr_log,
    )


def _key_value(text: str) -> Tuple[str, Any]:
    key, equals, value = text.partition("=")
    if key == "" or equals == "":
        raise InputError(f"option: expected KEY=VALUE, found '{text}'")
    try:
        return key, json.loads(value)
    except json.JSONDecodeError:
        return key, value


def _limits(texts: List[str]) -> ServerLimits:
    names = {_camel(name): name for name in ServerLimits.__dataclass_fields__}
    values: Dict[str, Any] = {}
    for text in texts:
        key, value = _key_value(text)
        if key not in names:
            raise unknown_name_error("limit", key, list(names))
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
            raise InputError(f"limit {key}: expected a number above 0, found '{value}'")
        values[names[key]] = value
    return ServerLimits(**values)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


async def _serve(options: ServerOptions, as_json: bool) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    listening = asyncio.ensure_future(EnvServer.listen(options))
    interrupted = asyncio.ensure_future(stopped.wait())
    await asyncio.wait([listening, interrupted], return_when=asyncio.FIRST_COMPLETED)
    if not listening.done():
        listening.cancel()
        await asyncio.wait([listening])
        return
    server = listening.result()
    names = [environment.name for environment in server.environments]
    if as_json:
        print(json.dumps({"url": server.url, "port": server.port, "environments": names}), flush=True)
    else:
        print(f"serving {', '.join(names)} at {server.url} (Ctrl+C stops)", flush=True)
    await interrupted
    await server.close()
