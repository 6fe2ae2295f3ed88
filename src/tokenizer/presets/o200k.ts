import { KIMI, O200K, TEKKEN, YOUTU, YOUTU_SCRIPTS } from './patterns.ts'
import { byRegex, BYTES, huggingFace, inTurn, PUNCTUATION_RUNS, split, names, withOwnTokens, type Alias, type Family } from './preset.ts'

const numbered = (name: string, first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, i) => `<|${name}_${first + i}|>`)

// thousands of names, which are made for those who ask for them

/** openai/tiktoken, openai_public.py, o200k_harmony. */
const harmony = (): string[] => [
  ...names('startoftext endoftext return constrain channel start end message call endofprompt').map((name) => `<|${name}|>`),
  ...names('200000 200001 200004 200009 200010 200011').map((number) => `<|reserved_${number}|>`),
  ...numbered('reserved', 200013, 201087),
]

/** meta-llama/llama-models, models/llama4/tokenizer.py@70f7766; the program fills up to 2,048. */
const llama4 = (): string[] => {
  const named = [
    ...names('begin_of_text end_of_text fim_prefix fim_middle fim_suffix header_start header_end eom eot step'),
    ...names('python_start python_end finetune_right_pad image_start image_end tile_x_separator tile_y_separator image patch'),
    ...names('reasoning_thinking_start reasoning_thinking_end'),
  ].map((name) => `<|${name}|>`)
  const reserved = [
    ...numbered('text_post_train_reserved_special_token', 0, 5),
    ...numbered('text_post_train_reserved_special_token', 8, 68),
    ...numbered('vision_reserved_special_token', 0, 1047),
    ...numbered('reasoning_reserved_special_token', 0, 7),
  ]
  return [...named, ...reserved, ...numbered('reserved_special_token', 0, 2047 - named.length - reserved.length)]
}

const withTokens = (name: string, tokens: () => string[]): Alias => ({
  name,
  get specialTokens() {
    return tokens()
  },
})

export const O200K_FAMILY: Family = {
  title: "o200k's regex: words are cut where small letters turn into capitals",
  presets: [
    {
      name: 'o200k_base',
      aliases: [
        ...names('o200k gpt-4o gpt4o gpt-4o-mini gpt-4.1 gpt-4.1-mini gpt-4.5 gpt-5 gpt-5-mini o1 o3 o4-mini'),
        ...names('o200k_harmony gpt-oss gpt-oss-20b gpt-oss-120b').map((name) => withTokens(name, harmony)),
        ...names('llama4 llama-4').map((name) => withTokens(name, llama4)),
        ...withOwnTokens('minimax-m2', 'kanana-2', 'gigachat-20b'),
      ],
      models: 'GPT-4o, 4.1 and 5, o1, o3, gpt-oss, Llama 4; with special tokens of their own MiniMax M2, Kanana 2, GigaChat 20B',
      source: 'openai/tiktoken tiktoken_ext/openai_public.py@4e71bbe; meta-llama/llama-models models/llama4/tokenizer.py@70f7766',
      notes: 'the files say Removed, inverted, or Isolated: the same, because the pattern matches all there is',
      definition: huggingFace(inTurn(split(O200K, 'Removed', true), BYTES)),
      specialTokens: ['<|endoftext|>', '<|endofprompt|>'],
    },
    {
      name: 'tekken',
      aliases: ['mistral-nemo', 'mistral-small', 'mistral-small-3', 'ministral', 'devstral', 'nemotron-3'],
      models: 'Mistral Nemo, Mistral Small 3, Ministral, Devstral, Pixtral (tekken.json), Nemotron 3',
      source:
        'tokenizers.js splitRegexPatterns.json@af45330, hub-022; llama.cpp src/llama-vocab.cpp@00ad355e TEKKEN; transformers pull request 42131',
      notes:
        'o200k without contractions, with single digits. Some tokenizer.json files of these models carry the pattern of cl100k by mistake: mistral_hf_broken',
      definition: byRegex(TEKKEN),
    },
    {
      name: 'kimi_k2',
      aliases: ['kimi-k2', 'kimi-k2.5', 'kimi', 'moonlight'],
      models: 'Kimi K2, K2 Thinking and K2.5, Moonlight',
      source: 'moonshotai tokenization_kimi.py, as in troy12x/quasar-kimi@d47b0df',
      notes:
        "Han characters apart from other letters. Moonshot's own program cuts runs of 25,000 characters with or without white space before; that is not done here",
      definition: { tiktoken: KIMI },
      specialTokens: [
        ...names('[BOS] [EOS] [EOT]'),
        ...names('im_end im_user im_assistant start_header_id end_header_id im_system im_middle').map((name) => `<|${name}|>`),
      ],
      lacks: 'the tokens of tools and pictures, and the reserved ones',
    },
    {
      name: 'tiny_aya',
      aliases: ['tiny-aya', 'cohere2moe', 'north-mini-code'],
      models: 'Tiny Aya, North Mini Code 1.0 (Cohere)',
      source: 'llama.cpp src/llama-vocab.cpp@00ad355e TINY_AYA; tokenizers.js splitRegexPatterns.json@af45330, hub-069 and hub-042',
      notes: "digits in groups of three from the right, where no letter follows: '1234567' is '1' '234' '567'; then o200k",
      definition: huggingFace(inTurn(split(String.raw`\d{1,3}(?=(?:\d{3})*\b)`), split(O200K), BYTES)),
    },
    {
      name: 'falcon_h1',
      aliases: ['falcon-h1'],
      models: 'Falcon H1 0.5B to 34B',
      source: "jitllm tok/testdata/pre/falcon-h1.json@cd3ef38, the model's own pre_tokenizer",
      notes: 'punctuation, then tekken, then each digit of the ASCII ones',
      definition: huggingFace(inTurn(PUNCTUATION_RUNS, split(TEKKEN), BYTES, split('[0-9]'))),
    },
    {
      name: 'youtu',
      aliases: ['youtu-llm', 'youtu-llm-2b'],
      models: 'Youtu LLM 2B (Tencent)',
      source: "llama.cpp src/llama-vocab.cpp@00ad355e YOUTU; the model's own file was not seen",
      definition: huggingFace(inTurn(split(YOUTU_SCRIPTS), split(YOUTU), BYTES)),
    },
  ],
}
