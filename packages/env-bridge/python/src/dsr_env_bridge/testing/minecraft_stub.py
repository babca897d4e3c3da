# Stands in for the Minecraft process of MineDojo and MineRL: a socket that speaks Malmo's framing (4-byte big-endian
# lengths, picture bottom row first, then JSON) and keeps just enough of a world. Knows nothing about either package.
from __future__ import annotations

import argparse
import json
import re
import socket
import struct
import sys
import threading
from typing import Any, Callable, Dict, List, Optional

_SLOTS = 41
#: Slots by the names of `/replaceitem`.
_COMMAND_SLOTS = {
    "slot.weapon.mainhand": 0,
    "slot.weapon.offhand": 40,
    "slot.armor.head": 39,
    "slot.armor.chest": 38,
    "slot.armor.legs": 37,
    "slot.armor.feet": 36,
}
#: Entities whose statistic has another name than the one they are summoned by (Minecraft 1.11).
_STATISTIC_NAMES = {"zombie_pigman": "pig_zombie", "mooshroom": "mushroom_cow"}
_KILL_NAMES = ("cow", "sheep", "pig", "chicken", "spider", "zombie", "pig_zombie", "enderman", "mushroom_cow", "bat")


class StubWorld:
    """One mission: a player, items, and mobs that die of one blow. Tests reach into it freely."""

    def __init__(self) -> None:
        self.ticks = 0
        self.yaw = 0.0
        self.pitch = 0.0
        self.position = [0.0, 64.0, 0.0]
        self.life = 20.0
        self.died = False
        self.damage = 0.0
        self.mobs: List[str] = []
        self.kills: Dict[str, int] = {name: 0 for name in _KILL_NAMES}
        self.inventory: List[List[Any]] = [["air", 0] for _ in range(_SLOTS)]
        self.commands: List[str] = []
        self.last_action: List[str] = []

    def step(self, action: str) -> None:
        """One tick with Malmo's commands, one a line."""
        self.ticks += 1
        self.died = False
        self.damage = 0.0
        if self.life <= 0:
            # The client respawns by itself.
            self.life, self.position = 20.0, [0.0, 64.0, 0.0]
        self.last_action = [line for line in action.split("\n") if line.strip()]
        for line in self.last_action:
            self._obey(line.strip())

    def hurt(self, amount: float) -> None:
        """Takes life; the agent dies of it at zero."""
        self.damage = amount
        self.life = max(0.0, self.life - amount)
        self.died = self.life == 0

    def _obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == "chat":
            self._command(rest)
        elif word == "camera":
            pitch, yaw = (float(part) for part in rest.split())
            self.pitch = min(max(self.pitch + pitch, -90.0), 90.0)
            # Minecraft counts turns without ever wrapping them.
            self.yaw += yaw
        elif word == "forward" and rest == "1":
            self.position[2] += 0.2
        elif word == "use" and rest == "1":
            self._throw("snowball")
        elif word == "attack" and rest == "1" and self.mobs:
            self._kill(self.mobs.pop(0))

    def _kill(self, mob: str) -> None:
        self.kills[_STATISTIC_NAMES.get(mob, mob)] += 1

    def _throw(self, name: str) -> None:
        for index, (held, quantity) in enumerate(self.inventory):
            if held == name:
                self.inventory[index] = [name, quantity - 1] if quantity > 1 else ["air", 0]
                return

    def _command(self, command: str) -> None:
        self.commands.append(command)
        words = command.split()
        if words[0] == "/summon":
            self.mobs.append(words[1])
        elif command == "/kill":
            self.hurt(self.life)
        elif words[0] == "/kill" and "!player" in words[1]:
            self.mobs.clear()
        elif words[0] == "/clear":
            self.inventory = [["air", 0] for _ in range(_SLOTS)]
        elif words[0] == "/replaceitem":
            self._replace(words[3], words[4].replace("minecraft:", ""), int(words[5]))

    def _replace(self, slot: str, name: str, quantity: int) -> None:
        place, _, number = slot.rpartition(".")
        index = _COMMAND_SLOTS.get(slot)
        if index is None:
            index = int(number) + (9 if place == "slot.inventory" else 0)
        self.inventory[index] = [name, 0 if name == "air" else quantity]

    def describe(self) -> Dict[str, Any]:
        """The simulator's JSON."""
        x, y, z = self.position
        damage = {"damage_amout": self.damage, "hunger_damage": 0.1 if self.damage else 0}
        flags = ("is_fire_damage", "is_magic_damage", "is_explosion", "is_projectile", "is_unblockable")
        location = {"damage_distance": 3.0, "damage_pitch": 10.0, "damage_yaw": -20.0} if self.damage else {}
        return {
            "life": self.life,
            "is_alive": self.life > 0,
            "is_dead": self.life <= 0,
            "living_death_event_fired": self.died,
            "damage_source": {**damage, **{flag: False for flag in flags}, **location},
            **{"armor": 0, "food": 20, "saturation": 5.0, "xp": 0, "air": 300, "is_sleeping": False},
            **{"xpos": x, "ypos": y, "zpos": z, "pitch": self.pitch, "yaw": self.yaw},
            **{"sun_brightness": 1.0, "sky_light_level": 1.0, "light_level": 15, "can_see_sky": True},
            **{"biome_rainfall": 0.0, "biome_temperature": 2.0, "is_raining": False, "biome_id": 8},
            **{"sea_level": 63, "biome_name": "Hell", "world_time": self.ticks, "total_time": self.ticks},
            **{"nearby_crafting_table": True, "nearby_furnace": False},
            "stat": {"kill_entity": dict(self.kills), "use_item": {}, "time_since_death": self.ticks},
            "inventory": [_slot(index, *item) for index, item in enumerate(self.inventory)],
            "equipped_items": {"mainhand": _slot(0, *self.inventory[0])},
            **{"compassAngle": 0.25, "distanceToCompassTarget": 64.0},
            "voxels": ["air", 0, False, True, False, False, False, False, False, 0.5] * 27,
        }


