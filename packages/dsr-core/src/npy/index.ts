// NumPy's files: .npy arrays and .npz archives of them.
// Knows nothing about what the arrays mean.
export * from "./npy.js";
export * from "./npz.js";
