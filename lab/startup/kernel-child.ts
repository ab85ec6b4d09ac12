/** Times the first call of one kernel in a fresh process, after the init of its function or without it. */
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { makeHerd } from '../../bench/herd/make-herd.ts';
import { memoryShed } from '../../src/adapters/memory/memory-shed.ts';
import { ackermann } from '../../src/domain/ackermann.ts';
import { eatHeaviestPrime } from '../../src/domain/wolf.ts';

/** Several periods of the quota, so that the call begins with a whole share. */
const PAUSE_MS = 100;

const [, , kernel = '', init = '', processesFile = ''] = process.argv;
const shed = memoryShed();
if (kernel === 'wolf') for (const sheep of makeHerd(1000, 1).sheep) await shed.add(sheep);
const loop = kernel === 'loop' ? loopOfOneMs() : () => undefined;
if (init === 'warm') {
  if (kernel === 'cat') await import('../../src/functions/get-cat/handler.ts');
  if (kernel === 'wolf') await import('../../src/functions/delete-wolf/handler.ts');
}
if (processesFile !== '') writeFileSync(processesFile, String(process.pid));
await pause(PAUSE_MS);
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
if (kernel === 'cat') ackermann(3, 8);
if (kernel === 'wolf') await eatHeaviestPrime(shed);
loop();
const { user, system } = process.cpuUsage(cpuBefore);
const wallMs = performance.now() - startedAt;
process.stdout.write(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000 }));

/** A loop that is compiled and takes 1 ms at full speed: what a quota makes of that. */
function loopOfOneMs(): () => number {
  const spin = (turns: number) => {
    let hash = 0;
    for (let i = 0; i < turns; i++) hash = (hash * 31 + i) | 0;
    return hash;
  };
  const turns = 1_000_000;
  for (let i = 0; i < 20; i++) spin(turns);
  const from = performance.now();
  for (let i = 0; i < 20; i++) spin(turns);
  const turnsOfOneMs = Math.round((20 * turns) / (performance.now() - from));
  return () => spin(turnsOfOneMs);
}
