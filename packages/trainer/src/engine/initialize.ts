// Starting weights from a seed: each weight draws from a stream of its own, so adding one does not change the others.
// Knows nothing about training.
import { createRandom, type Random, type Seed } from "@dsr/env-bridge/contract";
import { filledData, float32Data, staticShape, zerosData, type NdData, type Parameter } from "@dsr/dsr-core/graph";

/** Two independent standard normal numbers (Box and Muller 1958). */
function normalPair(random: Random): readonly [number, number] {
  const radius = Math.sqrt(-2 * Math.log(1 - random.float()));
  const angle = 2 * Math.PI * random.float();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

function normalNumbers(random: Random, count: number, deviation: number): Float32Array {
  const numbers = new Float32Array(count);
  for (let place = 0; place < count; place += 2) {
    const [first, second] = normalPair(random);
    numbers[place] = deviation * first;
    if (place + 1 < count) numbers[place + 1] = deviation * second;
  }
  return numbers;
}

/** The starting elements of a weight; the same seed, name and shape always give the same bytes. */
export function initialWeight(parameter: Parameter, seed: Seed): NdData {
  const { value, initializer } = parameter;
  const shape = staticShape(value.shape, `weight '${value.name}'`);
  switch (initializer.kind) {
    case "zeros":
      return zerosData("float32", shape);
    case "ones":
      return filledData("float32", shape, 1);
    case "given":
      return initializer.data;
    case "normal": {
      const count = shape.reduce((product, length) => product * length, 1);
      const random = createRandom(seed, "weight", value.name);
      return float32Data(shape, normalNumbers(random, count, initializer.deviation));
    }
  }
}
