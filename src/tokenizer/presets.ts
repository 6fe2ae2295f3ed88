import type { AddedToken, Normalizer, Pipeline, SplitStage } from '../types.ts'

/*
 * The presets: what the named tokenizers do before their merges, as their reference engines have it. Sources are the tokenizers' own files:
 * tokenizer.json for HF tokenizers, tiktoken_ext/openai_public.py for tiktoken.
 */

export interface Preset {
  pipeline: Pipeline
  /** Other names that people type. */
  aliases: readonly string[]
  /** Models that use it. */
  usedBy: string
  source: string
  notes?: string
}

/** HF tokenizers: pre_tokenizer Split (Regex, Isolated) or ByteLevel with its own regex; the engine is Oniguruma. */
const huggingFace = (pattern: string): SplitStage => ({
  kind: 'split',
  pattern,
  dialect: 'oniguruma',
  behavior: 'isolated',
  invert: false,
  refusesEmptyMatches: false,
})

/** tiktoken: find_iter of fancy-regex; what the pattern does not match is in no piece. */
const tiktoken = (pattern: string): SplitStage => ({
  kind: 'split',
  pattern,
  dialect: 'fancy-regex',
  behavior: 'removed',
  invert: true,
  refusesEmptyMatches: true,
})

const GPT2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
const CL100K = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
const CL100K_TIKTOKEN = String.raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`
const QWEN2 = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
const O200K = [
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?`,
  String.raw`\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
].join('|')

// of Llama 3.0 to 3.3 together: the models name a few of the reserved ones
const LLAMA3_SPECIAL = [
  '<|begin_of_text|>',
  '<|end_of_text|>',
  '<|finetune_right_pad_id|>',
  '<|step_id|>',
  '<|start_header_id|>',
  '<|end_header_id|>',
  '<|eom_id|>',
  '<|eot_id|>',
  '<|python_tag|>',
  '<|image|>',
  ...Array.from({ length: 251 }, (_, i) => `<|reserved_special_token_${i}|>`),
]

const specialToken = (content: string): AddedToken => ({
  content,
  special: true,
  normalized: false,
  lstrip: false,
  rstrip: false,
  singleWord: false,
})

const NFC: readonly Normalizer[] = [{ kind: 'nfc' }]

const preset = (
  name: string,
  normalizers: Pipeline['normalizers'],
  stage: SplitStage,
  specialTokens: readonly string[],
  about: Omit<Preset, 'pipeline'>,
): Preset => ({
  pipeline: { name, addedTokens: specialTokens.map(specialToken), normalizers, stages: [stage], specialTokens },
  ...about,
})

export const PRESETS: readonly Preset[] = [
  preset('gpt2', [], huggingFace(GPT2), ['<|endoftext|>'], {
    aliases: ['gpt-2', 'r50k_base', 'r50k', 'p50k_base', 'p50k'],
    usedBy: 'GPT-2, GPT-3, Codex',
    source: 'tokenizers/src/pre_tokenizers/byte_level.rs; openai/gpt-2 src/encoder.py',
  }),
  preset(
    'cl100k_base',
    [],
    huggingFace(CL100K),
    ['<|endoftext|>', '<|fim_prefix|>', '<|fim_middle|>', '<|fim_suffix|>', '<|endofprompt|>'],
    {
      aliases: ['cl100k', 'gpt-4', 'gpt4', 'gpt-3.5-turbo'],
      usedBy: 'GPT-3.5, GPT-4',
      source: 'tiktoken_ext/openai_public.py before 0.8; tokenizer.json of the models',
      notes:
        'the original pattern, as in tokenizer.json files; tiktoken 0.8 and later differ in trailing white space: cl100k_base_tiktoken',
    },
  ),
  preset(
    'cl100k_base_tiktoken',
    [],
    tiktoken(CL100K_TIKTOKEN),
    ['<|endoftext|>', '<|fim_prefix|>', '<|fim_middle|>', '<|fim_suffix|>', '<|endofprompt|>'],
    {
      aliases: ['cl100k_base_tiktoken_0_8'],
      usedBy: 'tiktoken 0.8 and later',
      source: 'tiktoken_ext/openai_public.py since 0.8.0',
      notes: "'a\\n  ' is 'a' '\\n  ' here, and 'a' '\\n' '  ' with cl100k_base",
    },
  ),
  preset('o200k_base', [], huggingFace(O200K), ['<|endoftext|>', '<|endofprompt|>'], {
    aliases: ['o200k', 'gpt-4o', 'gpt4o', 'gpt-4.1', 'gpt-5'],
    usedBy: 'GPT-4o, GPT-4.1, GPT-5',
    source: 'tiktoken_ext/openai_public.py',
  }),
  preset('llama3', [], huggingFace(CL100K), LLAMA3_SPECIAL, {
    aliases: ['llama-3', 'llama3.1', 'llama-3.1', 'llama3.2', 'llama-3.2', 'llama3.3', 'llama-3.3'],
    usedBy: 'Llama 3, 3.1, 3.2, 3.3',
    source: 'meta-llama/llama-models models/llama3/tokenizer.py; tokenizer.json of the models',
    notes: 'the pattern of cl100k_base with the special tokens of Llama 3',
  }),
  preset('qwen2', NFC, huggingFace(QWEN2), ['<|endoftext|>', '<|im_start|>', '<|im_end|>'], {
    aliases: ['qwen-2', 'qwen1.5'],
    usedBy: 'Qwen 1.5, Qwen 2',
    source: 'tokenizer.json of the models',
    notes: 'text is normalized to NFC first',
  }),
]

export { huggingFace, tiktoken }
