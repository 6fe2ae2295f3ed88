module.exports = () => { throw new Error("sharp is a stub here: only the tokenizers of @xenova/transformers are used"); };
