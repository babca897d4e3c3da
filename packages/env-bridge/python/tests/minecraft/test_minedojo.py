# The real minedojo package behind its adapter, with the Minecraft process replaced by a socket stub: each trap of MineDojo
# has a test.
import json
import os
import sys

import numpy as np
import pytest

from dsr_env_bridge.client import EnvClient
from dsr_env_bridge.errors import InfrastructureError, InputError
from dsr_env_bridge.spaces import violation_of
from dsr_env_bridge.targets import create_environment

from .conftest import require_package

minedojo = require_package("minedojo")

COW = "combat_cow_plains_diamond_armors_diamond_sword_shield"
ZOMBIE = "combat_zombie_plains_diamond_armors_diamond_sword_shield"
PIGMAN = "combat_zombie_pigman_nether_diamond_armors_diamond_sword_shield"
MOOSHROOM = "combat_mooshroom_mushroom_island_diamond_armors_diamond_sword_shield"
MILK = "harvest_milk_with_empty_bucket_and_cow"
NOOP = [0, 0, 0, 12, 12, 0, 0, 0]
ATTACK = [0, 0, 0, 12, 12, 3, 0, 0]
DROP = [0, 0, 0, 12, 12, 2, 0, 0]


@pytest.fixture
def make(stub):
    made = []

    def make_environment(task, **options):
        settings = {"minecraftPort": stub.port, "imageSize": [24, 40], **options}
        made.append(create_environment(f"minedojo:{task}", settings))
        return made[-1]

    yield make_environment
    for environment in made:
        environment.close()


def check(environment, observation):
    assert violation_of(environment.spec.observation_space, observation, "observation") is None


def test_pictures_are_height_width_channel_and_the_right_way_up(make):
    environment = make(COW)
    observation, _ = environment.reset("7", None)
    rgb = observation["rgb"]
    assert rgb.shape == (24, 40, 3) and rgb.flags.c_contiguous
    assert rgb[0, 0].tolist() == [255, 0, 0] and rgb[-1, -1].tolist() == [0, 0, 255]
    check(environment, observation)


def test_the_standard_keys_are_there(make):
    environment = make(COW)
    observation, _ = environment.reset("7", None)
    keys = [
        "damage_source",
        "equipment",
        "inventory",
        "life_stats",
        "location_stats",
        "masks",
        "nearby_tools",
        "rgb",
        "voxels",
    ]
    assert sorted(observation) == keys
    assert observation["inventory"]["name"][0] == "diamond sword"
    assert observation["equipment"]["name"][5] == "shield"
    assert observation["nearby_tools"] == {"table": 1, "furnace": 0}
    assert len(observation["voxels"]["block_name"]) == 27


def test_success_is_a_delta_since_the_reset_and_ends_the_episode(make, stub):
    environment = make(COW)
    environment.reset("7", None)
    stub.world.kills["cow"] = 5
    # Kills before a fast reset do not count in the next episode.
    environment.reset("8", None)
    assert environment.step(NOOP).info["success"] is False
    result = environment.step(ATTACK)
    assert (result.info["success"], result.terminated, result.truncated, result.reward) == (True, True, False, 1.0)
    assert result.info["kills"] == {"cow": 1}


def test_a_negative_reward_passes_through(make, stub):
    environment = make("harvest_1_chicken")
    environment.reset("7", None)
    stub.world.inventory[3] = ["cobblestone", 2]
    stub.world.inventory[4] = ["wool", 2]
    environment.step(NOOP)
    harvest = make("harvest_wool_with_shears_and_sheep")
    harvest.reset("7", None)
    stub.world.inventory[4] = ["wool", 1]
    assert harvest.step(NOOP).reward == 1
    stub.world.inventory[4] = ["air", 0]
    assert harvest.step(NOOP).reward == -1


