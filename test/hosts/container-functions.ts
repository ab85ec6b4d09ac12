import { after } from 'node:test';
import type { ErrorCode } from '../../src/domain/errors.ts';
import type { CallOutcome, FunctionHost, FunctionWorld } from '../contracts/function-cases.ts';
import { servedBy } from '../contracts/function-hosts.ts';
import { startContainer } from './start-container.ts';

/** The container for the contract of functions, until the tests of the file end. */
export async function containerHost(
  world: FunctionWorld,
  environment: Readonly<Record<string, string>>,
): Promise<FunctionHost> {
  const served = servedBy('container');
  const names = served.map(({ name }) => name);
  const { url, stop } = await startContainer({ ...environment, HOST_FUNCTIONS: names.join(',') });
  after(stop);
  return {
    name: 'container',
    world,
    async call(name, event) {
      const route = served.find((one) => one.name === name)?.http?.routes[0] ?? '';
      const { method, path } = requestOf(route, texts(event));
      const answer = await fetch(`${url}${path}`, { method });
      return httpOutcome(answer.status, answer.headers.get('content-type'), await answer.bytes());
    },
  };
}

/** The fields of an event as a transport of texts sends them. */
export function texts(event: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(event).map(([name, value]) => [name, String(value)]));
}

/** What an answer over HTTP says. */
export function httpOutcome(status: number, type: string | null | undefined, bytes: Uint8Array): CallOutcome {
  const text = new TextDecoder().decode(bytes);
  if (status >= 400) {
    const { code, message } = JSON.parse(text) as { code: ErrorCode; message: string };
    // In a text a number stands in quotes.
    return { kind: 'error', code, message: message.replace(/; got "(\d+)"$/, '; got $1') };
  }
  if (bytes.length === 0) return { kind: 'nothing' };
  if (type === 'application/json') return { kind: 'json', text };
  return { kind: 'bytes', type: type ?? '', bytes: new Uint8Array(bytes) };
}

/** The request of a call: what its path does not name is in the query. */
function requestOf(route: string, fields: Readonly<Record<string, string>>) {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replaceAll(/\{(\w+)\}/g, (_, field: string) =>
    encodeURIComponent(fields[field] ?? ''),
  );
  return { method, path: `${path}?${new URLSearchParams(fields)}` };
}
