import { LUCIE } from './patterns.ts'
import {
  byRegex,
  BYTES,
  EACH_DIGIT,
  huggingFace,
  inTurn,
  metaspace,
  NFC,
  normalizeInTurn,
  replaceRegex,
  replaceText,
  split,
  splitText,
  withOwnTokens,
  type Config,
  type Definition,
  type Family,
} from './preset.ts'

/** ` ?` and what is neither white space nor one of these signs; the inner brackets are a class in the class. */
const BLOOM = ' ?[^(\\s|[.,!?…。，、।۔،])]+'

export const BLOOM_FAMILY: Family = {
  title: "BLOOM's regex",
  presets: [
    {
      name: 'bloom',
      aliases: ['bloomz', 'poro', 'poro-34b', 'gpt3-finnish'],
      models: 'BLOOM, BLOOMZ, Poro 34B, GPT-3 Finnish',
      source: 'tokenizers.js splitRegexPatterns.json@af45330, hub-051; transformers.js issue 94',
      definition: byRegex(BLOOM),
    },
    {
      name: 'viking',
      aliases: ['viking-7b', 'viking-13b', 'viking-33b'],
      models: 'Viking 7B, 13B and 33B',
      source: "llama.cpp src/llama-vocab.cpp@00ad355e VIKING; jitllm tok/pretok/table.go@cd3ef38, from the model's tokenizer.json",
      notes: 'bloom, then each digit',
      definition: huggingFace(inTurn(split(BLOOM), EACH_DIGIT, BYTES)),
    },
  ],
}

const SPACES_MARKED = replaceText(' ', '▁')
const GEMMA = huggingFace(splitText(' ', 'MergedWithPrevious'), SPACES_MARKED)
const needsCharsmap: Definition = {
  needsFile: 'its normalizer is a table (precompiled_charsmap) that comes with the model',
}

export const SENTENCEPIECE_FAMILY: Family = {
  title: 'SentencePiece models',
  presets: [
    {
      name: 'llama2_legacy',
      aliases: ['llama2', 'llama-2', 'llama', 'mistral', 'mistral-7b', 'tinyllama', ...withOwnTokens('yi', 'codellama', 'phi-3')],
      models: 'Llama 1 and 2, Mistral 7B 0.1 to 0.3, TinyLlama, Yi, CodeLlama, Phi 3',
      source: 'transformers convert_slow_tokenizer.py LlamaConverter(legacy=True)',
      notes: 'no pre-tokenizer: a document, or what is between two special tokens, is one piece. Mistral 7B 0.3 has more special tokens',
      definition: huggingFace(null, normalizeInTurn({ type: 'Prepend', prepend: '▁' }, SPACES_MARKED)),
      specialTokens: ['<unk>', '<s>', '</s>'],
    },
    {
      name: 'llama2_nonlegacy',
      aliases: ['moshi'],
      models: 'LlamaTokenizer(legacy=False), Moshi, newer conversions of Mistral',
      source: 'transformers convert_slow_tokenizer.py LlamaConverter and MoshiConverter',
      notes: 'what is between two special tokens is one piece',
      definition: huggingFace(metaspace('first', false)),
    },
    {
      name: 'gemma',
      aliases: ['gemma2', 'gemma-2', 'gemma3', 'gemma-3'],
      models: 'Gemma 1, 2 and 3',
      source: 'transformers convert_slow_tokenizer.py GemmaConverter',
      notes: 'the split never matches, because spaces are ▁ by then: what is between two tokens is one piece',
      definition: GEMMA,
      specialTokens: ['<pad>', '<eos>', '<bos>', '<unk>', '<start_of_turn>', '<end_of_turn>'],
      lacks: 'the tokens for runs of newlines and of spaces, and the unused ones',
    },
    {
      name: 'gemma4',
      aliases: ['gemma-4'],
      models: 'Gemma 4',
      source: "llama.cpp src/llama-vocab.cpp@00ad355e GEMMA4 and pull request 21343; the model's own file was not seen",
      definition: GEMMA,
      lacks: 'its added tokens',
    },
    {
      name: 'helium',
      aliases: ['helium-1'],
      models: 'Helium (Kyutai)',
      source: 'transformers convert_slow_tokenizer.py HeliumConverter',
      definition: huggingFace(splitText('\n', 'Contiguous'), normalizeInTurn({ type: 'Prepend', prepend: ' ' }, SPACES_MARKED)),
      lacks: 'its added token "\\n"',
    },
    {
      name: 'sarvam_moe',
      aliases: ['sarvam-30b', 'sarvam'],
      models: 'Sarvam 30B',
      source: "llama.cpp src/llama-vocab.cpp@00ad355e SARVAM_MOE; the model's own file was not seen",
      definition: huggingFace(split('[^\\n]+|[\\n]+')),
    },
    {
      name: 'lucie_french',
      aliases: ['lucie', 'lucie-7b'],
      models: 'Lucie 7B',
      source: 'tokenizers.js splitRegexPatterns.json@af45330, hub-039; the training script of OpenLLM-France',
      notes: "French elisions: l', qu', aujourd'hui",
      definition: huggingFace(
        inTurn(split(LUCIE), metaspace('first', false)),
        normalizeInTurn(NFC, replaceRegex(String.raw`[\r\x00]`, '')),
      ),
    },
    {
      name: 't5',
      aliases: ['t5-small', 't5-base', 'flan-t5', 'mt5'],
      models: 'T5, Flan-T5, mT5; XLM-R, ALBERT and mBART in older exports',
      source: 'tokenizer.json of t5 (AliAbdien/Fine-Tuning-T5-for-Question-Answering@1631ca3)',
      definition: needsCharsmap,
    },
    {
      name: 'spm_current_converter',
      aliases: ['xlm-roberta', 'xlm-r', 'nllb', 'mbart50', 'camembert', 'bigbird'],
      models: 'XLM-R, NLLB, mBART 50, CamemBERT, BigBird, as transformers converts them now',
      source: 'transformers convert_slow_tokenizer.py SpmConverter',
      definition: needsCharsmap,
    },
    {
      name: 'pegasus',
      aliases: [],
      models: 'Pegasus',
      source: 'transformers convert_slow_tokenizer.py PegasusConverter',
      definition: needsCharsmap,
    },
    {
      name: 'albert_xlnet',
      aliases: ['albert', 'xlnet', 'rembert'],
      models: 'ALBERT, XLNet, RemBERT',
      source: 'transformers convert_slow_tokenizer.py AlbertConverter and XLNetConverter',
      definition: needsCharsmap,
    },
    {
      name: 'deberta_v2',
      aliases: ['deberta-v2', 'deberta-v3'],
      models: 'DeBERTa v2 and v3',
      source: 'transformers convert_slow_tokenizer.py DebertaV2Converter',
      definition: needsCharsmap,
    },
  ],
}