def test_functions_take_three_ticks_which_are_told_and_their_rewards_are_summed(make, stub):
    environment = make(COW)
    environment.reset("7", None)
    result = environment.step(NOOP)
    assert (result.ticks, result.info["ticks"]) == (1, 1)
    before = stub.world.ticks

    def kill_in_the_first_tick(world):
        if world.ticks == before + 1:
            world.kills["cow"] += 1

    stub.on_step = kill_in_the_first_tick
    result = environment.step(DROP)
    assert stub.world.ticks - before == 3 == result.ticks
    # MineDojo itself returns the last tick's reward, which is 0.
    assert (result.reward, result.terminated, result.info["success"]) == (1.0, True, True)


def test_death_terminates_also_when_it_falls_between_two_ticks_of_a_function(make, stub):
    environment = make(COW)
    environment.reset("7", None)
    before = stub.world.ticks
    stub.on_step = lambda world: world.hurt(20) if world.ticks == before + 1 else None
    result = environment.step(DROP)
    assert result.observation["life_stats"]["life"][0] == 20, "the client respawned meanwhile"
    assert (result.terminated, result.info["death"], result.info["success"]) == (True, True, False)


def test_an_episode_is_cut_after_500_steps_unless_told_otherwise(make):
    assert make(COW).spec.max_episode_steps == 500
    environment = make(COW, maxEpisodeSteps=3)
    environment.reset("7", None)
    results = [environment.step(NOOP) for _ in range(3)]
    assert [result.truncated for result in results] == [False, False, True]
    assert not results[-1].terminated


@pytest.mark.parametrize("tick", [1, 2])
@pytest.mark.parametrize("fault", ["close", "done"])
def test_a_crash_is_no_end_of_an_episode(make, stub, fault, tick):
    environment = make(COW)
    environment.reset("7", None)
    before = stub.world.ticks
    stub.on_step = lambda world: fault if world.ticks == before + tick else None
    with pytest.raises(InfrastructureError) as caught:
        # At the first tick, or at the second of an action that takes three.
        environment.step(DROP)
    assert (caught.value.code, caught.value.retriable) == ("environment-crashed", True)
    with pytest.raises(InfrastructureError):
        environment.step(NOOP)


def test_an_episode_whose_success_is_the_missions_end_is_a_success(make, stub):
    environment = make(COW)
    environment.reset("7", None)
    stub.on_step = lambda world: "done" if world.kills["cow"] else None
    assert environment.step(ATTACK).info["success"] is True


def test_a_crash_at_a_reset_is_told(make, stub):
    environment = make(COW)
    environment.reset("7", None)
    stub.on_step = lambda _world: "close"
    with pytest.raises(InfrastructureError):
        environment.reset("8", None)


@pytest.mark.parametrize("task, name", [(PIGMAN, "zombie_pigman"), (MOOSHROOM, "mooshroom")])
def test_entities_whose_statistic_has_another_name_can_be_hunted(make, stub, task, name):
    environment = make(task)
    environment.reset("7", None)
    assert stub.world.mobs == [name]
    result = environment.step(ATTACK)
    assert (result.info["success"], result.reward) == (True, 1.0)


def test_damage_is_taken_from_where_the_simulator_puts_it(make, stub):
    environment = make(COW)
    environment.reset("7", None)
    stub.on_step = lambda world: world.hurt(4)
    damage = environment.step(NOOP).observation["damage_source"]
    assert damage["damage_amount"][0] == 4
    assert (damage["damage_distance"][0], damage["damage_yaw"][0]) == (3, -20)


def test_seeds_are_texts_and_nothing_of_them_is_lost(make, stub):
    environment = make(COW, reset="hard")
    worlds = {}
    for seed in ("7", "-9223372036854775808", "9007199254740993", "0", "18446744073709551617", 'a"/><Evil b="', "7/1"):
        _, info = environment.reset(seed, None)
        worlds[seed] = info["worldSeed"]
        assert f'seed="{info["worldSeed"]}"' in stub.missions[-1]
        assert "Evil" not in stub.missions[-1]
    for whole in ("7", "-9223372036854775808", "9007199254740993"):
        assert worlds[whole] == whole
    # To Minecraft, 0 means "draw one".
    assert worlds["0"] not in ("0", "")
    assert len(set(worlds.values())) == len(worlds)
    assert environment.reset("0", None)[1]["worldSeed"] == worlds["0"]


