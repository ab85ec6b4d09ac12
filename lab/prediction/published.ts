/** A figure that somebody published, in ms. */
export interface PublishedRow {
  /** Of `functions.ts`. */
  readonly function: string;
  readonly kind: 'warm' | 'first';
  readonly memoryMb: number;
  readonly meanMs: number;
  /** Where the mean of first calls leaves it out: their init, in ms. */
  readonly initMs?: number;
}

/** A published table. */
export interface PublishedTable {
  readonly name: string;
  readonly source: string;
  /** Whether the figures of first calls have their init in them. */
  readonly withInit: boolean;
  readonly rows: readonly PublishedRow[];
}

/** The sizes of the curves, in MB. */
export const CURVE_SIZES = [128, 256, 512, 1024, 1769, 2048] as const;

type Curve = readonly (number | undefined)[];

function curve(name: string, kind: 'warm' | 'first', means: Curve, inits: Curve = []): PublishedRow[] {
  return CURVE_SIZES.flatMap((memoryMb, i): PublishedRow[] => {
    const [meanMs, initMs] = [means[i], inits[i]];
    if (meanMs === undefined) return [];
    return [{ function: name, kind, memoryMb, meanMs, ...(initMs !== undefined && { initMs }) }];
  });
}

function earlier(
  language: string,
  figures: Readonly<Record<string, readonly [warm: number, first: number]>>,
) {
  return Object.entries(figures).flatMap(([name, [warm, first]]): PublishedRow[] => [
    { function: `${language}-${name}`, kind: 'warm', memoryMb: 128, meanMs: warm },
    { function: `${language}-${name}`, kind: 'first', memoryMb: 128, meanMs: first },
  ]);
}

const CURVES = 'https://github.com/cebert/aws-lambda-performance-benchmarks/tree/main/published-results';

/** All of them, on arm64. */
export const PUBLISHED = {
  earlier: {
    name: 'the earlier benchmark, November 2024, eu-west-3, 128 MB: 1 000 calls, 100 at a time',
    source: 'https://github.com/JeremieRodon/demo-rust-lambda and the article about it',
    withInit: true,
    rows: [
      ...earlier('rust', { cat: [124, 150], sheep: [8.1, 150], dog: [17.4, 193], wolf: [95, 351] }),
      ...earlier('python', {
        cat: [5936, 6034],
        sheep: [599, 2958],
        dog: [669, 3004],
        wolf: [4271, 9262],
      }),
    ],
  },
  november: {
    name: 'aws-lambda-performance-benchmarks, November 2025, us-east-2: 500 warm and 125 first calls a size',
    source: `${CURVES}/november-2025`,
    withInit: false,
    rows: [
      ...curve('node-hashes', 'warm', [19_361.2, 9524.77, 5772.55, 2395.71, 1440.25, 1259.82]),
      ...curve('python-hashes', 'warm', [4140.17, 2544.29, 1064.37, 528.76, 340.72, 286.51]),
      ...curve('node-light', 'warm', [75.21, 26.93, undefined, 11.63, 12.17, 10.31]),
      ...curve(
        'node-light',
        'first',
        [1132.76, 552.92, 274.26, 153.27, 114.59, 111.59],
        [334.13, 334.47, 338.64, 338.48, 340.37, 332.76],
      ),
    ],
  },
  december: {
    name: 'the same a month later: 300 warm and 20 first calls a size',
    source: `${CURVES}/december-2025`,
    withInit: false,
    rows: [
      ...curve('node-hashes', 'warm', [23_599.36, 9637.65, 4773.63, 2446.17, 1472.09, 1300.9]),
      ...curve('python-hashes', 'warm', [4334.14, 2148.52, 1069.75, 535.49, 380.86, 294.94]),
      ...curve('node-light', 'warm', [81.76, 29.21, 16.52, 13.24, undefined, 11.32]),
      ...curve(
        'node-light',
        'first',
        [1136.52, 553.8, 283.44, 157, 118.78, 118.21],
        [341.44, 327.77, 336.12, 338.38, 333.14, 338.81],
      ),
    ],
  },
} as const satisfies Readonly<Record<string, PublishedTable>>;
