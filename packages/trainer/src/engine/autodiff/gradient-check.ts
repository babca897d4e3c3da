// Compares gradients with central differences of the function itself, whichever executor runs them.
// Knows nothing about gradient rules.
import { createRandom } from "@dsr/env-bridge/contract";
import {
  GraphBuilder,
  isFloating,
  multiply,
  staticShape,
  sum,
  toNumbers,
  zerosData,
  type DType,
  type Graph,
  type NdData,
  type Value,
} from "@dsr/dsr-core/graph";
import { differentiate, type DifferentiateOptions } from "./differentiate.js";

/** A function with the point at which its gradient is checked. */
export interface GradientCase {
  readonly name: string;
  readonly inputs: Readonly<Record<string, NdData>>;
  /** One or more results; the objective is their sum weighted by fixed random numbers. */
  readonly build: (builder: GraphBuilder, inputs: Readonly<Record<string, Value>>) => Value | readonly Value[];
  /** Element types the case can run in; float64 too when absent. */
  readonly only?: "float32";
}

/** Runs a graph many times; closed by the caller of the check. */
export interface GradientRunner {
  run(feeds: Readonly<Record<string, NdData>>): Promise<Readonly<Record<string, NdData>>>;
}

/** How far an input's gradient is from central differences. */
export interface GradientDifference {
  readonly input: string;
  /** Largest |gradient − central difference| over the input's elements. */
  readonly difference: number;
  /** Largest |gradient|. */
  readonly size: number;
}

interface CheckedGraph {
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, NdData>>;
}

function randomLike(name: string, dtype: DType, shape: readonly number[]): NdData {
  const random = createRandom("gradient-check", name);
  const tensor = zerosData(dtype, shape);
  for (let place = 0; place < tensor.data.length; place++) tensor.data[place] = random.uniform(0.5, 1.5);
  return tensor;
}

/** The objective and its gradients as outputs `objective` and `gradient.<input>`. */
function checkedGraph(check: GradientCase, options: DifferentiateOptions): CheckedGraph {
  const builder = new GraphBuilder({ name: check.name });
  const entries = Object.entries(check.inputs);
  const values = Object.fromEntries(
    entries.map(([name, data]) => [name, builder.input(name, data.dtype, data.shape)] as const),
  );
  const built = check.build(builder, values);
  const results = Array.isArray(built) ? (built as readonly Value[]) : [built as Value];
  const feeds: Record<string, NdData> = { ...check.inputs };
  const parts = results.map((result, position) => {
    const name = `weights.${position}`;
    const weights = randomLike(name, result.dtype, staticShape(result.shape, check.name));
    feeds[name] = weights;
    return sum(builder, multiply(builder, result, builder.input(name, result.dtype, weights.shape)));
  });
  const objective = parts.reduce((total, part) => builder.emitOne("Add", [total, part]));
  const wanted = Object.values(values).filter((value) => isFloating(value.dtype));
  const gradients = differentiate(builder, [{ value: objective }], wanted, options);
  builder.output("objective", objective);
  for (const [value, gradient] of gradients) builder.output(`gradient.${value.name}`, gradient);
  return { graph: builder.finish(), feeds };
}

function scalarOf(results: Readonly<Record<string, NdData>>): number {
  return Number(results["objective"]?.data[0]);
}

/** A copy with one element moved; the move that the element type really made is returned too. */
function moved(data: NdData, place: number, step: number): readonly [NdData, number] {
  const copy = data.data.slice();
  const before = Number(copy[place]);
  copy[place] = before + step;
  return [{ ...data, data: copy }, Number(copy[place]) - before];
}

async function centralDifference(
  runner: GradientRunner,
  feeds: Readonly<Record<string, NdData>>,
  name: string,
  place: number,
): Promise<number> {
  const data = feeds[name];
  if (data === undefined) return Number.NaN;
  const step = data.dtype === "float64" ? 1e-5 : 1e-2;
  const [up, rise] = moved(data, place, step);
  const [down, fall] = moved(data, place, -step);
  const above = scalarOf(await runner.run({ ...feeds, [name]: up }));
  const below = scalarOf(await runner.run({ ...feeds, [name]: down }));
  return (above - below) / (rise - fall);
}

/**
 * For each floating input the largest difference between its gradient and central differences of the objective, with
 * steps of 1e-2 in float32 and 1e-5 in float64.
 */
export async function gradientDifferences(
  check: GradientCase,
  load: (graph: Graph) => Promise<GradientRunner>,
  options: DifferentiateOptions = {},
): Promise<readonly GradientDifference[]> {
  const { graph, feeds } = checkedGraph(check, options);
  const runner = await load(graph);
  const analytic = await runner.run(feeds);
  const differences: GradientDifference[] = [];
  for (const [input, data] of Object.entries(check.inputs).filter(([, each]) => isFloating(each.dtype))) {
    const gradient = analytic[`gradient.${input}`];
    const numbers = gradient === undefined ? Array.from({ length: data.data.length }, () => 0) : toNumbers(gradient);
    let difference = 0;
    for (let place = 0; place < numbers.length; place++) {
      const numeric = await centralDifference(runner, feeds, input, place);
      difference = Math.max(difference, Math.abs(numeric - (numbers[place] ?? Number.NaN)));
      if (Number.isNaN(numeric)) difference = Number.NaN;
    }
    differences.push({ input, difference, size: Math.max(0, ...numbers.map(Math.abs)) });
  }
  return differences;
}

/** The case with its float32 inputs as float64, for references free of rounding. */
export function inDoublePrecision(check: GradientCase): GradientCase {
  const inputs = Object.entries(check.inputs).map(([name, { dtype, shape, data }]) => {
    const double =
      dtype === "float32"
        ? { dtype: "float64" as const, shape, data: Float64Array.from(data as Float32Array) }
        : { dtype, shape, data };
    return [name, double] as const;
  });
  return { ...check, inputs: Object.fromEntries(inputs) };
}
