import { CALL_SCENARIOS } from '../../results/names.ts';
import {
  type Greeting,
  LEASE_MS,
  MAX_HOLD_MS,
  MAX_TIMEOUT_SECONDS,
  MAX_WAIT_MS,
  type Piece,
  type ToAgent,
} from '../protocol.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A message may come so much before or after its time, in milliseconds: the clocks may differ. */
const CLOCK_ERROR_MS = 10_000;
const MAX_CONNECTIONS = 10_000;
const MAX_RATE = 1_000_000;
const MOST = Number.MAX_SAFE_INTEGER;

/**
 * Reads the event of an invocation: nothing that it asks for may outlive the lease.
 * @param now epoch milliseconds.
 * @throws RangeError that names the field, the value and what is allowed.
 */
export function readMessage(event: unknown, now: number): ToAgent {
  const message = fieldsOf('event', event);
  number(message, 'sentAt', 0, MOST);
  if (message['kind'] === 'greeting') {
    number(message, 'holdMs', 0, MAX_HOLD_MS);
    if (message['toOpen'] !== undefined) readConnections(fieldsOf('toOpen', message['toOpen']), 'toOpen.');
    return message as unknown as Greeting;
  }
  if (message['kind'] !== 'piece') throw refusal('kind', 'greeting or piece', message['kind']);
  number(message, 'zeroAt', 0, MOST);
  const beginsAt = number(message, 'beginsAt', 0, now + MAX_WAIT_MS + CLOCK_ERROR_MS);
  number(message, 'endsAt', beginsAt, beginsAt + LEASE_MS);
  readConnections(message, '');
  for (const [name, ahead] of Object.entries(fieldsOf('clocks', message['clocks'])))
    if (typeof ahead !== 'number') throw refusal(`clocks.${name}`, 'a number of milliseconds', ahead);
  readScenario(fieldsOf('scenario', message['scenario']));
  readAmount(fieldsOf('amount', message['amount']));
  return message as unknown as Piece;
}

function readConnections(fields: Fields, above: string): void {
  number(fields, 'connections', 1, MAX_CONNECTIONS, above);
  number(fields, 'timeoutSeconds', 0.001, MAX_TIMEOUT_SECONDS, above);
  const { url } = fields;
  if (url !== undefined && !isHttp(url)) throw refusal(`${above}url`, 'an http:// or https:// address', url);
}

function readScenario(scenario: Fields): void {
  const { name } = scenario;
  if (name === 'bare') return;
  const names: readonly unknown[] = CALL_SCENARIOS;
  if (!names.includes(name)) throw refusal('scenario.name', `bare, ${names.join(', ')}`, name);
  for (const field of ['m', 'n', 'count']) number(scenario, field, 0, MOST, 'scenario.');
  const { firstTattoo } = scenario;
  if (typeof firstTattoo !== 'string' || !/^\d{1,20}$/.test(firstTattoo))
    throw refusal('scenario.firstTattoo', '1 to 20 digits', firstTattoo);
}

function readAmount(amount: Fields): void {
  if (amount['model'] === 'closed') {
    number(amount, 'seconds', 0, LEASE_MS / 1000, 'amount.');
    if (amount['calls'] !== null) number(amount, 'calls', 1, MOST, 'amount.');
    return;
  }
  if (amount['model'] !== 'open') throw refusal('amount.model', 'closed or open', amount['model']);
  const plan = fieldsOf('amount.plan', amount['plan']);
  number(plan, 'rate', Number.MIN_VALUE, MAX_RATE, 'amount.plan.');
  number(plan, 'seed', 0, 2 ** 33, 'amount.plan.');
  number(plan, 'seconds', 0, MOST, 'amount.plan.');
  if (plan['calls'] !== null) number(plan, 'calls', 1, MOST, 'amount.plan.');
  const { arrivals } = plan;
  if (arrivals !== 'even' && arrivals !== 'poisson')
    throw refusal('amount.plan.arrivals', 'even or poisson', arrivals);
  const share = fieldsOf('amount.share', amount['share']);
  const of = number(share, 'of', 1, MAX_CONNECTIONS, 'amount.share.');
  number(share, 'agent', 0, of - 1, 'amount.share.');
  number(share, 'untilMs', 0, MOST, 'amount.share.');
  const from = fieldsOf('amount.share.from', share['from']);
  for (const field of ['index', 'sum']) number(from, field, 0, MOST, 'amount.share.from.');
}

function fieldsOf(name: string, value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw refusal(name, 'an object', value);
}

function number(fields: Fields, name: string, least: number, most: number, above = ''): number {
  const value = fields[name];
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw refusal(above + name, `a number from ${least} to ${most}`, value);
}

function isHttp(url: unknown): boolean {
  return typeof url === 'string' && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function refusal(name: string, allowed: string, value: unknown): RangeError {
  return new RangeError(`${name} must be ${allowed}; got ${JSON.stringify(value)?.slice(0, 100)}`);
}
