/** Times the first call of one kernel in a fresh process, after the init of its function or without it. */
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { memoryShed } from '../../src/adapters/memory-shed.ts';
import { ackermann } from '../../src/domain/ackermann.ts';
import { eatHeaviestPrime } from '../../src/domain/wolf.ts';
import { makeHerd } from '../herd.ts';

/** Several periods of the quota, so that the call begins with a whole share. */
const PAUSE_MS = 100;

const [, , kernel = '', init = '', processesFile = ''] = process.argv;
const shed = memoryShed();
if (kernel === 'wolf') for (const sheep of makeHerd(1000, 1).sheep) await shed.add(sheep);
if (init === 'warm') {
  if (kernel === 'cat') await import('../../src/functions/get-cat/handler.ts');
  else await import('../../src/functions/delete-wolf/handler.ts');
}
if (processesFile !== '') writeFileSync(processesFile, String(process.pid));
await pause(PAUSE_MS);
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
if (kernel === 'cat') ackermann(3, 8);
else await eatHeaviestPrime(shed);
const { user, system } = process.cpuUsage(cpuBefore);
const wallMs = performance.now() - startedAt;
process.stdout.write(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000 }));