const bert = (lowercase: boolean): Definition => {
  const normalizer: Config = { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase }
  return huggingFace({ type: 'BertPreTokenizer' }, normalizer)
}
const BERT = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']

export const BERT_FAMILY: Family = {
  title: 'BERT: words and punctuation, white space in no piece',
  presets: [
    {
      name: 'bert_uncased',
      aliases: [
        'bert',
        'bert-base-uncased',
        'bert-large-uncased',
        'distilbert',
        'distilbert-base-uncased',
        'minilm',
        'electra',
        'bge-en',
        'e5',
      ],
      models: 'BERT uncased, DistilBERT, MiniLM, ELECTRA, BGE (English), E5, LayoutLMv2',
      source: 'transformers convert_slow_tokenizer.py BertConverter; tokenizers/src/pre_tokenizers/bert.rs',
      notes: 'small letters without accents; Chinese characters are pieces',
      definition: bert(true),
      specialTokens: BERT,
    },
    {
      name: 'bert_cased',
      aliases: ['bert-base-cased', 'bert-large-cased', 'bert-base-multilingual-cased'],
      models: 'BERT cased and multilingual cased',
      source: 'transformers convert_slow_tokenizer.py BertConverter',
      definition: bert(false),
      specialTokens: BERT,
    },
    {
      name: 'openai_gpt1',
      aliases: ['gpt1', 'gpt-1', 'openai-gpt'],
      models: 'GPT-1',
      source: 'transformers convert_slow_tokenizer.py OpenAIGPTConverter',
      definition: bert(true),
    },
    {
      name: 'jina_zh_whitespace',
      aliases: ['jina-embeddings-v2-base-zh'],
      models: 'jina-embeddings-v2-base-zh',
      source: "llama.cpp src/llama-vocab.cpp@00ad355e WHITESPACE; the model's own file was not seen",
      notes: 'runs of what is no white space',
      definition: huggingFace({ type: 'WhitespaceSplit' }),
    },
  ],
}
