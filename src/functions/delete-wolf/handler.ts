import { stdoutLog } from '../../adapters/json-log.ts';
import { memoryShed } from '../../adapters/memory-shed.ts';
import { MIN_WEIGHT } from '../../domain/sheep.ts';
import { lambda, warmUp } from '../../wrappers/lambda.ts';
import { shed } from '../shed.ts';
import { run } from './run.ts';

const bind = (place: typeof shed) => lambda(run, { status: 204, logFor: stdoutLog, shed: place });

export const handler = bind(shed);

const trial = memoryShed();
// As a herd is: few primes, which are tested to the end, and many that are not.
for (let i = 0; i < 200; i++) await trial.add({ tattoo: BigInt(i), weight: MIN_WEIGHT + i * 79_999_987 });
await warmUp(bind(trial), {});
