import type { Option, OptionTable } from '@sheep-shed/options';
import { flagOf, OptionError } from '@sheep-shed/options';
import { readCommand } from '@sheep-shed/options/command';
import { assignments, awsRegion, type Reader, wholeNumber } from '@sheep-shed/options/readers';
import { DEFAULT_REGION } from '../deployment-package/template.ts';
import { SAMPLE_KINDS, type SampleKind } from '../sample-events/kinds.ts';
import type { SampleFields } from '../sample-events/sample.ts';

const text: Reader<string> = { allowed: 'a text', read: ([given]) => given };
const jsonObject: Reader<Readonly<Record<string, unknown>>> = {
  allowed: 'a JSON object',
  read: ([given = '']) => {
    try {
      const value: unknown = JSON.parse(given);
      return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : undefined;
    } catch {
      return undefined;
    }
  },
};

/** The options of `local-lambda event <kind>`. */
export const EVENT_OPTIONS = {
  body: { help: 'body of the request or message, data of the record', ...text } satisfies Option<string>,
  method: {
    help: 'method of the request; POST with a body, else GET',
    allowed: 'a method such as PUT',
    read: ([given = '']) => (/^[A-Z]{1,20}$/.test(given) ? given : undefined),
  } satisfies Option<string>,
  path: {
    help: 'path of the request, without query',
    allowed: 'a path that begins with /',
    read: ([given = '']) => (/^\/[^?#]*$/.test(given) ? given : undefined),
  } satisfies Option<string>,
  resource: {
    help: 'the route that takes the path, for its path parameters, such as /orders/{id}',
    ...text,
  } satisfies Option<string>,
  header: { help: 'header of the request', repeatable: true, ...assignments } satisfies Option<
    Readonly<Record<string, string>>
  >,
  query: { help: 'parameter of the query', repeatable: true, ...assignments } satisfies Option<
    Readonly<Record<string, string>>
  >,
  bucket: { help: 'bucket of the object', ...text } satisfies Option<string>,
  key: { help: 'key of the object', ...text } satisfies Option<string>,
  size: {
    help: 'bytes of the object',
    ...wholeNumber(0, 5_497_558_138_880),
  } satisfies Option<number>,
  queue: { help: 'name of the queue', ...text } satisfies Option<string>,
  topic: { help: 'name of the topic', ...text } satisfies Option<string>,
  subject: { help: 'subject of the message', ...text } satisfies Option<string>,
  table: { help: 'name of the table', ...text } satisfies Option<string>,
  item: {
    help: 'the new item as plain JSON; its first attribute is the key',
    ...jsonObject,
  } satisfies Option<Readonly<Record<string, unknown>>>,
  stream: { help: 'name of the stream', ...text } satisfies Option<string>,
  partitionKey: { help: 'partition key of the record', ...text } satisfies Option<string>,
  rule: { help: 'name of the rule', ...text } satisfies Option<string>,
  source: { help: 'who sends the event', ...text } satisfies Option<string>,
  detailType: { help: 'what the event is about', ...text } satisfies Option<string>,
  detail: { help: 'what the event says', ...jsonObject } satisfies Option<Readonly<Record<string, unknown>>>,
  region: { help: 'region of its ARNs', default: DEFAULT_REGION, ...awsRegion } satisfies Option<string>,
} satisfies OptionTable;

/** What `local-lambda event` writes. */
export interface EventCommand {
  readonly kind: 'event';
  readonly sample: SampleKind;
  readonly fields: SampleFields;
  readonly region: string;
}

/**
 * Reads the arguments of `local-lambda event <kind>`.
 * @throws OptionError naming the option, its value and what is allowed, and options that the kind does not take.
 */
export function parseEvent(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): EventCommand | { readonly kind: 'show'; readonly text: string } {
  const line = readCommand({ options: EVENT_OPTIONS, usage: eventUsage }, args, environment);
  if (line.kind === 'show') return line;
  const [word, ...more] = line.words;
  const sample = word !== undefined && Object.hasOwn(SAMPLE_KINDS, word) ? SAMPLE_KINDS[word] : undefined;
  if (sample === undefined || more.length > 0) {
    const given = word === undefined ? 'missing' : line.words.join(' ');
    throw new OptionError(`kind: must be one of ${Object.keys(SAMPLE_KINDS).join(', ')}, is ${given}`);
  }
  const { region, ...fields } = line.values;
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || sample.takes.some((taken) => taken === name)) continue;
    throw new OptionError(`${word} takes no ${flagOf(name)}; allowed: ${flagsOf(sample)}`);
  }
  return { kind: 'event', sample, fields, region };
}

function eventUsage(options: string): string {
  const kinds = Object.entries(SAMPLE_KINDS).map(
    ([word, sample]) => `  ${word.padEnd(11)}  ${sample.about}: ${flagsOf(sample)}`,
  );
  return `local-lambda event <kind> [options]     writes a sample event as JSON

Kinds, and the options that each takes:
${kinds.join('\n')}

${options}
`;
}

function flagsOf({ takes }: SampleKind): string {
  return [...takes.map(flagOf), '--region'].join(' ');
}
