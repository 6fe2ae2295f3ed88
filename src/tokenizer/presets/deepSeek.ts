import {
  AFMOE_WORDS,
  CJK,
  DEEPSEEK_ASIAN,
  DEEPSEEK_LLM_SYMBOLS,
  DEEPSEEK_LLM_WORDS,
  DEEPSEEK_V3,
  SPARK,
  UP_TO_THREE_DIGITS,
} from './patterns.ts'
import { BYTES, DIGIT_RUNS, EACH_DIGIT, huggingFace, inTurn, split, names, withOwnTokens, type Family } from './preset.ts'

const raw = String.raw

/** Those that begin and end a text. */
const DEEPSEEK = ['<｜begin▁of▁sentence｜>', '<｜end▁of▁sentence｜>']
const LACKS = 'the tokens of chats and of code completion'

const AFMOE_SCRIPTS =
  raw`(?:[\u4E00-\u9FFF\u3040-\u309F\u30A0-\u30FF\u3400-\u4DBF\uf900-\uFAFF\uFF65-\uFF9F\u2F00-\u2FDF]+|[\u0E00-\u0E7F]+` +
  raw`|[\u0E80-\u0EFF]+|[\u1780-\u17FF]+|[\u1000-\u109F\uAA60-\uAA7F\uA9E0-\uA9FF]+|[\uAC00-\uD7AF\u1100-\u11FF]+)`

export const DEEPSEEK_FAMILY: Family = {
  title: 'DeepSeek, and those that follow it: several stages',
  presets: [
    {
      name: 'deepseek_v3',
      aliases: [
        ...names('deepseek-v3 deepseek-v3.1 deepseek-v3.2 deepseek-v4 deepseek-r1'),
        ...withOwnTokens('hunyuan-dense', 'hy4', 'joyai-llm-flash'),
      ],
      models: 'DeepSeek V3, V3.1, V3.2, V4 and R1; Hunyuan dense 0.5B to 7B, Hy4, JoyAI LLM Flash',
      source: "jitllm tok/testdata/pre/deepseek-v3.json@cd3ef38, the model's own pre_tokenizer",
      notes: 'digits by threes, Chinese and Japanese, then words',
      definition: huggingFace(inTurn(split(UP_TO_THREE_DIGITS), split(CJK), split(DEEPSEEK_V3), BYTES)),
      specialTokens: DEEPSEEK,
      lacks: LACKS,
    },
    {
      name: 'deepseek_llm',
      aliases: ['deepseek-llm', 'deepseek-v2', 'deepseek-v2-lite'],
      models: 'DeepSeek LLM 7B and 67B, DeepSeek V2 and V2 Lite',
      source: 'joaopauloschuler/neural-api tools/hf_pretok_fixture.py; llama.cpp src/llama-vocab.cpp@00ad355e DEEPSEEK_LLM',
      definition: huggingFace(
        inTurn(
          split('[\r\n]'),
          split(DEEPSEEK_LLM_WORDS),
          split(DEEPSEEK_LLM_SYMBOLS),
          split(raw`\s+$`),
          split(DEEPSEEK_ASIAN),
          EACH_DIGIT,
          BYTES,
        ),
      ),
      specialTokens: DEEPSEEK,
      lacks: LACKS,
    },
    {
      name: 'deepseek_coder',
      aliases: ['deepseek-coder'],
      models: 'DeepSeek Coder 1.3B to 33B',
      source: "llama.cpp src/llama-vocab.cpp@00ad355e DEEPSEEK_CODER; jitllm tok/pretok/table.go@cd3ef38, from the model's tokenizer.json",
      definition: huggingFace(
        inTurn(split('[\r\n]'), split(raw`\s?\p{L}+`), split(raw`\s?\p{P}+`), split(DEEPSEEK_ASIAN), EACH_DIGIT, BYTES),
      ),
      specialTokens: DEEPSEEK,
      lacks: LACKS,
    },
    {
      name: 'spark2_5',
      aliases: ['spark-x2.5', 'spark2.5'],
      models: 'Spark X2.5 1.7B',
      source: "jitllm tok/testdata/pre/spark2_5.json@cd3ef38, the model's own pre_tokenizer",
      definition: huggingFace(inTurn(split(UP_TO_THREE_DIGITS), split(CJK), split(SPARK), EACH_DIGIT, BYTES)),
    },
    {
      name: 'afmoe_trinity',
      aliases: ['trinity', 'afmoe', 'arcee-trinity'],
      models: 'Arcee Trinity (AFMoE)',
      source: 'tokenizers.js splitRegexPatterns.json@af45330, hub-018, hub-044, hub-059 and hub-098; jitllm tok/pretok/table.go@cd3ef38',
      notes: "digits in groups of three from the right: '12345' is '12' '345'. The order of the five splits is inferred",
      definition: huggingFace(
        inTurn(
          DIGIT_RUNS,
          split(raw`\p{Nd}{1,510}(?=(?>\p{Nd}{510})*(?:\P{Nd}|$))|\G\p{Nd}{510}`),
          split(raw`\A\p{Nd}{1,2}(?=\p{Nd}{3}+\z)`),
          split(raw`\A\p{Nd}{3}|\G\p{Nd}{3}`),
          split(AFMOE_SCRIPTS),
          split(AFMOE_WORDS),
          BYTES,
        ),
      ),
    },
  ],
}
