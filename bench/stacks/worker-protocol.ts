import type { AmqpBinding } from '../load/amqp-connection.ts';
import type { BenchRequest } from '../load/exchange.ts';

/** What the worker calls its queues where nobody says otherwise, before the function's name. */
const QUEUE_PREFIX = 'sheep-shed.';

/** The HTTP contract's statuses of what a worker replies. */
const SUCCESS: Readonly<Record<string, number>> = {
  'get-cat': 200,
  'get-dog': 200,
  'post-sheep': 201,
  'delete-wolf': 204,
};
const FAILURE: Readonly<Record<string, number>> = {
  INVALID_INPUT: 400,
  NO_FITTING_SHEEP: 404,
  SHEEP_ALREADY_IN_SHED: 409,
  CAT_WOULD_NOT_FINISH: 422,
};

/** Speaks to a worker in requests and answers of the HTTP contract, so that scenarios verify it as any other stack. */
export function workerBinding(url: string): AmqpBinding {
  return {
    url,
    requestOf: (request) => {
      const { name, event } = callOf(request);
      return { queue: `${QUEUE_PREFIX}${name}`, content: JSON.stringify(event) };
    },
    answerOf: (request, isError, content) => {
      const { name } = callOf(request);
      if (!isError) return { status: SUCCESS[name] ?? 200, body: content };
      const [, code = ''] = /"code":"(\w+)"/.exec(content) ?? [];
      return { status: FAILURE[code] ?? 500, body: content };
    },
  };
}

/** The function and the event of a request of the HTTP contract; what has no route asks the cat whether it is there. */
function callOf({ method, path }: BenchRequest): { readonly name: string; readonly event: object } {
  const [route = '', query = ''] = path.split('?');
  const [, tattoo] = /^\/sheep\/(\d+)$/.exec(route) ?? [];
  if (method === 'POST' && tattoo !== undefined) return { name: 'post-sheep', event: { tattoo } };
  if (method === 'DELETE') return { name: 'delete-wolf', event: {} };
  if (route === '/dog') return { name: 'get-dog', event: {} };
  if (route === '/cat') return { name: 'get-cat', event: Object.fromEntries(new URLSearchParams(query)) };
  return { name: 'get-cat', event: { m: '0', n: '0' } };
}
