import { CL100K, CL100K_TIKTOKEN, GPT4_HUB_090, GPT4_MINBPE, JAIS2, MINICPM5, NANOCHAT, UP_TO_THREE_DIGITS } from './patterns.ts'
import { byRegex, BYTES, huggingFace, inTurn, plain, split, withOwnTokens, type Family } from './preset.ts'

const OPENAI = ['<|endoftext|>', '<|fim_prefix|>', '<|fim_middle|>', '<|fim_suffix|>', '<|endofprompt|>']

/** Of Llama 3.0 to 3.3 together: the models name a few of the reserved ones. */
const LLAMA3 = [
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

const DOLMA2 = [
  '<|endoftext|>',
  '<|fim_prefix|>',
  '<|fim_middle|>',
  '<|fim_suffix|>',
  '<|im_start|>',
  '<|im_end|>',
  '<|endofprompt|>',
  '<|pad|>',
]
const DOLMA2_PLAIN = [
  '|||PHONE_NUMBER|||',
  '|||EMAIL_ADDRESS|||',
  '|||IP_ADDRESS|||',
  ...Array.from({ length: 11 }, (_, i) => `<|extra_id_${i}|>`),
]

export const CL100K_FAMILY: Family = {
  title: "cl100k's regex",
  presets: [
    {
      name: 'cl100k_base',
      aliases: [
        'cl100k',
        'gpt-4',
        'gpt4',
        'gpt-4-turbo',
        'gpt-3.5-turbo',
        'gpt-3.5',
        'text-embedding-3-small',
        'text-embedding-3-large',
        'text-embedding-ada-002',
        ...withOwnTokens('phi-4', 'glm-4', 'glm-4.5', 'glm-4.7', 'lfm2', 'lfm2.5', 'dbrx', 'midm-2.0'),
      ],
      models: 'GPT-3.5, GPT-4, embeddings of OpenAI; with special tokens of their own GLM 4, LFM2, Phi 4, DBRX, Midm 2.0',
      source: 'tiktoken_ext/openai_public.py before 0.8; tokenizer.json of the models',
      notes:
        'the original pattern, as in tokenizer.json files; tiktoken 0.8 and later differ in trailing white space: cl100k_base_tiktoken',
      definition: byRegex(CL100K),
      specialTokens: OPENAI,
    },
    {
      name: 'cl100k_base_tiktoken',
      aliases: ['cl100k_base_tiktoken_0_8'],
      models: 'tiktoken 0.8 and later',
      source: 'openai/tiktoken tiktoken_ext/openai_public.py@4e71bbe (since 0.8.0, pull request 258)',
      notes: "'a\\n  ' is 'a' '\\n  ' here, and 'a' '\\n' '  ' with cl100k_base",
      definition: { tiktoken: CL100K_TIKTOKEN },
      specialTokens: OPENAI,
    },
    {
      name: 'cl100k_base_tiktoken_original',
      aliases: ['tiktoken-rs'],
      models: 'cl100k_base of tiktoken before 0.8, tiktoken-rs, rust-gems',
      source: 'openai/tiktoken tiktoken_ext/openai_public.py@1f098ca; github/rust-gems crates/bpe-openai@a7aecfb',
      notes: 'the same pieces as cl100k_base',
      definition: { tiktoken: CL100K },
      specialTokens: OPENAI,
    },
    {
      name: 'llama3',
      aliases: ['llama-3', 'llama3.1', 'llama-3.1', 'llama3.2', 'llama-3.2', 'llama3.3', 'llama-3.3'],
      models: 'Llama 3, 3.1, 3.2, 3.3',
      source: 'meta-llama/llama-models models/llama3/tokenizer.py@a946b74; tokenizer.json of the models',
      notes:
        "the pattern of cl100k_base. Meta's own program cuts runs of 25,000 characters with or without white space before; tokenizer.json does not",
      definition: byRegex(CL100K),
      specialTokens: LLAMA3,
    },
    {
      name: 'cl100k_base_removed_invert',
      aliases: ['olmo2', 'olmo-2', 'olmo3', 'olmo-3', 'dolma2'],
      models: 'OLMo 2 and 3 (dolma2)',
      source: 'allenai/OLMo olmo_data/tokenizers/allenai_dolma2.json@09316bb',
      notes: 'the pieces of cl100k_base; what stands for personal data (|||EMAIL_ADDRESS|||) is a piece',
      definition: huggingFace(inTurn(split(CL100K, 'Removed', true), BYTES)),
      specialTokens: DOLMA2,
      addedTokens: plain(DOLMA2_PLAIN, false),
    },
    {
      name: 'mistral_hf_broken',
      aliases: ['pixtral', 'pixtral-12b', 'mistral-small-3.1'],
      models: 'the tokenizer.json files of Pixtral 12B (mistral-community) and Mistral Small 3.1 24B, as shipped',
      source: 'transformers pull requests 42299 and 42131, issue 42591 (fix_mistral_regex)',
      notes:
        'these files carry the pattern of cl100k_base, though the models were trained with the one of tekken: for what was meant, use tekken',
      definition: byRegex(CL100K),
    },
    {
      name: 'gpt4_minbpe',
      aliases: ['minbpe', 'minbpe-gpt4', 'rustbpe'],
      models: 'minbpe (GPT4_SPLIT_PATTERN), rustbpe',
      source: 'karpathy/minbpe minbpe/regex.py@0c3fb77',
      notes: 'the same pieces as cl100k_base',
      definition: { tiktoken: GPT4_MINBPE },
      specialTokens: [],
    },
    {
      name: 'gpt4_hub090',
      aliases: [],
      models: 'some on the hub',
      source: 'tokenizers.js tests/fixtures/splitRegexPatterns.json@af45330, hub-090',
      notes: 'the same pieces as cl100k_base',
      definition: byRegex(GPT4_HUB_090),
    },
    {
      name: 'nanochat',
      aliases: [],
      models: 'nanochat',
      source: 'karpathy/nanochat nanochat/tokenizer.py@031ee84',
      notes: 'cl100k with one or two digits instead of up to three',
      definition: byRegex(NANOCHAT),
      specialTokens: [
        'bos',
        'user_start',
        'user_end',
        'assistant_start',
        'assistant_end',
        'python_start',
        'python_end',
        'output_start',
        'output_end',
      ].map((name) => `<|${name}|>`),
    },
    {
      name: 'minicpm5',
      aliases: ['minicpm-5'],
      models: 'MiniCPM5 1B',
      source: 'llama.cpp src/llama-vocab.cpp@00ad355e; tokenizers.js splitRegexPatterns.json@af45330, hub-003 and hub-043',
      definition: huggingFace(inTurn(split(UP_TO_THREE_DIGITS), split(MINICPM5), BYTES)),
    },
    {
      name: 'jais2',
      aliases: ['jais-2', 'jais-2-8b'],
      models: 'Jais 2 8B',
      source: 'tokenizers.js splitRegexPatterns.json@af45330, hub-064; llama.cpp src/llama-vocab.cpp@00ad355e',
      notes: 'white space is cut into runs of 512, 256, … characters',
      definition: byRegex(JAIS2),
    },
  ],
}