def test_the_world_seed_may_be_fixed_and_0_is_refused(make, stub):
    environment = make(COW, reset="hard", worldSeed=9007199254740993)
    assert environment.reset("7", None)[1]["worldSeed"] == "9007199254740993"
    assert environment.reset("8", None)[1]["worldSeed"] == "9007199254740993"
    with pytest.raises(InputError, match="worldSeed"):
        make(COW, worldSeed="0")


def test_equal_seeds_place_mobs_alike(make, stub):
    environment = make(COW)

    def summoned(seed):
        environment.reset(seed, None)
        return [command for command in stub.world.commands if command.startswith("/summon")][-1]

    first, other = summoned("7"), {summoned(str(seed)) for seed in range(20, 26)}
    assert summoned("7") == first
    assert len(other) > 1


def test_a_fast_reset_leaves_no_mob_and_no_item_behind(make, stub):
    environment = make(COW)
    environment.reset("7", None)
    stub.world.mobs += ["zombie", "cow"]
    stub.world.inventory[20] = ["cobblestone", 64]
    observation, info = environment.reset("8", None)
    assert stub.world.mobs == ["cow"] and info["reset"] == "fast"
    assert observation["inventory"]["name"][20] == "air"
    assert observation["inventory"]["name"][0] == "diamond sword"
    assert observation["life_stats"]["life"][0] == 20, "the agent has respawned"
    # The world is still the first one's, and that is told.
    assert info["worldSeed"] == "7"


def test_the_world_is_made_anew_every_so_many_episodes(make, stub):
    environment = make(COW, hardResetEvery=2)
    kinds = [environment.reset(str(seed), None)[1] for seed in range(1, 5)]
    assert [info["reset"] for info in kinds] == ["hard", "fast", "hard", "fast"]
    assert [info["worldSeed"] for info in kinds] == ["1", "1", "3", "3"]
    assert len(stub.missions) == 2


def test_mobs_may_be_left_as_minedojo_leaves_them(make, stub):
    environment = make(COW, clearMobs=False)
    environment.reset("7", None)
    environment.reset("8", None)
    assert stub.world.mobs == ["cow", "cow"]


def test_a_task_can_be_made_twice_in_one_process(make):
    make(COW)
    assert (
        make(COW).spec.tasks[0].prompt
        == "hunt a cow in plains with a diamond sword, shield, and a full suite of diamond armors"
    )


def test_several_tasks_share_a_server_and_a_reset_changes_them(make, stub):
    environment = make(f"{COW},{ZOMBIE}")
    assert [task.id for task in environment.spec.tasks] == [COW, ZOMBIE]
    environment.reset("7", None)
    environment.reset("7", ZOMBIE)
    assert stub.world.mobs == ["zombie"]
    with pytest.raises(InputError) as caught:
        environment.reset("7", "combat_cow")
    assert caught.value.code == "unknown-task"


def test_an_unknown_task_names_the_closest_one():
    with pytest.raises(InputError, match=f"did you mean '{COW}'") as caught:
        create_environment(f"minedojo:{COW[:-1]}", {})
    assert caught.value.code == "unknown-task"


def test_programmatic_tasks_refuse_what_they_set_themselves(make):
    with pytest.raises(InputError, match="use_voxel"):
        make(COW, specification={"use_voxel": False})


