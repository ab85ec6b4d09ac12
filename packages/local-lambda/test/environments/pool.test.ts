import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHost, temporaryFolder } from '../fixture-package.ts';

test('with eager-reuse, invocations that wait for each other all get an environment', async (t) => {
  const folder = await temporaryFolder(t);
  // Answers when twelve are in flight at once, which is more than eager-reuse keeps busy without need.
  const source = `import { readdirSync, writeFileSync } from 'node:fs';
    import { join } from 'node:path';
    const folder = process.env.FOLDER;
    export const handler = async () => {
      writeFileSync(join(folder, String(process.pid)), '');
      while (readdirSync(folder).length < 12) await new Promise((done) => setTimeout(done, 10));
      return process.pid;
    };`;
  const host = await startHost(
    t,
    { meet: { source, properties: { Timeout: 30, Environment: { Variables: { FOLDER: folder } } } } },
    { scaling: 'eager-reuse', queueSeconds: 60 },
  );
  const together = await Promise.all(Array.from({ length: 12 }, () => host.invoke('meet', {})));
  assert.deepEqual(
    together.filter(({ errorType }) => errorType !== undefined),
    [],
  );
  assert.equal(new Set(together.map(({ payload }) => payload)).size, 12);
});
