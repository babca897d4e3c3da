import { describe, expect, test } from "vitest";
import { GraphBuilder, encodeOnnx, float32Data, int64Data, toNumbers, type Dimension } from "../graph/index.js";
import { openSession } from "../runtime/index.js";
import { transformerConfigSchema, transformerLanguageModel, type TransformerConfig } from "./index.js";

const SMALL = { vocabulary: 7, context: 5, layers: 2, width: 8, heads: 4 };

function configure(options: Readonly<Record<string, unknown>> = {}): TransformerConfig {
  return transformerConfigSchema.parse({ ...SMALL, ...options });
}

/** The model with weights made of their names, so that the same names give the same numbers. */
function build(config: TransformerConfig, batch: Dimension): GraphBuilder {
  const builder = new GraphBuilder({
    weights: (name, shape) => {
      const count = shape.reduce((product, length) => product * length, 1);
      return float32Data(
        shape,
        Array.from({ length: count }, (_, place) => Math.sin(place * 1.3 + name.length)),
      );
    },
  });
  builder.output(
    "logits",
    transformerLanguageModel(builder, config, builder.input("tokens", "int64", [batch, config.context])),
  );
  return builder;
}

async function logitsOf(config: TransformerConfig, rows: readonly (readonly number[])[], batch: Dimension = "batch") {
  const session = await openSession(encodeOnnx(build(config, batch).finish()).model, { device: "cpu", threads: 1 });
  const results = await session.run({ tokens: int64Data([rows.length, config.context], rows.flat()) });
  await session.close();
  return toNumbers(results["logits"] ?? float32Data([0], []));
}

const VARIANTS: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { positions: "rotary", keyValueHeads: 2, gated: true, activation: "silu", tiedEmbeddings: true },
  { normalization: "layer", bias: true, activation: "gelu" },
  { activation: "gelu_pytorch_tanh", hidden: 12 },
  { activation: "quick_gelu" },
  { activation: "relu" },
];

describe("a small transformer", () => {
  test.each(VARIANTS)("a later token does not change earlier logits: %o", async (options) => {
    const config = configure(options);
    const [a, b] = [await logitsOf(config, [[1, 2, 3, 4, 5]]), await logitsOf(config, [[1, 2, 3, 6, 5]])];
    const width = config.vocabulary;
    // Masked places weigh e^−50 = 2e-22 of a place that counts: no bit of a float32 logit.
    expect(a.slice(0, 3 * width)).toEqual(b.slice(0, 3 * width));
    expect(a.slice(3 * width, 4 * width)).not.toEqual(b.slice(3 * width, 4 * width));
    expect(a.every(Number.isFinite)).toBe(true);
  });

  test("a batch of any size gives the same logits as rows by themselves", async () => {
    const config = configure();
    const rows = [
      [1, 2, 3, 4, 5],
      [6, 5, 4, 3, 2],
      [0, 0, 0, 0, 0],
    ];
    const together = await logitsOf(config, rows);
    const fixed = await logitsOf(config, rows, 3);
    const alone = (await Promise.all(rows.map((row) => logitsOf(config, [row])))).flat();
    together.forEach((logit, place) => {
      // Products over other numbers of rows may add in another order.
      expect(Math.abs(logit - (alone[place] ?? Number.NaN))).toBeLessThan(1e-4);
      expect(Math.abs(logit - (fixed[place] ?? Number.NaN))).toBeLessThan(1e-4);
    });
  });

  test("weights have the names of Hugging Face's Qwen2", () => {
    const builder = new GraphBuilder();
    const config = configure({ positions: "rotary", gated: true, activation: "silu", layers: 1 });
    transformerLanguageModel(builder, config, builder.input("tokens", "int64", [1, config.context]));
    expect(builder.parameters.map(({ value }) => value.name)).toEqual([
      "model.embed_tokens.weight",
      "model.layers.0.input_layernorm.weight",
      "model.layers.0.self_attn.q_proj.weight",
      "model.layers.0.self_attn.k_proj.weight",
      "model.layers.0.self_attn.v_proj.weight",
      "model.layers.0.self_attn.o_proj.weight",
      "model.layers.0.post_attention_layernorm.weight",
      "model.layers.0.mlp.gate_proj.weight",
      "model.layers.0.mlp.up_proj.weight",
      "model.layers.0.mlp.down_proj.weight",
      "model.norm.weight",
      "lm_head.weight",
    ]);
  });

  test("wrong configurations and tokens are refused with what was expected", () => {
    expect(() => configure({ width: 10 })).toThrow(/width must be a multiple of heads/);
    expect(() => configure({ depth: 3 })).toThrow(/depth/);
    const builder = new GraphBuilder({ name: "model" });
    const tokens = builder.input("tokens", "int64", [2, 4]);
    expect(() => transformerLanguageModel(builder, configure(), tokens)).toThrow(
      "tokens at the top of model: expected [batch, 5], found [2, 4]",
    );
  });
});