def test_a_harvest_without_its_mob_needs_a_specification_which_is_kept_word_for_word(make, stub):
    # harvest_1_porkchop of MineDojo spawns no pig.
    plain = make("harvest_1_porkchop")
    plain.reset("7", None)
    assert stub.world.mobs == []
    specification = {
        "target_names": "porkchop",
        "target_quantities": 1,
        "initial_mobs": "pig",
        "initial_mob_spawn_range_low": [-7, 1, -7],
        "initial_mob_spawn_range_high": [7, 1, 7],
        "specified_biome": "plains",
        "prompt_of_ours": None,
    }
    del specification["prompt_of_ours"]
    environment = make("harvest", specification=specification)
    environment.reset("7", None)
    assert stub.world.mobs == ["pig"]
    assert json.loads(environment.spec.metadata["specification"]) == {"task": "harvest", **specification}
    stub.world.inventory[5] = ["porkchop", 1]
    assert environment.step(NOOP).info["success"] is True


def test_the_specification_of_a_programmatic_task_is_told_too(make):
    told = json.loads(make(COW).spec.metadata["specification"])
    assert (told["target_names"], told["initial_mob_spawn_range_low"]) == ("cow", [-7, 1, -7])


@pytest.mark.parametrize(
    "task",
    [
        COW,
        ZOMBIE,
        "combat_sheep_plains_diamond_armors_diamond_sword_shield",
        "combat_spider_plains_diamond_armors_diamond_sword_shield",
        MILK,
        "harvest_wool_with_shears_and_sheep",
        "harvest_1_chicken",
        PIGMAN,
        "combat_enderman_end_diamond_armors_diamond_sword_shield",
    ],
)
def test_the_curated_tasks_exist_and_start(make, task):
    environment = make(task)
    observation, _ = environment.reset("7", None)
    check(environment, observation)


def test_a_finer_camera_turns_by_its_own_degrees(make, stub):
    environment = make(COW, cameraInterval=0.5)
    spec = environment.spec
    assert spec.action_space["nvec"] == [3, 3, 4, 721, 721, 8, 244, 36]
    assert (spec.metadata["cameraInterval"], spec.metadata["noop"]) == (0.5, [0, 0, 0, 360, 360, 0, 0, 0])
    environment.reset("7", None)
    environment.step([0, 0, 0, 361, 358, 0, 0, 0])
    assert (stub.world.pitch, stub.world.yaw) == (0.5, -1.0)
    with pytest.raises(InputError, match="divide 180, found 7"):
        make(COW, cameraInterval=7)


def test_actions_as_a_dictionary_lose_nothing(make, stub):
    environment = make(COW, actions="dict")
    noop = environment.spec.metadata["noop"]
    assert violation_of(environment.spec.action_space, noop) is None
    assert "masks" not in environment.spec.observation_space["spaces"]
    observation, _ = environment.reset("7", None)
    check(environment, observation)
    action = {
        **noop,
        "forward": 1,
        "jump": 1,
        "sneak": 1,
        "camera": np.array([0.1, -0.25], np.float32),
        "craft": "planks",
    }
    result = environment.step({**action, "equip": "diamond_sword"})
    assert result.ticks == 1
    sent = stub.world.last_action
    for line in ("forward 1", "jump 1", "sneak 1", "craft planks", "equip diamond_sword"):
        assert line in sent
    assert stub.world.yaw == -0.25 and abs(stub.world.pitch - 0.1) < 1e-6
    with pytest.raises(InputError, match="action.craft: expected 'none' or a known item, found 'plank'"):
        environment.step({**noop, "craft": "plank"})


@pytest.mark.parametrize("function", [5, 6, 7])
def test_a_function_on_an_empty_slot_does_nothing_and_says_so(make, function):
    action = [0, 0, 0, 12, 12, function, 0, 30]
    lenient = make(COW)
    lenient.reset("7", None)
    assert "expected an item in it, found none" in lenient.step(action).info["ignored"]
    strict = make(COW, strict=True)
    strict.reset("7", None)
    with pytest.raises(InputError) as caught:
        strict.step(action)
    assert caught.value.code == "invalid-action"
    assert strict.step(NOOP).terminated is False


def test_destroy_empties_its_slot(make, stub):
    environment = make(COW)
    environment.reset("7", None)
    result = environment.step([0, 0, 0, 12, 12, 7, 0, 0])
    assert stub.world.inventory[0][0] == "air" and result.observation["inventory"]["name"][0] == "air"
    assert result.ticks == 3


