// The part of the ONNX file format this package writes and reads, in the format's own schema language.
// Source: onnx/onnx.proto3 of the ONNX specification (field names and numbers); knows nothing about graphs.
import protobuf from "protobufjs";

const SCHEMA = `
syntax = "proto3";
package onnx;
message StringStringEntryProto { string key = 1; string value = 2; }
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message TensorShapeProto {
  message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
  repeated Dimension dim = 1;
}
message TypeProto {
  message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
  Tensor tensor_type = 1;
}
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message TensorProto {
  repeated int64 dims = 1;
  int32 data_type = 2;
  repeated float float_data = 4;
  repeated int32 int32_data = 5;
  repeated int64 int64_data = 7;
  string name = 8;
  bytes raw_data = 9;
  repeated StringStringEntryProto external_data = 13;
  int32 data_location = 14;
}
message AttributeProto {
  string name = 1;
  float f = 2;
  int64 i = 3;
  bytes s = 4;
  TensorProto t = 5;
  repeated float floats = 7;
  repeated int64 ints = 8;
  int32 type = 20;
}
message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  string name = 3;
  string op_type = 4;
  repeated AttributeProto attribute = 5;
  string doc_string = 6;
  string domain = 7;
}
message GraphProto {
  repeated NodeProto node = 1;
  string name = 2;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
  repeated ValueInfoProto value_info = 13;
}
message ModelProto {
  int64 ir_version = 1;
  string producer_name = 2;
  string producer_version = 3;
  GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
}
`;

/** AttributeProto.AttributeType. */
export const ATTRIBUTE_TYPES = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

/** TensorProto.DataLocation: elements lie in another file. */
export const EXTERNAL_LOCATION = 1;

/** Messages as plain objects, one field per schema field that this package uses. */
export interface DimensionMessage {
  readonly dimValue?: number;
  readonly dimParam?: string;
}
/** Name and type of a value. */
export interface ValueInfoMessage {
  readonly name: string;
  readonly type: {
    readonly tensorType: { readonly elemType: number; readonly shape: { readonly dim: readonly DimensionMessage[] } };
  };
}
/** Elements, or where they lie. */
export interface TensorMessage {
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly name: string;
  readonly rawData?: Uint8Array;
  readonly floatData?: readonly number[];
  readonly int32Data?: readonly number[];
  readonly int64Data?: readonly number[];
  readonly externalData?: readonly { readonly key: string; readonly value: string }[];
  readonly dataLocation?: number;
}
/** One attribute of a node. */
export interface AttributeMessage {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly t?: TensorMessage;
  readonly floats?: readonly number[];
  readonly ints?: readonly number[];
}
/** One operation. */
export interface NodeMessage {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly docString: string;
  readonly attribute: readonly AttributeMessage[];
}
/** The computation. */
export interface GraphMessage {
  readonly name: string;
  readonly node: readonly NodeMessage[];
  readonly initializer: readonly TensorMessage[];
  readonly input: readonly ValueInfoMessage[];
  readonly output: readonly ValueInfoMessage[];
  readonly valueInfo: readonly ValueInfoMessage[];
}
/** A whole file. */
export interface ModelMessage {
  readonly irVersion: number;
  readonly producerName: string;
  readonly graph: GraphMessage;
  readonly opsetImport: readonly { readonly domain: string; readonly version: number }[];
}

let modelType: protobuf.Type | undefined;

function schema(): protobuf.Type {
  modelType ??= protobuf.parse(SCHEMA).root.lookupType("onnx.ModelProto");
  return modelType;
}

/** The bytes of an ONNX file. */
export function encodeModel(message: ModelMessage): Uint8Array {
  return schema().encode(schema().fromObject(message)).finish();
}

/** The content of an ONNX file; absent fields are their defaults, integers are numbers. */
export function decodeModel(bytes: Uint8Array): ModelMessage {
  const message = schema().decode(bytes);
  return schema().toObject(message, { longs: Number, defaults: true, arrays: true }) as ModelMessage;
}
