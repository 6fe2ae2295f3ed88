// The package has types for its door only; the tests use its tokenizers alone.
declare module '@xenova/transformers/src/tokenizers.js' {
  export class PreTrainedTokenizer {
    constructor(tokenizer: object, config: object)
    pre_tokenizer(text: string): string[]
  }
}

declare module '@xenova/transformers/src/env.js' {
  export const env: { localModelPath: string }
}
