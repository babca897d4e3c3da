// The ways of a clip's objects and camera from above, as an SVG drawing.
// Knows nothing about pages. Up is where the viewer looks, right is its right; the queried interval is drawn strongly.
import type { ClueObject, Clues, Vector3 } from "@dsr/dsr-core/geometry";
import { cameraViewpoint, toViewer } from "@dsr/dsr-core/geometry";
import { partsOf, positionOf, type QuestionPlan, type Target, viewpointOf } from "@dsr/dsr-core/questions";

const side = 420;
const margin = 34;

/** One way on the drawing. */
interface Way {
  readonly name: string;
  readonly role: "target" | "observer" | "other";
  /** Frame and place [right, forward]. */
  readonly places: readonly { readonly frame: number; readonly at: readonly [number, number] }[];
}

/** The drawing; of a free-form question, which has no plan, from the camera's first place. */
export function trajectoryPlot(clues: Clues, plan: QuestionPlan | undefined): string {
  const first = clues.frames[0];
  const observed = plan === undefined ? undefined : viewpointOf(clues, plan.observer, plan.viewFrame ?? plan.start);
  const view = observed ?? (first === undefined ? undefined : cameraViewpoint(first.pose));
  if (view === undefined) return "";
  const targets: readonly Target[] = ["camera", ...clues.objects.map(({ id }) => ({ object: id }))];
  const ways = targets.map((target) => wayOf(clues, target, plan, (place) => toViewer(view, place)));
  const [start, end] = shownFrames(clues, plan);
  const scale = scaleOf(ways);
  const drawn = ways.map((way, i) => drawWay(way, { start, end, scale, colour: i % plotColours }));
  const [x, y] = scale([0, 0]);
  return `<svg viewBox="0 0 ${side} ${side}" role="img" aria-label="trajectories from above">
<rect class="ground" width="${side}" height="${side}" rx="8"/>
<path class="axis" d="M${x} ${y - 16}V${y + 8}M${x - 8} ${y}H${x + 8}M${x - 4} ${y - 11}L${x} ${y - 16}L${x + 4} ${y - 11}"/>
${drawn.join("\n")}
<text class="quiet" x="10" y="${side - 10}">seen from above; up is where the viewer looks</text>
</svg>`;
}

/** The queried frames; of a prediction those that decide it, which a model does not see. */
function shownFrames(clues: Clues, plan: QuestionPlan | undefined): readonly [start: number, end: number] {
  const last = clues.frames.length - 1;
  if (plan === undefined) return [0, last];
  return partsOf(plan.type).kind === "dir_pred" ? [plan.end, last] : [plan.start, plan.end];
}

function wayOf(clues: Clues, target: Target, plan: QuestionPlan | undefined, toView: (place: Vector3) => Vector3): Way {
  const id = target === "camera" ? "camera" : target.object;
  const isTarget = plan?.targets.some((one) => one === target || (one !== "camera" && one.object === id)) === true;
  const isObserver = plan !== undefined && (plan.observer === "camera" ? id === "camera" : plan.observer.object === id);
  const places = clues.frames.flatMap((_, frame) => {
    const place = positionOf(clues, target, frame);
    if (place === undefined) return [];
    const [forward, left] = toView(place);
    return [{ frame, at: [-left, forward] as const }];
  });
  const found = clues.objects.find((object) => object.id === id);
  return {
    name: found === undefined ? id : nameOf(found),
    role: isTarget ? "target" : isObserver ? "observer" : "other",
    places,
  };
}

type Scale = (place: readonly [number, number]) => readonly [x: number, y: number];

/** The same scale along both axes, everything inside the margin, the viewer included. */
function scaleOf(ways: readonly Way[]): Scale {
  const all = [[0, 0] as const, ...ways.flatMap(({ places }) => places.map(({ at }) => at))];
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const unit = (side - 2 * margin) / Math.max(right - left, high - low, 1e-6);
  const round = (value: number): number => Math.round(10 * value) / 10;
  return ([x, y]) => [
    round(side / 2 + (x - (left + right) / 2) * unit),
    round(side / 2 - (y - (low + high) / 2) * unit),
  ];
}

interface Drawing {
  readonly start: number;
  readonly end: number;
  readonly scale: Scale;
  readonly colour: number;
}

function drawWay({ name, role, places }: Way, { start, end, scale, colour }: Drawing): string {
  const path = (part: Way["places"]): string =>
    part.map(({ at }, i) => `${i === 0 ? "M" : "L"}${scale(at).join(" ")}`).join("");
  const strong = places.filter(({ frame }) => frame >= start && frame <= end);
  const [first, last] = [strong[0] ?? places[0], strong.at(-1) ?? places.at(-1)];
  if (first === undefined || last === undefined) return "";
  const [[x, y], [u, v]] = [scale(first.at), scale(last.at)];
  return `<g class="way ${role} colour-${colour}">
<path class="whole" d="${path(places)}"/><path class="strong" d="${path(strong)}"/>
<circle class="start" cx="${x}" cy="${y}" r="4"/><circle class="end" cx="${u}" cy="${v}" r="4.5"/>
<text ${u > side - 80 ? `x="${u - 7}" text-anchor="end"` : `x="${u + 7}"`} y="${v - 5}">${escapeText(name)}</text></g>`;
}

/** An object's class and id, the id alone where it says the class. */
export function nameOf({ id, class: name }: ClueObject): string {
  return id.includes(name) ? id : `${name} ${id}`;
}

/** Colours of the drawing; the camera has the first, objects the next in order. */
export const plotColours = 8;

/** Text that is safe in markup. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
