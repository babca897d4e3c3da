// A little language to learn from: notes about animals in a block world, written by a grammar.
// Knows nothing about training. Has structure of several reaches: spelling, word order, agreement, small sums.
import type { Random } from "@dsr/env-bridge/contract";

const numbers = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"] as const;

/** Singular and plural. */
const animals = [
  ["cow", "cows"],
  ["pig", "pigs"],
  ["sheep", "sheep"],
  ["chicken", "chickens"],
  ["wolf", "wolves"],
  ["spider", "spiders"],
  ["zombie", "zombies"],
] as const;

const looks = ["brown", "white", "small", "old", "hungry", "quiet", "spotted"] as const;
const directions = ["north", "south", "east", "west"] as const;
const places = ["river", "hill", "old oak", "snow field", "desert", "village", "cave"] as const;
const times = ["at dawn", "at noon", "at dusk", "at night"] as const;
/** Present tense, as one does it and as many do it. */
const movements = [
  ["walks", "walk"],
  ["runs", "run"],
  ["wanders", "wander"],
  ["turns", "turn"],
] as const;

/** Every word the grammar can write, for judging samples. */
export function fieldNoteWords(): ReadonlySet<string> {
  const lists = [numbers, looks, directions, places, times, ...animals, ...movements];
  const joining = "a an the and make towards near many of is are there then sees see";
  return new Set([...lists.flat().flatMap((text) => text.split(" ")), ...joining.split(" ")]);
}

/** A text of about this many characters, one note a line; the same for the same random numbers. */
export function writeFieldNotes(random: Random, characters: number): string {
  const lines: string[] = [];
  for (let length = 0; length < characters;) {
    const line = writeNote(random);
    lines.push(line);
    length += line.length + 1;
  }
  return `${lines.join("\n")}\n`;
}

function writeNote(random: Random): string {
  switch (random.integer(4)) {
    case 0:
      return walk(random);
    case 1:
      return sum(random);
    case 2:
      return census(random);
    default:
      return encounter(random);
  }
}

/** `at dusk the old cow walks north towards the river.` */
function walk(random: Random): string {
  const [one, many] = pick(random, animals);
  const [walks, walking] = pick(random, movements);
  const alone = random.integer(2) === 0;
  const who = alone ? `the ${pick(random, looks)} ${one}` : `the ${pick(random, looks)} ${many}`;
  return `${pick(random, times)} ${who} ${alone ? walks : walking} ${pick(random, directions)} towards the ${pick(random, places)}.`;
}

/** `two pigs and three pigs make five pigs.` */
function sum(random: Random): string {
  const animal = pick(random, animals);
  const [a, b] = [1 + random.integer(5), 1 + random.integer(5)];
  return `${counted(a, animal)} and ${counted(b, animal)} make ${counted(a + b, animal)}.`;
}

/** `there are four sheep near the cave.` */
function census(random: Random): string {
  const count = 1 + random.integer(10);
  return `there ${count === 1 ? "is" : "are"} ${counted(count, pick(random, animals))} near the ${pick(random, places)}.`;
}

/** `a hungry wolf sees one pig and then runs west.` */
function encounter(random: Random): string {
  const look = pick(random, looks);
  const article = /^[aeiou]/.test(look) ? "an" : "a";
  const seen = counted(1 + random.integer(9), pick(random, animals));
  const [moves] = pick(random, movements);
  return `${article} ${look} ${pick(random, animals)[0]} sees ${seen} and then ${moves} ${pick(random, directions)}.`;
}

function counted(count: number, [one, many]: readonly [string, string]): string {
  return `${numbers[count] ?? "many"} ${count === 1 ? one : many}`;
}

function pick<Items extends readonly [unknown, ...unknown[]]>(random: Random, items: Items): Items[number] {
  return items[random.integer(items.length)] ?? items[0];
}
