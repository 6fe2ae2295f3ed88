exports.env = { wasm: {} };
exports.Tensor = class Tensor {};
