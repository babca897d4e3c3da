// The protocol's public face: names, message types and the codec. Sockets are the business of server and client.
export { MessageReader, type DecodeLimits, defaultDecodeLimits } from "./reader.js";
export {
  MessageWriter,
  type MessageParts,
  type EncodedMessage,
  encodeToBuffer,
  joinParts,
  bytesOfParts,
} from "./writer.js";
export {
  protocolName,
  sessionModes,
  closeCodes,
  clientMessageSchema,
  serverMessageSchema,
  type ClientMessage,
  type ServerMessage,
  type HelloMessage,
  type HelloLimits,
  type EnvironmentInfo,
  type SessionMode,
  type Timings,
} from "./messages.js";
export { parseClientMessage, parseServerMessage } from "./validate.js";
