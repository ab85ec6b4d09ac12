/** What the language knows of a function: how many arguments it takes and whether it aggregates. */
export interface FunctionSignature {
  /** The documentation's spelling; names are matched without regard to case. */
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly aggregate: boolean;
}

const SCALARS: readonly (readonly [name: string, minimum: number, maximum?: number])[] = [
  ['abs', 1],
  ['ceil', 1],
  ['floor', 1],
  ['greatest', 1, 100],
  ['least', 1, 100],
  ['log', 1],
  ['round', 1, 2],
  ['sqrt', 1],
  ['haversine', 4],
  ['toNumber', 1],
  ['toInt', 1],
  ['toLong', 1],
  ['toDouble', 1],
  ['bin', 1],
  ['datefloor', 2],
  ['dateceil', 2],
  ['fromMillis', 1],
  ['toMillis', 1],
  ['now', 0],
  ['queryStartTime', 0],
  ['queryEndTime', 0],
  ['queryTimeRange', 0],
  ['ispresent', 1],
  ['coalesce', 1, 100],
  ['case', 2, 21],
  ['if', 3],
  ['isNumeric', 1],
  ['messageSize', 1],
  ['jsonParse', 1],
  ['jsonStringify', 1],
  ['jsonArraySize', 1],
  ['jsonArrayContains', 2],
  ['isValidIp', 1],
  ['isValidIpV4', 1],
  ['isValidIpV6', 1],
  ['isIpInSubnet', 2],
  ['isIpv4InSubnet', 2],
  ['isIpv6InSubnet', 2],
  ['ipv4ToNumber', 1],
  ['isPrivateIP', 1],
  ['isempty', 1],
  ['isblank', 1],
  ['concat', 1, 100],
  ['ltrim', 1, 2],
  ['rtrim', 1, 2],
  ['trim', 1, 2],
  ['strlen', 1],
  ['toupper', 1],
  ['tolower', 1],
  ['substr', 2, 3],
  ['replace', 3],
  ['regexReplace', 3],
  ['strcontains', 2, 3],
  ['startsWith', 2],
  ['endsWith', 2],
  ['urlencode', 1],
  ['urldecode', 1],
  ['base64encode', 1],
  ['base64decode', 1],
  ['split', 2],
  ['hexToAscii', 1],
  ['hexToDec', 1],
  ['decToHex', 1],
];

const AGGREGATES: readonly (readonly [name: string, minimum: number, maximum?: number])[] = [
  ['count', 0, 1],
  ['count_distinct', 1],
  ['sum', 1],
  ['avg', 1],
  ['min', 1],
  ['max', 1],
  ['pct', 2],
  ['stddev', 1],
  ['earliest', 1],
  ['latest', 1],
  ['sortsFirst', 1],
  ['sortsLast', 1],
];

/** Functions of the documentation that this evaluator refuses, by their lower-case name. */
export const UNSUPPORTED_FUNCTIONS: ReadonlySet<string> = new Set([
  'parsedate',
  'formatdate',
  'strftime',
  'ispublicip',
  'isreservedip',
]);

/** Every function of the language by its lower-case name. */
export const FUNCTIONS: ReadonlyMap<string, FunctionSignature> = new Map(
  [
    ...SCALARS.map((row) => ({ row, aggregate: false })),
    ...AGGREGATES.map((row) => ({ row, aggregate: true })),
  ].map(({ row: [name, minimum, maximum = minimum], aggregate }) => [
    name.toLowerCase(),
    { name, minimum, maximum, aggregate },
  ]),
);
