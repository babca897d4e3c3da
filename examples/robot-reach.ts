// Your own robot behind the bridge: three methods make an environment; check it, serve it, drive it.
// Run: npm run setup && node examples/dist/robot-reach.js
import {
  type BoxSpace,
  type Environment,
  type EnvironmentFactory,
  EnvClient,
  EnvServer,
  InputError,
  box,
  checkEnvironment,
  clipAction,
  continuousActionSpace,
  createRandom,
  dict,
  float32,
  isNdArray,
  numbersOf,
  unknownNameError,
  violationOf,
} from "@dsr/env-bridge";

/** A gripper on a table that is told its goal's place and moves at most 5 cm a step. */
function createReacher(): Environment {
  const actionSpace = continuousActionSpace([-0.05, -0.05], [0.05, 0.05]);
  let hand = [0, 0];
  let goal = [0, 0];
  const observation = () => ({ hand: float32(hand), goal: float32(goal) });
  const isThere = (): boolean => Math.hypot((hand[0] ?? 0) - (goal[0] ?? 0), (hand[1] ?? 0) - (goal[1] ?? 0)) < 0.02;
  return {
    spec: {
      id: "reacher",
      observationSpace: dict({ hand: box("float32", [2], -1, 1), goal: box("float32", [2], -1, 1) }),
      actionSpace,
      tasks: [{ id: "reach", prompt: "move the hand to the goal" }],
      tickRate: 10,
      autoreset: "disabled",
      metadata: {},
    },
    reset({ seed = 0, task = "reach" } = {}) {
      if (task !== "reach") throw unknownNameError("task", task, ["reach"], "unknown-task");
      const random = createRandom(seed);
      hand = [0, 0];
      goal = [random.uniform(-0.9, 0.9), random.uniform(-0.9, 0.9)];
      return { observation: observation(), info: { success: false } };
    },
    step(action) {
      const violation = violationOf(actionSpace, action, "action");
      if (violation !== undefined) throw new InputError(violation, { code: "invalid-action" });
      hand = numbersOf(action).map((move, axis) => Math.min(Math.max((hand[axis] ?? 0) + move, -1), 1));
      const success = isThere();
      const outcome = { reward: success ? 1 : 0, terminated: success, truncated: false, info: { success } };
      return { observation: observation(), ...outcome };
    },
    close() {},
  };
}

const factory: EnvironmentFactory = { name: "reacher", description: "a hand that reaches", create: createReacher };
const server = await EnvServer.listen({ factories: [factory] });
const client = await EnvClient.connect(server.url);
const robot = await client.openSession();
console.log("problems:", await checkEnvironment(robot));

let { observation } = await robot.reset({ seed: 7 });
for (let step = 1; step <= 100; step++) {
  const { hand, goal } = observation;
  if (!isNdArray(hand) || !isNdArray(goal)) break;
  const towards = [0, 1].map((axis) => Number(goal.data[axis]) - Number(hand.data[axis]));
  const result = await robot.step(clipAction(robot.spec.actionSpace as BoxSpace, towards));
  observation = result.observation;
  if (!result.terminated) continue;
  console.log(`reached the goal in ${step} steps`);
  break;
}
await client.close();
await server.close();
