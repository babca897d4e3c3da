// What the review page does: shows an item, plays its interval with boxes, sends decisions. Plain browser script.
// Knows nothing about the data folder.

/** The script's text. */
export const reviewScript = String.raw`
"use strict";
const token = new URLSearchParams(location.search).get("token") ?? "";
const address = (path) => path + "?token=" + encodeURIComponent(token);
const get = (id) => document.getElementById(id);
const [video, boxes, form] = [get("video"), get("boxes"), get("form")];
let entries = [], shown = [], at = 0, view, stopAt = Infinity, editing = false;

async function ask(path, body) {
  const response = await fetch(address(path), body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
  const value = await response.json();
  if (!response.ok) throw new Error(value.error);
  return value;
}

async function start() {
  entries = await ask("/items");
  for (const type of [...new Set(entries.map((entry) => entry.type))].sort()) get("type").append(new Option(type, type));
  choose();
}

function choose() {
  const [filter, type] = [get("filter").value, get("type").value];
  shown = entries.filter((entry) => (filter === "all" || entry.decision === null) && (type === "" || entry.type === type));
  at = 0;
  return show();
}

async function show() {
  const reviewed = entries.filter((entry) => entry.decision !== null).length;
  get("progress").textContent = reviewed + " of " + entries.length + " reviewed";
  const entry = shown[at];
  document.querySelector("main").hidden = entry === undefined;
  get("done").hidden = entry !== undefined;
  if (entry === undefined) return;
  view = await ask("/item/" + encodeURIComponent(entry.key));
  fill();
  document.body.dataset.item = view.key;
}

function fill() {
  const { item, derived, agrees, decision } = view;
  setEditing(false);
  get("kind").textContent = item.type;
  get("clip").textContent = item.video;
  get("state").textContent = decision === null ? "not yet reviewed" : "reviewed: " + decision.decision;
  get("question").value = decision?.question ?? item.question;
  get("note").value = decision?.note ?? "";
  const options = decision?.options ?? item.options;
  const correct = decision?.correct ?? item.correct;
  get("options").replaceChildren(...options.map((text, i) => optionRow(text, "ABCD"[i], correct)));
  get("derived").textContent = derived === null ? "No answer can be derived of a free-form question." :
    (agrees ? "Derived from the clues, the same: " : "Derived from the clues, another one: ") + derived;
  get("derived").className = derived === null ? "quiet" : agrees ? "agrees" : "differs";
  get("plot").innerHTML = view.plot;
  get("trouble").textContent = "";
  const source = address("/video/" + encodeURIComponent(item.video));
  if (video.getAttribute("src") !== source) video.src = source;
  boxes.setAttribute("viewBox", "0 0 " + view.width + " " + view.height);
  video.currentTime = view.interval[0];
  stopAt = Infinity;
}

function optionRow(text, letter, correct) {
  const row = document.createElement("li");
  row.className = letter === correct ? "right" : "";
  const label = document.createElement("label");
  const choice = Object.assign(document.createElement("input"), { type: "radio", name: "correct", value: letter, checked: letter === correct, disabled: true });
  const words = Object.assign(document.createElement("textarea"), { rows: 1, value: text, readOnly: true });
  choice.setAttribute("aria-label", letter + " is right");
  words.setAttribute("aria-label", "option " + letter);
  label.append(choice, words);
  row.append(label);
  return row;
}

function setEditing(on) {
  editing = on;
  get("question").readOnly = !on;
  for (const choice of get("options").querySelectorAll("input")) choice.disabled = !on;
  for (const words of get("options").querySelectorAll("textarea")) words.readOnly = !on;
  get("save").hidden = !on;
  get("edit").hidden = on;
  if (on) get("question").focus();
}

async function decide(decision, change = {}) {
  const note = get("note").value.trim();
  try {
    await ask("/decision", { item: view.key, decision, ...change, ...(note === "" ? {} : { note }) });
  } catch (error) {
    get("trouble").textContent = error.message;
    return;
  }
  entries.find((entry) => entry.key === view.key).decision = decision;
  if (get("filter").value === "open") shown.splice(at, 1);
  else at = Math.min(at + 1, shown.length - 1);
  at = Math.min(at, Math.max(0, shown.length - 1));
  await show();
}

function saveEdit() {
  const options = [...get("options").querySelectorAll("textarea")].map((words) => words.value);
  const correct = form.querySelector("input[name=correct]:checked").value;
  return decide("edit", { question: get("question").value, options, correct });
}

function move(step) {
  at = Math.min(Math.max(at + step, 0), shown.length - 1);
  return show();
}

function playInterval() {
  if (!video.paused) return video.pause();
  if (video.currentTime >= view.interval[1] - 0.05 || video.currentTime < view.interval[0]) video.currentTime = view.interval[0];
  stopAt = view.interval[1];
  void video.play();
}

function drawBoxes() {
  requestAnimationFrame(drawBoxes);
  if (view === undefined) return;
  const now = video.currentTime;
  if (now >= stopAt && !video.paused) { video.pause(); stopAt = Infinity; }
  const apart = (frame) => Math.abs(frame.timestamp - now);
  const nearest = view.frames.reduce((best, frame) => (apart(frame) < apart(best) ? frame : best));
  get("where").textContent = now.toFixed(1) + " s of " + view.interval.map((time) => time.toFixed(1)).join(" to ") + " s";
  const shapes = nearest.boxes.flatMap(({ box: [x1, y1, x2, y2], colour }) => ["under", "colour-" + colour].map((name) => {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [key, value] of Object.entries({ x: x1, y: y1, width: x2 - x1 + 1, height: y2 - y1 + 1, class: name })) shape.setAttribute(key, value);
    return shape;
  }));
  boxes.replaceChildren(...shapes);
}

get("filter").onchange = get("type").onchange = choose;
get("accept").onclick = () => decide("accept");
get("reject").onclick = () => decide("reject");
get("edit").onclick = () => setEditing(true);
get("save").onclick = saveEdit;
get("back").onclick = () => move(-1);
get("next").onclick = () => move(1);
get("play").onclick = playInterval;
form.onsubmit = (event) => event.preventDefault();
document.onkeydown = (event) => {
  if (event.key === "Escape" && editing) return fill();
  if (event.ctrlKey || event.metaKey || event.altKey || editing || event.target === get("note") || get("done").hidden === false) return;
  const action = { a: "accept", e: "edit", r: "reject", ArrowLeft: "back", ArrowRight: "next", " ": "play" }[event.key];
  if (action === undefined) return;
  event.preventDefault();
  get(action).click();
};
start().catch((error) => { get("progress").textContent = error.message; });
drawBoxes();
`;
