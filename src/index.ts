import { nameForPrograms } from './optionNames.ts'

export { pretokenize } from './pipeline.ts'
export type { PretokenizeOptions, Progress } from './options.ts'
export { PretokenCounts, type SaveOptions } from './result/pretokenCounts.ts'
export { loadCounts, type LoadOptions } from './result/loadCounts.ts'
export { mergeCounts } from './result/mergeCounts.ts'
export { planChunks, type Plan, type PlannedSource, type PlanOptions } from './plan/planChunks.ts'
export { findBoundaries, type Boundary, type BoundaryOptions } from './read/findBoundaries.ts'
export { streamBatches, streamDocuments, type Document, type StreamOptions } from './read/streamDocuments.ts'
export { mapDocuments, processFiles, type MapOptions } from './read/processFiles.ts'
export { createSplitter, type SplitterOptions } from './createSplitter.ts'
export { PretokError, type ErrorCode } from './errors.ts'
export { loadTokenizer, type TokenizerChoice } from './tokenizer/resolve.ts'
export type { PatternStyle } from './tokenizer/patternPipeline.ts'
export type {
  AddedToken,
  Chunk,
  Compression,
  EngineChoice,
  ErrorPolicy,
  Filters,
  InputFormat,
  InvalidRange,
  Normalizer,
  PieceCount,
  Pipeline,
  Receipt,
  SkippedRecord,
  Source,
  SplitStage,
  Stage,
  TierChoice,
} from './types.ts'
export type { DocumentPer } from './format/records.ts'
export type { CountsFormat } from './write/formats.ts'
export type { TextSplitter } from './split/splitText.ts'

nameForPrograms()
