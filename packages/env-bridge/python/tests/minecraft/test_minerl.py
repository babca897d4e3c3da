# The real minerl 0.4.4 package behind its adapter, with the Minecraft process replaced by a socket stub. MineRL 1.0 is not
# on PyPI; what differs in it, the key ESC and its action names, is tested with a stand-in of its gym interface.
import warnings

import numpy as np
import pytest

from dsr_env_bridge.errors import InfrastructureError, InputError
from dsr_env_bridge.spaces import violation_of
from dsr_env_bridge.targets import create_environment

from .conftest import require_package

warnings.simplefilter("ignore")
require_package("minerl")
import gym  # noqa: E402
from minerl.herobraine.hero import spaces as ms  # noqa: E402

from dsr_env_bridge.adapters.minerl_adapter import MinerlEnvironment  # noqa: E402

TREECHOP, OBTAIN, NAVIGATE, CAVE = (
    "MineRLTreechop-v0",
    "MineRLObtainDiamond-v0",
    "MineRLNavigate-v0",
    "MineRLBasaltFindCave-v0",
)


def make(stub, name, **options):
    return create_environment(f"minerl:{name}", {"minecraftPort": stub.port, **options})


@pytest.mark.parametrize("name", [TREECHOP, OBTAIN, NAVIGATE, CAVE, "MineRLTreechopVectorObf-v0"])
def test_every_kind_of_environment_keeps_its_spaces(stub, name):
    environment = make(stub, name)
    observation, info = environment.reset("7", None)
    assert info == {"success": False}
    assert violation_of(environment.spec.observation_space, observation, "observation") is None
    noop = environment.spec.metadata["noop"]
    assert violation_of(environment.spec.action_space, noop, "noop") is None
    result = environment.step(noop)
    assert violation_of(environment.spec.observation_space, result.observation, "observation") is None
    assert (result.terminated, result.truncated) == (False, False)
    assert observation["rgb"].shape == (64, 64, 3)
    assert observation["rgb"][0, 0].tolist() == [255, 0, 0], "the right way up"


def test_action_dictionaries_arrive_as_they_are(stub):
    environment = make(stub, OBTAIN)
    environment.reset("7", None)
    action = {
        **environment.spec.metadata["noop"],
        "forward": 1,
        "jump": 1,
        "camera": np.array([0.1, -0.25], np.float32),
    }
    environment.step({**action, "nearbyCraft": "furnace", "place": "torch"})
    for line in ("forward 1", "jump 1", "attack 0", "craftNearby furnace", "place torch"):
        assert line in stub.world.last_action
    assert stub.world.yaw == -0.25 and abs(stub.world.pitch - 0.1) < 1e-6
    with pytest.raises(InputError, match="did you mean 'furnace'") as caught:
        environment.step({**action, "nearbyCraft": "furnance"})
    assert caught.value.code == "invalid-action"


def test_a_crash_is_no_end_of_an_episode(stub):
    environment = make(stub, TREECHOP)
    environment.reset("7", None)
    stub.on_step = lambda _world: "close"
    with pytest.raises(InfrastructureError, match="Connection timed out") as caught:
        environment.step(environment.spec.metadata["noop"])
    assert caught.value.code == "environment-crashed"


@pytest.mark.parametrize("reward, success", [(0.0, False), (1.0, True)])
def test_the_simulators_end_terminates_and_its_reward_tells_success(stub, reward, success):
    environment = make(stub, NAVIGATE)
    environment.reset("7", None)
    stub.reward = reward
    stub.on_step = lambda _world: "done"
    result = environment.step(environment.spec.metadata["noop"])
    assert (result.terminated, result.truncated, result.reward) == (True, False, reward)
    assert (result.info["success"], result.info["end"]) == (success, "simulator")


def test_the_step_limit_truncates(stub):
    environment = make(stub, TREECHOP, maxEpisodeSteps=2)
    assert environment.spec.max_episode_steps == 2 and make(stub, TREECHOP).spec.max_episode_steps == 8000
    environment.reset("7", None)
    results = [environment.step(environment.spec.metadata["noop"]) for _ in range(2)]
    assert [(result.terminated, result.truncated) for result in results] == [(False, False), (False, True)]


def test_basalt_ends_ten_steps_after_the_snowball_is_thrown_and_claims_no_success(stub):
    environment = make(stub, CAVE)
    observation, _ = environment.reset("7", None)
    assert observation["inventory"]["snowball"] == 1
    noop = environment.spec.metadata["noop"]
    result = environment.step({**noop, "use": 1})
    steps = 0
    while not result.terminated:
        result = environment.step(noop)
        steps += 1
    assert 10 <= steps <= 12
    assert (result.truncated, result.info["success"]) == (False, False)
    assert environment.spec.metadata["success"] == "judged"


def test_seeds_reach_the_simulator_at_every_reset(stub):
    environment = make(stub, TREECHOP)
    for seed in ("7", "7", "9007199254740993"):
        environment.reset(seed, None)
    first, second, large = [token.rsplit(":", 1)[1] for token in stub.tokens]
    assert first == second == "7" and large not in ("7", "true")
    environment.reset(None, None)
    assert stub.tokens[-1].endswith(":true"), "without a seed MineRL draws one"


def test_an_unknown_environment_names_the_closest_one():
    with pytest.raises(InputError, match=f"did you mean '{TREECHOP}'"):
        create_environment("minerl:MineRLTreechop-v1", {})


class LaterMinerl(gym.Env):
    """MineRL 1.0's interface: hotbar keys, a picture of 360 × 640, and an episode that the agent ends by ESC."""

    spec = None
    action_space = ms.Dict(
        {
            "ESC": ms.Discrete(2),
            "hotbar.1": ms.Discrete(2),
            "forward": ms.Discrete(2),
            "camera": ms.Box(-180, 180, (2,), dtype=np.float32),
        }
    )
    observation_space = ms.Dict({"pov": ms.Box(0, 255, (360, 640, 3), dtype=np.uint8)})

    def reset(self):
        return {"pov": np.zeros((360, 640, 3), np.uint8)}

    def step(self, action):
        assert set(action) == {"ESC", "hotbar.1", "forward", "camera"}
        return self.reset(), 0.0, bool(action["ESC"]), {}


def test_minerl_1_0s_actions_and_its_end_by_esc():
    environment = MinerlEnvironment(LaterMinerl(), "MineRLBasaltFindCave-v0", "find a cave")
    observation, _ = environment.reset(None, None)
    assert observation["rgb"].shape == (360, 640, 3)
    noop = environment.spec.metadata["noop"]
    assert not environment.step({**noop, "hotbar.1": 1}).terminated
    result = environment.step({**noop, "ESC": 1})
    assert (result.terminated, result.info["end"], result.info["success"]) == (True, "ESC", False)
