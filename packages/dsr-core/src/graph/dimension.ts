// Arithmetic on lengths that may be symbolic: sums of products of names, such as `2*batch*sequence+past`.
// Knows nothing about tensors; results are canonical, so equal lengths are equal strings.
import { GraphError } from "../errors.js";
import type { Dimension } from "./graph.js";

/** Coefficient of each product of names; the key joins the sorted names by `*`, the empty key is the constant term. */
type Polynomial = ReadonlyMap<string, number>;

const TERM = /([+-]?)([^+-]+)/gy;
const SYMBOL = /^[A-Za-z_][\w./]*$/;

function termOf(text: string, sign: number, whole: string): readonly [key: string, coefficient: number] {
  let coefficient = sign;
  const names: string[] = [];
  for (const factor of text.trim().split("*")) {
    if (/^\d+$/.test(factor)) coefficient *= Number(factor);
    else if (SYMBOL.test(factor)) names.push(factor);
    else throw new GraphError(`length '${whole}': expected names and whole numbers joined by + - *, found '${factor}'`);
  }
  return [names.sort().join("*"), coefficient];
}

function parse(dimension: Dimension): Polynomial {
  if (typeof dimension === "number") return new Map([["", dimension]]);
  const result = new Map<string, number>();
  for (const match of dimension.matchAll(TERM)) {
    const [key, coefficient] = termOf(match[2] ?? "", match[1] === "-" ? -1 : 1, dimension);
    result.set(key, (result.get(key) ?? 0) + coefficient);
  }
  return result;
}

function formatTerm(key: string, coefficient: number): string {
  const sign = coefficient < 0 ? "-" : "+";
  const size = Math.abs(coefficient);
  if (key === "") return `${sign}${size}`;
  return size === 1 ? `${sign}${key}` : `${sign}${size}*${key}`;
}

function orderOf(key: string): string {
  return key === "" ? "\uffff" : key;
}

function format(polynomial: Polynomial): Dimension {
  const terms = [...polynomial].filter(([, coefficient]) => coefficient !== 0);
  if (terms.length === 0) return 0;
  const [first] = terms;
  if (terms.length === 1 && first?.[0] === "") return first[1];
  const ordered = terms.sort(([a], [b]) => (orderOf(a) < orderOf(b) ? -1 : 1));
  const text = ordered.map(([key, coefficient]) => formatTerm(key, coefficient)).join("");
  return text.startsWith("+") ? text.slice(1) : text;
}

/** The canonical form of a length: the same length always has the same form. */
export function canonicalDimension(dimension: Dimension): Dimension {
  return typeof dimension === "number" ? dimension : format(parse(dimension));
}

/** Whether two lengths are certainly equal. */
export function equalDimensions(a: Dimension, b: Dimension): boolean {
  return a === b || canonicalDimension(a) === canonicalDimension(b);
}

/** a + factor·b. */
export function addDimensions(a: Dimension, b: Dimension, factor = 1): Dimension {
  if (typeof a === "number" && typeof b === "number") return a + factor * b;
  const sum = new Map(parse(a));
  for (const [key, coefficient] of parse(b)) sum.set(key, (sum.get(key) ?? 0) + factor * coefficient);
  return format(sum);
}

function joinKeys(a: string, b: string): string {
  if (a === "") return b;
  return b === "" ? a : [...a.split("*"), ...b.split("*")].sort().join("*");
}

/** a · b. */
export function multiplyDimensions(a: Dimension, b: Dimension): Dimension {
  // Adding zero turns −0 into 0.
  if (typeof a === "number" && typeof b === "number") return a * b + 0;
  const product = new Map<string, number>();
  for (const [keyA, x] of parse(a)) {
    for (const [keyB, y] of parse(b)) {
      const key = joinKeys(keyA, keyB);
      product.set(key, (product.get(key) ?? 0) + x * y);
    }
  }
  return format(product);
}

function removeNames(key: string, names: readonly string[]): string | undefined {
  const left = key === "" ? [] : key.split("*");
  for (const name of names) {
    const at = left.indexOf(name);
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  return left.join("*");
}

/** Graded lexicographic order of products of names, the largest first; multiplying both sides keeps it. */
function compareKeys(a: string, b: string): number {
  const [left, right] = [a === "" ? [] : a.split("*"), b === "" ? [] : b.split("*")];
  if (left.length !== right.length) return right.length - left.length;
  const place = left.findIndex((name, index) => name !== right[index]);
  return place < 0 ? 0 : (left[place] ?? "") < (right[place] ?? "") ? -1 : 1;
}

function leadingTerm(polynomial: Polynomial): readonly [key: string, coefficient: number] | undefined {
  return [...polynomial].filter(([, coefficient]) => coefficient !== 0).sort(([a], [b]) => compareKeys(a, b))[0];
}

/** Quotient of two leading terms; undefined when it is not whole. */
function divideTerms(
  [key, coefficient]: readonly [string, number],
  [divisorKey, divisor]: readonly [string, number],
): readonly [key: string, coefficient: number] | undefined {
  const rest = removeNames(key, divisorKey === "" ? [] : divisorKey.split("*"));
  return rest === undefined || coefficient % divisor !== 0 ? undefined : [rest, coefficient / divisor];
}

/** Long division: takes the largest term away until nothing is left. */
function dividePolynomials(a: Polynomial, divisor: Polynomial): Dimension | undefined {
  const first = leadingTerm(divisor);
  if (first === undefined) return undefined;
  const rest = new Map(a);
  const quotient = new Map<string, number>();
  for (let term = leadingTerm(rest); term !== undefined; term = leadingTerm(rest)) {
    const part = divideTerms(term, first);
    if (part === undefined) return undefined;
    quotient.set(part[0], (quotient.get(part[0]) ?? 0) + part[1]);
    for (const [key, coefficient] of divisor) {
      const joined = joinKeys(key, part[0]);
      rest.set(joined, (rest.get(joined) ?? 0) - coefficient * part[1]);
    }
  }
  return format(quotient);
}

/** a / b when that is certainly a whole length, otherwise undefined. */
export function divideDimensions(a: Dimension, b: Dimension): Dimension | undefined {
  if (b === 0) return undefined;
  if (equalDimensions(a, b)) return 1;
  return dividePolynomials(parse(a), parse(b));
}

/** The products a symbolic length is the sum of: names and the whole factor, for code that computes it at run time. */
export function dimensionTerms(
  dimension: Dimension,
): readonly { readonly names: readonly string[]; readonly factor: number }[] {
  return [...parse(dimension)].map(([key, factor]) => ({ names: key === "" ? [] : key.split("*"), factor }));
}
