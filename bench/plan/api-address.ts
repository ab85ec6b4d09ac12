/** Where an HTTP API is, as its own address tells. */
export interface ApiAddress {
  readonly id: string;
  /** `$default`, or what stands first in the path. */
  readonly stage: string;
  /** `undefined` behind an emulator. */
  readonly region: string | undefined;
}

/**
 * The partitions of AWS that the bench knows: how their regions begin, and the domain of their services. The isolated
 * ones (aws-iso and its kin) are reached from inside them only.
 * @see https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 */
const PARTITIONS: readonly { readonly name: string; readonly regions: RegExp; readonly domain: string }[] = [
  { name: 'aws-cn', regions: /^cn-/, domain: 'amazonaws.com.cn' },
  { name: 'aws-us-gov', regions: /^us-gov-/, domain: 'amazonaws.com' },
  { name: 'aws-eusc', regions: /^eusc-/, domain: 'amazonaws.eu' },
  { name: 'aws', regions: /^(af|ap|ca|eu|il|me|mx|sa|us)-(?!iso)[a-z]+-\d+$/, domain: 'amazonaws.com' },
];

/** What a region must be, in words that follow "must be"; `undefined` where the bench knows its partition. */
export function partitionProblem(region: string): string | undefined {
  if (PARTITIONS.some(({ regions }) => regions.test(region))) return undefined;
  return `in a partition that the bench knows (${PARTITIONS.map(({ name }) => name).join(', ')})`;
}

/**
 * Reads the address of an HTTP API: its own at API Gateway, `https://<id>.execute-api.<region>.<domain>/<stage>`, or the
 * form that emulators of AWS have, `http://…/_aws/execute-api/<id>/<stage>`.
 * @returns `undefined` for any other, such as a domain of the user's own.
 */
export function apiAddress(url: string): ApiAddress | undefined {
  const { hostname, pathname } = new URL(url);
  const [, ...path] = pathname.split('/').map(decodeURIComponent);
  const [first = '', second, emulatedId, emulatedStage] = path;
  if (first === '_aws' && second === 'execute-api' && emulatedId !== undefined) {
    return { id: emulatedId, stage: emulatedStage || '$default', region: undefined };
  }
  const [, id, region = '', domain] = /^([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.(.+)$/.exec(hostname) ?? [];
  const partition = PARTITIONS.find((one) => one.regions.test(region));
  if (id === undefined || domain !== partition?.domain) return undefined;
  return { id, stage: first || '$default', region };
}
