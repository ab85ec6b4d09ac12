import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const FIRST_WEIGHT = 80_000_000_000;

/** What DynamoDB puts on a page when it is not told less: as many sheep of 30 bytes as have 1 MB. */
export const FULL_PAGE = 35_000;

/**
 * A DynamoDB whose one table holds so many sheep that no test would want to load them: it makes each page when it is
 * asked for. It knows Scan with Limit, and grants every other request.
 */
export async function startEndlessTable(sheep: number): Promise<{ endpoint: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const isScan = String(request.headers['x-amz-target']).endsWith('.Scan');
    const input = JSON.parse(Buffer.concat(chunks).toString());
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end(JSON.stringify(isScan ? page(sheep, input) : {}));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface ScanInput {
  readonly Limit?: number;
  readonly ExclusiveStartKey?: { readonly tattoo: { readonly N: string } };
}

function page(sheep: number, { Limit = FULL_PAGE, ExclusiveStartKey }: ScanInput): object {
  const from = ExclusiveStartKey === undefined ? 0 : Number(ExclusiveStartKey.tattoo.N) + 1;
  const to = Math.min(sheep, from + Math.min(Limit, FULL_PAGE));
  const Items = Array.from({ length: to - from }, (_, i) => ({
    tattoo: { N: String(from + i) },
    weight: { N: String(FIRST_WEIGHT + from + i) },
  }));
  const last = to < sheep ? { LastEvaluatedKey: { tattoo: { N: String(to - 1) } } } : {};
  return { Items, Count: Items.length, ScannedCount: Items.length, ...last };
}
