// The smallest useful model, C = A·B with free sizes, to try a device or measure it.
// Knows nothing about devices.

/** ONNX (opset 17), inputs `a` [rows, inner] and `b` [inner, columns], output `c`; written out so that trying a device needs no other part. */
const productModel =
  "CAg6ewoRCgFhCgFiEgFjIgZNYXRNdWwSB3Byb2R1Y3RaHAoBYRIXChUIARIRCgYSBHJvd3MKBxIFaW5uZXJaHwoBYhIaChgIARIUCgcSBWlubmVyCgkSB2NvbHVtbnNiHgoBYxIZChcIARITCgYSBHJvd3MKCRIHY29sdW1uc0ICEBE=";

/** The bytes of the model `c = a·b`, float32. */
export function productModelBytes(): Uint8Array {
  return new Uint8Array(Buffer.from(productModel, "base64"));
}
