// What is measured, as data. The hashes of the inputs and the totals that must come out are in expected.json (made by record.js).

/** Corpora by name: kinds of `pretok generate` (seed 1), or a sample of data/ written again and again. */
export const CORPORA = {
  prose: { about: 'English prose, 212,000 distinct pre-tokens in 100 MB' },
  sample: { about: 'real English prose, data/prose.txt again and again: a small vocabulary', sample: 'data/prose.txt' },
  stories: { about: 'short stories in simple words' },
  multilingual: { about: '16 languages, 11 scripts' },
  cjk: { about: 'Chinese, Japanese and Korean' },
  code: { about: 'code in a few languages' },
  mixed: { about: 'stories, logs, code and many languages' },
  varied: { about: 'as varied as the web: a million distinct pre-tokens in 100 MB' },
  tiny: { about: 'documents of 50 bytes' },
  distinct: { about: 'nearly every pre-token is new' },
}

/** Sizes whose hashes and totals are in expected.json. */
export const STANDARD_SIZES = ['1MB', '10MB', '100MB']

export const PRESETS = ['gpt2', 'cl100k_base', 'o200k_base', 'llama3', 'qwen2', 'tekken', 'deepseek_v3', 'falcon', 'bert-base-uncased']

/** The presets that are counted by every tier and by two workers, if not --full. */
export const TIERED = ['gpt2', 'cl100k_base', 'o200k_base']

/** The tiers by the names that they have in a table: `auto` is the simd tier where a preset has one. */
export const ENGINES = ['auto', 'automaton', 'reference']

/** The corpora that every preset is measured on; the reference tier gets SLOW_SIZE of them. */
export const PRESET_CORPORA = ['prose', 'multilingual']

/** The preset whose pre-tokens the others in the table of peers count. */
export const PEER_PRESET = 'gpt2'

/** The corpora that peers are measured on, and the size that the slow ones get. */
export const PEER_CORPORA = ['prose', 'mixed']
export const SLOW_SIZE = '10MB'

/** The corpus whose JSON Lines are measured with escapes, too. */
export const ESCAPED_CORPUS = 'multilingual'

/**
 * What a user would pick instead: programs in peers/ that print their totals as JSON. `totals`: what is told must be what pretok counts
 * (`pieces`), or what the others tell (`tokens`); those of `none` mean something else.
 */
export const PEERS = [
  { name: 'JS: RegExp and Map', program: 'regexp-and-map.js', totals: 'pieces' },
  { name: 'Python: regex and multiprocessing, 2 processes', program: 'classroom.py', totals: 'pieces' },
  { name: 'npm tokenizers (Rust): pre-tokenize, Map', program: 'tokenizers-rust.js', totals: 'pieces', isSlow: true },
  { name: '@huggingface/tokenizers (JS): pre-tokenize, Map', program: 'huggingface-js.js', totals: 'pieces', isSlow: true },
  { name: '@xenova/transformers (JS): pre-tokenize, Map', program: 'transformers-js.js', totals: 'pieces', isSlow: true },
  { name: 'npm tokenizers (Rust): train, which is count and 30,000 merges', program: 'tokenizers-train.js', totals: 'none' },
  { name: 'tiktoken (WebAssembly): encode, which is more than count', program: 'tiktoken-wasm.js', totals: 'tokens', isSlow: true },
  { name: 'gpt-tokenizer (JS): encode, which is more than count', program: 'gpt-tokenizer.js', totals: 'tokens', isSlow: true },
]

/** Packages whose versions stand above the tables. */
export const PEER_PACKAGES = ['tokenizers', '@huggingface/tokenizers', '@xenova/transformers', 'tiktoken', 'gpt-tokenizer']

/** Growth with the size of the file, with one worker and two. */
export const SCALING = { corpora: ['prose'], preset: 'gpt2', sizes: ['10MB', '100MB', '1GB', '10GB'] }
