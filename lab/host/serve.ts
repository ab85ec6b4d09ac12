/** A server in a process of its own, so that it shares no event loop with the load: `serve.ts <kind> <package>`. */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalLambda } from '@sheep-shed/local-lambda';

const [kind, packageDir = ''] = process.argv.slice(2);

if (kind === 'bare') {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '11' });
    response.end('{"ok":true}');
  });
  server.listen(0, '127.0.0.1', () => announce(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  process.on('SIGTERM', () => process.exit(0));
} else {
  const logsDir = await mkdtemp(join(tmpdir(), 'bench-host-'));
  const scaling = kind === 'eager-reuse' ? 'eager-reuse' : 'lambda';
  const host = await startLocalLambda({ packageDir, logsDir, scaling });
  announce(host.url);
  process.on('SIGTERM', async () => {
    await host.close();
    await rm(logsDir, { recursive: true, force: true });
    process.exit(0);
  });
}

function announce(url: string): void {
  process.stdout.write(`${url}\n`);
}
