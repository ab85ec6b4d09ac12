import { Ajv2020 } from 'ajv/dist/2020.js';
import schema from '../../results/result.schema.json' with { type: 'json' };
import type { FromAgent, ToAgent } from '../protocol.ts';
import type { Invoke } from './invoke.ts';

const NUMBER = { type: 'number' };
const COUNT = { type: 'integer', minimum: 0 };
const TEXT = { type: 'string' };
const TEXTS = { type: 'array', items: TEXT, maxItems: 3 };
const LOAD = {
  allOf: [
    { $ref: 'result#/$defs/load' },
    { type: 'object', required: ['model', 'lost', 'timedOut', 'elapsedMs'] },
  ],
};

/** By kind, the fields that a message has; others are of no interest. */
const FIELDS: Readonly<Record<FromAgent['kind'], Readonly<Record<string, object>>>> = {
  ready: { environment: { ...TEXT, maxLength: 100 }, served: COUNT, receivedAt: NUMBER, saidAt: NUMBER },
  progress: { answers: COUNT },
  done: { load: LOAD, added: { type: 'integer' }, lateMs: { type: ['number', 'null'] }, lostWhy: TEXTS },
  refused: { message: TEXT },
};

const ajv = new Ajv2020({
  strict: true,
  strictRequired: false,
  discriminator: true,
  allowUnionTypes: true,
  validateFormats: false,
});
ajv.addSchema(schema, 'result');
const validate = ajv.compile<FromAgent>({
  type: 'object',
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: Object.entries(FIELDS).map(([kind, properties]) => ({
    properties: { kind: { const: kind }, ...properties },
    required: ['kind', ...Object.keys(properties)],
  })),
});

/**
 * Invokes an agent with a message and gives what it says, as it comes; each message is what the protocol says.
 * @throws Error when the invocation fails, has not ended after `limitMs`, or the agent says anything else.
 */
export async function* listen(
  invoke: Invoke,
  message: ToAgent,
  limitMs: number,
  signal: AbortSignal,
): AsyncGenerator<FromAgent> {
  const limit = AbortSignal.timeout(limitMs);
  try {
    for await (const said of invoke(message, AbortSignal.any([signal, limit]))) {
      if (!validate(said)) throw new TypeError(`it said what no agent says: ${problemOf(said)}`);
      yield said;
    }
  } catch (error) {
    if (!limit.aborted || signal.aborted) throw error;
    throw new Error(`it had not ended after ${(limitMs / 1000).toFixed(1)} s`, { cause: error });
  }
}

function problemOf(said: unknown): string {
  const [first] = validate.errors ?? [];
  const at = first?.instancePath === '' ? 'the message' : `"${first?.instancePath}"`;
  return `${at} ${first?.message}; got ${JSON.stringify(said)?.slice(0, 100)}`;
}
