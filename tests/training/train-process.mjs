// Trains a recipe in a process of its own, for tests that kill it. Argument: JSON {recipe, settings, out, resume, device, threads}.
// Prints `step <n> <loss>` after each step and `done` at the end.
import { createExecutor, findRecipe, train } from "@dsr/trainer";

const { recipe, settings, out, resume, device, threads } = JSON.parse(process.argv[2] ?? "{}");
const { sample: _sample, ...task } = findRecipe(recipe).prepare(settings);
const executor = await createExecutor("onnxruntime", { device, threads });
console.log(`executor ${executor.description}`);
const onStep = ({ step, loss }) => process.stdout.write(`step ${step} ${loss}\n`);
await train(task, { out, executor, resume, checkpointEvery: 10, onStep });
console.log("done");
