import { stdoutLog } from '../../adapters/json-log.ts';
import { memoryShed } from '../../adapters/memory-shed.ts';
import { lambda, warmUp } from '../../wrappers/lambda.ts';
import { shed } from '../shed.ts';
import { run } from './run.ts';

const bind = (place: typeof shed) => lambda(run, { status: 204, logFor: stdoutLog, shed: place });

export const handler = bind(shed);

const trial = memoryShed();
// A prime is tested with every prime of the sieve.
for (let i = 0; i < 60; i++) await trial.add({ tattoo: BigInt(i), weight: 159_999_999_983 });
await warmUp(bind(trial), {});
