// What is used here of what TypeScript declares for browsers only.
declare global {
  namespace WebAssembly {
    class Module {
      constructor(bytes: Uint8Array);
    }
    class Instance {
      constructor(module: Module);
      readonly exports: object;
    }
  }
}

/** What `cat.wat` exports. */
export interface CatExports {
  ackermann(m: number, n: number): number;
  /** Steps of all calls so far; only in the build that counts them. */
  readonly steps?: { readonly value: bigint };
}

/** What `wolf.wat` exports. */
export interface WolfExports {
  buildSieve(): number;
  /** 1 or 0. @throws RuntimeError when the weight is not a whole number from 0 to 400 000². */
  isPrime(weight: number): number;
}

/** Makes an instance, with a memory of its own, of an assembled `cat.wat`. */
export function instantiateCat(bytes: Uint8Array): CatExports {
  return instantiate(bytes) as CatExports;
}

/** Makes an instance, with a memory of its own, of an assembled `wolf.wat`. */
export function instantiateWolf(bytes: Uint8Array): WolfExports {
  return instantiate(bytes) as WolfExports;
}

function instantiate(bytes: Uint8Array): object {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
}
