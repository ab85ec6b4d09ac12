import assert from 'node:assert/strict';
import type { clientsOf } from './clients.ts';

/** Parts of an HTTP API whose route `GET /orders/{id}` leads to an alias that answers `one a`. */
export interface ApiParts {
  readonly apiId: string;
  readonly route: { readonly routeKey: string };
  /** With the key `PUT /orders`. */
  readonly extra: { readonly routeId: string };
  /** `integrations/ID` */
  readonly target: string;
  /** Answers `two `; its alias is `live`. */
  readonly functionArn: string;
}

/** Changes each part of an API and asks what is served; the extra route is `POST /orders` then, the rest as before. */
export async function changeApi(
  url: string,
  gateway: ReturnType<typeof clientsOf>['gateway'],
  { apiId, route, extra, target, functionArn }: ApiParts,
): Promise<void> {
  const moved = { routeKey: route.routeKey };
  assert.equal((await gateway('PATCH', `/${apiId}/routes/${extra.routeId}`, moved)).status, 409);
  const lost = { target: 'integrations/none' };
  assert.equal((await gateway('PATCH', `/${apiId}/routes/${extra.routeId}`, lost)).status, 404);
  await gateway('PATCH', `/${apiId}/routes/${extra.routeId}`, { routeKey: 'POST /orders' });
  assert.equal((await gateway('GET', `/${apiId}/routes/${extra.routeId}`)).target, target);
  assert.equal((await fetch(`${url}/orders`, { method: 'PUT' })).status, 404);
  const integration = `/${apiId}/${target}`;
  await gateway('PATCH', integration, { integrationUri: functionArn });
  assert.equal(await (await fetch(`${url}/orders/7`)).text(), 'two ');
  await gateway('PATCH', integration, { integrationUri: `${functionArn}:live` });
  assert.equal((await gateway('GET', integration)).payloadFormatVersion, '2.0');
  const corsConfiguration = { allowOrigins: ['https://shop.example'] };
  const renamed = await gateway('PATCH', `/${apiId}`, { name: 'store', corsConfiguration });
  assert.deepEqual([renamed.name, renamed.corsConfiguration], ['store', corsConfiguration]);
  const headers = { origin: 'https://shop.example' };
  const cors = async () =>
    (await fetch(`${url}/orders/7`, { headers })).headers.get('access-control-allow-origin');
  assert.equal(await cors(), 'https://shop.example');
  assert.equal((await gateway('DELETE', `/${apiId}/cors`)).status, 204);
  assert.equal(await cors(), null);
  await gateway('POST', `/${apiId}/stages`, { stageName: 'dev' });
  await gateway('PATCH', `/${apiId}/stages/dev`, { stageVariables: { a: 'b' } });
  assert.deepEqual((await gateway('GET', `/${apiId}/stages/dev`)).stageVariables, { a: 'b' });
  assert.equal((await gateway('DELETE', `/${apiId}/stages/dev`)).status, 204);
  assert.equal((await gateway('GET', `/${apiId}/stages/dev`)).status, 404);
}
