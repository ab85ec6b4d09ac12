/** Checks of the HTTP API in front of the functions. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { request as requestTls } from 'node:https';
import type { Check, HttpTarget } from './http.ts';

const ORIGIN = 'https://shepherd.example';

/** Routes that no API has, as method and path. */
const NO_ROUTE = [
  'GET /',
  'GET /goat',
  'GET /sheep',
  'POST /sheep/',
  'POST /sheep/7/8',
  'GET /sheep/7',
  'POST /dog',
  'GET /wolf',
  'PUT /cat',
  'GET /Dog',
];

/** These need an HTTP API. */
export const gatewayChecks: readonly Check[] = [
  ...NO_ROUTE.map((route) => ({
    name: `${route}: 404 Not Found`,
    async run({ fetch }: HttpTarget) {
      const [method, path] = route.split(' ') as [string, string];
      const response = await fetch(path, { method });
      assert.deepEqual([response.status, await response.json()], [404, { message: 'Not Found' }]);
    },
  })),
  {
    name: 'HEAD /dog: 404, no body',
    async run({ fetch }) {
      const response = await fetch('/dog', { method: 'HEAD' });
      assert.deepEqual([response.status, await response.text()], [404, '']);
    },
  },
  {
    name: 'OPTIONS: the preflight allows the methods of the contract to every origin',
    async run({ fetch }) {
      for (const [path, method] of [
        ['/sheep/7', 'POST'],
        ['/dog', 'GET'],
        ['/wolf', 'DELETE'],
      ] as const) {
        const headers = { origin: ORIGIN, 'access-control-request-method': method };
        const response = await fetch(path, { method: 'OPTIONS', headers });
        assert.ok(response.status === 204 || response.status === 200, `${response.status}`);
        assert.equal(response.headers.get('access-control-allow-origin'), '*');
        assert.ok(response.headers.get('access-control-allow-methods')?.split(',').includes(method));
      }
    },
  },
  {
    name: 'an answer names the allowed origin, an error too',
    async run({ fetch }) {
      for (const path of ['/cat?m=1&n=1', '/cat']) {
        const response = await fetch(path, { headers: { origin: ORIGIN } });
        assert.equal(response.headers.get('access-control-allow-origin'), '*');
      }
    },
  },
  {
    name: 'the case of header names does not matter',
    async run({ url = '' }) {
      const allowed = await Promise.all(
        ['origin', 'ORIGIN', 'oRiGiN'].map((name) => allowedOrigin(`${url}/cat?m=1&n=1`, name)),
      );
      assert.deepEqual(allowed, ['*', '*', '*']);
    },
  },
];

/** Sends the origin under a header name of just this spelling, which `fetch` would write in lower case. */
function allowedOrigin(url: string, name: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? requestTls : request;
    send(url, { headers: { [name]: ORIGIN }, timeout: 30_000 }, (response) => {
      response.resume();
      resolve(response.headers['access-control-allow-origin']);
    })
      .on('error', reject)
      .end();
  });
}
