// The part of the WebAssembly API that is used here: TypeScript has it only among the types of browsers.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Memory {
    constructor(options: { initial: number; maximum: number })
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory }; table?: { spill: () => boolean }; firsts?: { first: (start: number, length: number) => void } })
    readonly exports: object
  }
  interface Global<Type extends 'i32' | 'i64'> {
    readonly value: Type extends 'i64' ? bigint : number
  }
}