def _slot(index: int, name: str, quantity: int) -> Dict[str, Any]:
    plain = {"index": index, "inventory": "inventory", "name": name, "type": name, "quantity": quantity}
    wear = {"max_durability": -1, "cur_durability": -1, "damage": 0, "maxDamage": 0}
    return {**plain, **wear, "variant": 0, "metadata": 0}


class MinecraftStub:
    """
    Listens on a port of loopback, for one client after the other, until closed.

    `on_step` is called before each tick with the world; what it returns is the fault to commit: `close` ends the
    connection without an answer, `done` says that the mission is over.
    """

    def __init__(self, port: int = 0) -> None:
        self.world = StubWorld()
        self.missions: List[str] = []
        self.tokens: List[str] = []
        self.reward = 0.0
        self.on_step: Callable[[StubWorld], Optional[str]] = lambda _world: None
        self._size = (64, 64)
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stops listening."""
        self._listener.close()

    def wait(self) -> None:
        """Waits until it is closed."""
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                while self._answer(connection, _receive(connection).decode()):
                    pass
            except (EOFError, OSError):
                pass

    def _answer(self, connection: socket.socket, message: str) -> bool:
        if message.startswith("<StepClient"):
            return self._step(connection, message)
        if message.startswith("<Peek"):
            _send(connection, self._picture())
            _send(connection, json.dumps(self.world.describe()).encode())
            _send(connection, struct.pack("!b", 0))
        elif message.startswith(("<Quit", "<Exit")):
            _send(connection, struct.pack("!I", 1))
        elif "<MissionInit" in message:
            self._start(message, _receive(connection).decode())
            _send(connection, struct.pack("!I", 1))
        return not message.startswith(("<Disconnect", "<Exit"))

    def _start(self, mission: str, token: str) -> None:
        self.missions.append(mission)
        self.tokens.append(token)
        size = [re.search(rf"<{name}>\s*(\d+)\s*</{name}>", mission) for name in ("Height", "Width")]
        self._size = tuple(int(found.group(1)) for found in size if found is not None)  # type: ignore[assignment]
        self.world = StubWorld()
        for item in re.findall(r"<Inventory(?:Object|Item|Block)\s[^>]*>", mission):
            facts = dict(re.findall(r'(\w+)="([^"]*)"', item))
            self.world.inventory[int(facts["slot"])] = [facts["type"], int(facts.get("quantity", 1))]

    def _step(self, connection: socket.socket, message: str) -> bool:
        action = message[message.index(">") + 1 : message.rindex("</StepClient")]
        self.world.step(action)
        fault = self.on_step(self.world)
        if fault == "close":
            return False
        _send(connection, self._picture())
        _send(connection, struct.pack("!dbb", self.reward, 1 if fault == "done" else 0, 1))
        _send(connection, json.dumps(self.world.describe()).encode())
        return True

    def _picture(self) -> bytes:
        """The top row is red, the bottom row blue, the rest counts ticks; sent bottom row first, as the simulator does."""
        height, width = self._size
        rows = [bytes([255, 0, 0]) * width] + [bytes([self.world.ticks & 255] * 3) * width] * (height - 2)
        return b"".join(reversed([*rows, bytes([0, 0, 255]) * width]))


def _send(connection: socket.socket, data: bytes) -> None:
    connection.sendall(struct.pack("!I", len(data)) + data)


def _receive(connection: socket.socket) -> bytes:
    return _exactly(connection, struct.unpack("!I", _exactly(connection, 4))[0])


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if part == b"":
            raise EOFError
        data += part
    return data


def main() -> None:
    """Serves on a port as the launch script of Malmo would, telling on standard output when it is ready."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-port", type=int, default=0)
    parser.add_argument("-crashAfter", type=int, default=0)
    known, _ = parser.parse_known_args()
    stub = MinecraftStub(known.port)
    if known.crashAfter > 0:
        stub.on_step = lambda world: "close" if world.ticks > known.crashAfter else None
    sys.stdout.write(f"***** Start MalmoEnvServer on port {stub.port}\nCLIENT enter state: DORMANT\n")
    sys.stdout.flush()
    stub.wait()


if __name__ == "__main__":
    main()
