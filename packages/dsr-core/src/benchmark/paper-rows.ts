// Table 4 of the paper: what it measured of other models on DSR-Bench, to stand beside one's own figures.
// Knows nothing about how they were measured. Source: "Learning to Reason in 4D" (arXiv:2512.20557), Table 4.
import { type QuestionType, questionTypes } from "../questions/question-types.js";

/** One row: accuracy in percent by type, and over all questions. */
export interface PaperRow {
  readonly group: string;
  readonly model: string;
  /** In the order of `questionTypes`. */
  readonly byType: readonly number[];
  readonly average: number;
}

/** The paper's columns are the thirteen types in the order of `questionTypes`. */
export function paperScore({ byType }: PaperRow, type: QuestionType): number | undefined {
  return byType[questionTypes.indexOf(type)];
}

/** Every row, in the paper's order. */
export const paperRows: readonly PaperRow[] = [
  {
    group: "proprietary models",
    model: "GPT-4o",
    byType: [18.8, 29.2, 26.8, 29.7, 21.5, 26.2, 24.1, 23.8, 17.2, 32.3, 22.8, 24.4, 34.7],
    average: 26.4,
  },
  {
    group: "proprietary models",
    model: "GPT-5",
    byType: [21.1, 41.5, 48.7, 34.5, 33.3, 34.7, 17.2, 44.3, 41.9, 21.2, 25, 30.9, 26.7],
    average: 30.8,
  },
  {
    group: "proprietary models",
    model: "Gemini-2.5-Flash",
    byType: [18.8, 27.6, 19.5, 25, 23.6, 22, 11.2, 28.4, 30.8, 23.2, 17.1, 22.6, 38.8],
    average: 24.9,
  },
  {
    group: "proprietary models",
    model: "Gemini-2.5-Pro",
    byType: [20, 44.6, 53.6, 27.3, 38.7, 30.5, 23.2, 32.9, 43.2, 17.1, 28.5, 27.9, 34.3],
    average: 31.7,
  },
  {
    group: "video understanding models",
    model: "LLaVA-Video-7B",
    byType: [22.3, 16.9, 25.6, 33.3, 45.1, 24.5, 24.1, 15.9, 17.2, 19.1, 24.2, 21.4, 33.9],
    average: 25.9,
  },
  {
    group: "video understanding models",
    model: "VideoRefer",
    byType: [23.5, 18.4, 25.6, 33.5, 45.4, 27.1, 25, 16.1, 18.5, 20.2, 26.4, 22.6, 34.7],
    average: 26.9,
  },
  {
    group: "video understanding models",
    model: "LongVILA-R1",
    byType: [20, 21.5, 23.1, 21.4, 37.6, 22.8, 24.1, 26.1, 28.3, 22.2, 17.8, 20.8, 33.9],
    average: 25.3,
  },
  {
    group: "general-purpose models",
    model: "Qwen2.5-VL-7B",
    byType: [18.8, 15.3, 14.6, 42.8, 29, 19.4, 31.8, 19.3, 11.1, 22.2, 19.2, 20.2, 30.1],
    average: 23.5,
  },
  {
    group: "general-purpose models",
    model: "Qwen2.5-VL-32B",
    byType: [31.7, 21.5, 23.1, 44, 36.5, 25.4, 27.5, 23.8, 37, 27.2, 29.2, 21.4, 36.2],
    average: 29.9,
  },
  {
    group: "general-purpose models",
    model: "Qwen3-VL-8B-Instruct",
    byType: [23.5, 24.6, 42.6, 29.7, 27.9, 33.8, 18.1, 28.4, 34.5, 24.2, 22.1, 27.9, 33.5],
    average: 28.7,
  },
  {
    group: "general-purpose models",
    model: "Qwen3-VL-30B-A3B-Instruct",
    byType: [25.8, 27.6, 46.3, 30.9, 31.1, 34.7, 20.6, 29.5, 37, 28.2, 24.2, 31.5, 35.4],
    average: 31.1,
  },
  {
    group: "general-purpose models",
    model: "InternVL3.5-8B",
    byType: [23.5, 27.6, 28, 34.5, 24.7, 27.9, 22.4, 17, 19.7, 28.2, 30, 14.2, 30.1],
    average: 25.4,
  },
  {
    group: "general-purpose models",
    model: "InternVL3.5-38B",
    byType: [25.8, 27.8, 29.2, 34.2, 24.7, 28.5, 26.7, 16.3, 23.4, 29.2, 32.1, 15.4, 31.3],
    average: 26.7,
  },
  {
    group: "spatial reasoning models",
    model: "VLM-3R",
    byType: [28.2, 27.6, 31.7, 42.8, 38.7, 33, 34.4, 23.8, 30.8, 22.2, 26.4, 29.1, 35],
    average: 31.4,
  },
  {
    group: "spatial reasoning models",
    model: "VG-LLM",
    byType: [55.2, 32.3, 58.5, 57.1, 51.6, 32.2, 56, 36.3, 32, 30.3, 32.1, 29.1, 27.9],
    average: 38.4,
  },
  {
    group: "spatial reasoning models",
    model: "the paper's model",
    byType: [87, 73.8, 84.1, 73.8, 72, 35.5, 75.8, 76.1, 77.7, 60.6, 37.1, 35.1, 46.4],
    average: 58.9,
  },
];