def test_turns_beyond_a_whole_one_stay_in_the_space(make, stub):
    environment = make(COW)
    environment.reset("7", None)
    for _ in range(3):
        result = environment.step([0, 0, 0, 12, 22, 0, 0, 0])
        check(environment, result.observation)
    assert stub.world.yaw == 450
    assert result.observation["location_stats"]["yaw"][0] == 90


def test_the_nethers_temperature_lies_in_the_space(make, stub):
    environment = make(PIGMAN)
    observation, _ = environment.reset("7", None)
    # MineDojo's own space ends at 1.
    assert observation["location_stats"]["temperature"][0] == 2
    check(environment, observation)


def test_the_raw_info_is_left_out_unless_asked_for(make):
    plain = make(COW)
    assert "raw" not in plain.reset("7", None)[1]
    assert make(COW, rawInfo=True).reset("7", None)[1]["raw"]["stat"]["kill_entity"]["cow"] == 0


@pytest.fixture
def launcher(tmp_path, monkeypatch):
    """Puts a launch script in the place of MineDojo's, which its own launcher then copies, runs and watches."""
    instance = sys.modules["minedojo.sim.bridge.mc_instance.instance"]
    manager = sys.modules["minedojo.sim.bridge.mc_instance.manager"]
    # Stubs of the tests before it would be taken for free simulators.
    manager.InstanceManager._instance_pool.clear()
    script = tmp_path / "Minecraft" / "launchClient.sh"
    script.parent.mkdir()
    (tmp_path / "Schemas").mkdir()
    monkeypatch.setattr(instance, "MC_DIR", str(script.parent))
    monkeypatch.setattr(instance, "SCHEMAS_DIR", str(tmp_path / "Schemas"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))

    def write(text):
        script.write_text(f"#!/bin/sh\n{text}\n")
        script.chmod(0o755)

    return write


def test_minedojos_own_launcher_starts_and_ends_the_simulator(launcher, monkeypatch):
    """Its launch script is the only thing that is replaced: the process it starts is the stub."""
    launcher(f'exec "{sys.executable}" -m dsr_env_bridge.testing.minecraft_stub "$@"')
    monkeypatch.delenv("MINEDOJO_HEADLESS", raising=False)
    environment = create_environment(f"minedojo:{COW}", {"imageSize": [24, 40]})
    assert os.environ["MINEDOJO_HEADLESS"] == "1"
    observation, _ = environment.reset("7", None)
    check(environment, observation)
    assert environment.step(ATTACK).info["success"] is True
    process = environment._simulation._simulator._bridge_env._instances[0].minecraft_process
    environment.close()
    assert not process.is_running()


def test_a_minecraft_that_does_not_start_says_why_in_one_line(launcher):
    launcher('echo "some banner"; echo "Error: Could not find or load main class"; exit 1')
    environment = create_environment(f"minedojo:{COW}", {"imageSize": [24, 40]})
    with pytest.raises(InfrastructureError, match="found that it ended with 'Error: Could not find .*needs JDK 8"):
        environment.reset("7", None)


def test_over_the_wire_with_ticks_in_the_timings_and_a_crash_as_a_failure(stub, serve):
    options = {"minecraftPort": stub.port, "imageSize": "[24,40]", "reset": "hard"}
    server = serve(
        [f"minedojo:{COW}"], *[part for key, value in options.items() for part in ("--option", f"{key}={value}")]
    )
    with EnvClient(server.url) as client:
        session = client.open_session()
        observation, _ = session.reset(2**63 - 1)
        assert violation_of(session.spec["observationSpace"], observation) is None
        session.step(DROP)
        assert session.last_timings["ticks"] == 3
        stub.on_step = lambda _world: "close"
        with pytest.raises(InfrastructureError) as caught:
            session.step(NOOP)
        assert caught.value.code == "environment-crashed"
