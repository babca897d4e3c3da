// Test doubles of perception, for the tests of those who use it.
export { type Script, type ScriptedAnswerer, type ScriptedReply, scriptedAnswerer } from "./scripted-answerer.js";
