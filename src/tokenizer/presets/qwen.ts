import { BAILINGMOE, EXAONE_MOE, LETTERS_MARKS, NBSP_H, QWEN2, QWEN2_RAW, QWEN3_5, SEED_CODER, UFAKZEKA } from './patterns.ts'
import { byRegex, BYTES, huggingFace, inTurn, names, NFC, plain, split, withOwnTokens, type Family } from './preset.ts'

const QWEN = ['<|endoftext|>', '<|im_start|>', '<|im_end|>']
const QWEN2_5 = [
  ...QWEN,
  ...names('object_ref_start object_ref_end box_start box_end quad_start quad_end').map((name) => `<|${name}|>`),
  ...names('vision_start vision_end vision_pad image_pad video_pad').map((name) => `<|${name}|>`),
]
const QWEN2_5_PLAIN = [
  '<tool_call>',
  '</tool_call>',
  ...names('fim_prefix fim_middle fim_suffix fim_pad repo_name file_sep').map((name) => `<|${name}|>`),
]
const QWEN3_PLAIN = [...QWEN2_5_PLAIN, '<tool_response>', '</tool_response>', '<think>', '</think>']

export const QWEN_FAMILY: Family = {
  title: "Qwen's regex: cl100k's with single digits",
  presets: [
    {
      name: 'qwen2',
      aliases: [
        'qwen-2',
        'qwen1.5',
        ...names('qwen2.5 qwen-2.5').map((name) => ({ name, specialTokens: QWEN2_5, addedTokens: plain(QWEN2_5_PLAIN, false) })),
        ...names('qwen3 qwen-3').map((name) => ({ name, specialTokens: QWEN2_5, addedTokens: plain(QWEN3_PLAIN, false) })),
        { name: 'qwen', specialTokens: [...QWEN, ...Array.from({ length: 205 }, (_, i) => `<|extra_${i}|>`)] },
        ...withOwnTokens('hunyuan-a13b', 'stablelm2', 'grok-2', 'megrez', 'solar-open', 'kormo'),
      ],
      models: 'Qwen 1 to 3; with special tokens of their own Hunyuan A13B, StableLM 2, Grok 2, Megrez, Solar Open, KORMo',
      source: "jitllm tok/testdata/pre/qwen2.json@cd3ef38, the model's own pre_tokenizer; transformers Qwen2Converter",
      notes:
        'text is normalized to NFC first; qwen2.5 and qwen3 have tokens that are no special ones and are pieces (<tool_call>, <|fim_prefix|>, …)',
      definition: byRegex(QWEN2, NFC),
      specialTokens: QWEN,
    },
    {
      name: 'qwen2_rawcrlf',
      aliases: [],
      models: 'some on the hub',
      source: 'tokenizers.js splitRegexPatterns.json@af45330, hub-005',
      notes: 'the pieces of qwen2, without NFC',
      definition: byRegex(QWEN2_RAW),
    },
    {
      name: 'qwen3.5',
      aliases: ['qwen-3.5', 'qwen3.6', 'qwen-3.6', 'minicpm-v-4.6'],
      models: 'Qwen 3.5 and 3.6, MiniCPM-V 4.6',
      source: 'tokenizers.js splitRegexPatterns.json@af45330, hub-027; llama.cpp src/llama-vocab.cpp@00ad355e QWEN35',
      notes: "marks belong to words. NFC is taken over from Qwen 3; the model's own file was not seen",
      definition: byRegex(QWEN3_5, NFC),
    },
    {
      name: 'bailingmoe',
      aliases: ['ling', 'ling-lite', 'ling-mini-2.0', 'llada-moe'],
      models: 'Ling lite, Ling mini 2.0, LLaDA MoE',
      source: 'tokenizers.js splitRegexPatterns.json@af45330, hub-032; llama.cpp src/llama-vocab.cpp@00ad355e BAILINGMOE',
      notes: 'the pieces of qwen2; whether the models normalize was not seen',
      definition: byRegex(BAILINGMOE),
    },
    {
      name: 'letters_marks_variant',
      aliases: [],
      models: 'some on the hub',
      source: 'tokenizers.js splitRegexPatterns.json@af45330, hub-030',
      definition: byRegex(LETTERS_MARKS),
    },
    {
      name: 'nbsp_h_variant',
      aliases: [],
      models: 'some on the hub',
      source: 'tokenizers.js splitRegexPatterns.json@af45330, hub-033',
      notes: '\\h is a hexadecimal digit in this dialect; its author probably meant white space',
      definition: byRegex(NBSP_H),
    },
    {
      name: 'seed_coder',
      aliases: ['seed-coder', 'seed-oss', 'seed-coder-8b'],
      models: 'Seed Coder 8B, Seed OSS',
      source: "jitllm tok/testdata/pre/seed-coder.json@cd3ef38, the model's own pre_tokenizer",
      definition: byRegex(SEED_CODER),
    },
    {
      name: 'ufakzeka',
      aliases: ['ufakzeka-1'],
      models: 'ufakzeka 1',
      source: 'llama.cpp src/llama-vocab.cpp@00ad355e',
      notes: 'qwen2 without the contractions',
      definition: byRegex(UFAKZEKA),
    },
    {
      name: 'laguna',
      aliases: ['laguna-xs.2'],
      models: 'Laguna XS 2 (poolside)',
      source: 'llama.cpp src/llama-vocab.cpp@00ad355e, with the contractions put back as (?i:)',
      notes: 'lines first, then qwen2',
      definition: huggingFace(inTurn(split('[^\\n]+|[\\n]+'), split(QWEN2), BYTES)),
    },
    {
      name: 'exaone_moe',
      aliases: ['k-exaone', 'exaone-moe'],
      models: 'K-EXAONE 236B A23B',
      source: 'tokenizers.js splitRegexPatterns.json@af45330, hub-104; llama.cpp src/llama-vocab.cpp@00ad355e',
      notes: "words with single spaces between them are one piece: 'a b c dd e' is one",
      definition: byRegex(EXAONE_MOE),
    },
  ],
}
