# Gymnasium's own environments and spaces behind the adapter.
import numpy as np
import pytest
from conftest import require

from dsr_env_bridge.errors import InputError
from dsr_env_bridge.spaces import violation_of
from dsr_env_bridge.targets import create_environment

require("gymnasium")
import gymnasium as gym  # noqa: E402
from gymnasium import spaces as gs  # noqa: E402

from dsr_env_bridge.adapters.gymnasium_adapter import GymnasiumEnvironment, GymnasiumTask, seed_number  # noqa: E402
from dsr_env_bridge.adapters.gymnasium_spaces import bridge_of, plain_info  # noqa: E402

EVERY_SPACE = gs.Dict(
    {
        "image": gs.Box(0, 255, (4, 5, 3), np.uint8),
        "joints": gs.Box(np.array([-1, -2], np.float32), np.array([1, 2], np.float32)),
        "scalar": gs.Box(-np.inf, np.inf, (), np.float64),
        "mode": gs.Discrete(3, start=5),
        "buttons": gs.MultiBinary(4),
        "board": gs.MultiBinary([2, 3]),
        "levels": gs.MultiDiscrete([3, 4]),
        "shifted": gs.MultiDiscrete([3, 4], start=[1, -1]),
        "grid": gs.MultiDiscrete([[2, 3], [4, 5]]),
        "pair": gs.Tuple([gs.Discrete(2), gs.Dict({"deep": gs.Box(0, 1, (1,), np.float16)})]),
        "note": gs.Text(8),
        "visits": gs.Sequence(gs.Discrete(4)),
    }
)


class Everything(gym.Env):
    """Observes what it was told to do."""

    observation_space = EVERY_SPACE
    action_space = EVERY_SPACE

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.observation_space.seed(seed)
        return self.observation_space.sample(), {"draw": float(self.np_random.random())}

    def step(self, action):
        assert self.action_space.contains(action), action
        return (
            action,
            1,
            False,
            True,
            {"odd": object(), "deep": {"complex": np.array([1j]), "fine": 3}, "name": np.array(["a"])},
        )


def test_values_of_every_space_go_there_and_back_without_loss():
    environment = GymnasiumEnvironment(Everything(), GymnasiumTask("echo"))
    EVERY_SPACE.seed(7)
    bridge = bridge_of(EVERY_SPACE, "space")
    environment.reset("1", None)
    for _ in range(50):
        action = EVERY_SPACE.sample()
        sent = bridge.to_wire(action)
        assert violation_of(environment.spec.action_space, sent) is None
        result = environment.step(sent)
        assert violation_of(environment.spec.observation_space, result.observation) is None
        assert repr(result.observation) == repr(sent)
        back = bridge.to_gymnasium(sent)
        assert repr(bridge.to_wire(back)) == repr(sent)


def test_an_info_that_cannot_travel_is_told():
    environment = GymnasiumEnvironment(Everything(), GymnasiumTask("echo"))
    environment.reset("1", None)
    result = environment.step(
        environment.spec.action_space and bridge_of(EVERY_SPACE, "s").to_wire(EVERY_SPACE.sample())
    )
    assert result.info == {
        "deep": {"fine": 3},
        "name": ["a"],
        "success": False,
        "unencodable": ["odd", "deep.complex"],
    }
    assert plain_info({1: (2, np.float32(3))}) == {"1": [2, np.float32(3)]}


def test_spaces_that_the_protocol_lacks_are_named():
    with pytest.raises(InputError, match="observation space.g: expected .*found Graph") as caught:
        bridge_of(gs.Dict({"g": gs.Graph(gs.Discrete(2), gs.Discrete(2))}), "observation space")
    assert caught.value.code == "unsupported"


def test_seeds_are_gymnasiums_own():
    own = gym.make("CartPole-v1")
    environment = create_environment("gymnasium:CartPole-v1", {})
    for seed in (0, 7, 2**31 - 1):
        expected, _ = own.reset(seed=seed)
        observation, _ = environment.reset(str(seed), None)
        assert observation["observation"].tobytes() == expected.tobytes()
        for action in (0, 1, 1):
            expected = own.step(action)
            result = environment.step(action)
            assert result.observation["observation"].tobytes() == expected[0].tobytes()
            assert result.reward == expected[1]
    assert len({seed_number(seed) for seed in ("7/1", "7/2", "a", str(2**64), str(2**64 + 1))}) == 5


def test_the_spec_tells_what_gymnasium_knows():
    spec = create_environment("gymnasium:CartPole-v1", {}).spec.to_wire()
    assert (spec["id"], spec["maxEpisodeSteps"], spec["autoreset"]) == ("gymnasium/CartPole-v1", 500, "disabled")
    assert spec["actionSpace"] == {"type": "discrete", "n": 2, "start": 0}
    assert spec["tickRate"] == 50
    limited = create_environment("gymnasium:CartPole-v1", {"maxEpisodeSteps": 3, "prompt": "balance", "tickRate": 30})
    assert (limited.spec.max_episode_steps, limited.spec.tasks[0].prompt, limited.spec.tick_rate) == (3, "balance", 30)
    limited.reset("1", None)
    assert [limited.step(0).truncated for _ in range(3)] == [False, False, True]


def test_an_environment_that_resets_itself_says_so():
    wrapped = gym.wrappers.Autoreset(gym.make("CartPole-v1"))
    assert GymnasiumEnvironment(wrapped, GymnasiumTask("balance")).spec.autoreset == "next-step"


def test_rendering_becomes_rgb():
    require("pygame")
    environment = create_environment("gymnasium:CartPole-v1", {"render": True})
    observation, _ = environment.reset("1", None)
    assert observation["rgb"].shape == (400, 600, 3)
    assert violation_of(environment.spec.observation_space, observation) is None
    environment.close()


@pytest.mark.parametrize(
    "target, options, message",
    [
        ("gymnasium:CartPol-v1", {}, "unknown environment 'CartPol-v1': did you mean 'CartPole"),
        ("gymnasium:CartPole-v1", {"rendr": True}, "unknown option 'rendr': did you mean 'render'"),
        ("gymnasium:CartPole-v1", {"kwargs": {"wheels": 3}}, "wheels"),
        ("gymnasium:CartPole-v1", {"maxEpisodeSteps": 0}, "expected an integer of at least 1, found 0"),
        ("gymnasium", {}, "expected gymnasium:<id>"),
        ("no_such_module:create", {}, "expected a module 'no_such_module'"),
        ("dsr_env_bridge.testing:gird", {}, "did you mean 'grid'"),
    ],
)
def test_mistakes_are_one_line(target, options, message):
    with pytest.raises(InputError, match=message) as caught:
        create_environment(target, options)
    assert "\n" not in caught.value.message


def test_an_unknown_task_is_refused():
    environment = create_environment("gymnasium:CartPole-v1", {})
    with pytest.raises(InputError) as caught:
        environment.reset("1", "swing")
    assert caught.value.code == "unknown-task"
