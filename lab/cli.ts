/** `npm run lab`: lists the experiments behind docs/performance.md, or runs one. */
import { OptionError } from '@sheep-shed/options';
import { renderTable } from '../bench/reports/table.ts';
import { handleInterrupts } from '../bench/world/interrupts.ts';
import type { Experiment, Lab, LabTerminal } from './experiment.ts';
import { inLab } from './experiment.ts';

interface Entry {
  readonly answers: string;
  /** On two cores, with the default options. */
  readonly takes: string;
  /** Loads nothing before it is needed: an experiment may watch this process' own memory. */
  readonly load: () => Promise<Experiment>;
}

const EXPERIMENTS: Readonly<Record<string, Entry>> = {
  kernels: {
    answers: 'How fast are cat and wolf in TypeScript, Rust and Python, each plain and tuned?',
    takes: '4 min',
    load: async () => (await import('./kernels/experiment.ts')).kernels,
  },
  startup: {
    answers: 'How long is the init of each function, and which imports take it?',
    takes: '2 min',
    load: async () => (await import('./startup/experiment.ts')).startup,
  },
  levers: {
    answers: 'What does each thing that makes init or the first call faster gain?',
    takes: '10 min',
    load: async () => (await import('./startup/levers-experiment.ts')).levers,
  },
  'first-call': {
    answers: 'What is the part of the kernels in a first call?',
    takes: '1 min',
    load: async () => (await import('./startup/first-call.ts')).firstCall,
  },
  wrapper: {
    answers: 'What does the Lambda wrapper add to a call?',
    takes: '10 s',
    load: async () => (await import('./startup/wrapper-cost.ts')).wrapper,
  },
  scale: {
    answers: 'How do time, read units and memory grow with the herd and with the calls?',
    takes: '8 min',
    load: async () => (await import('./scale/experiment.ts')).scale,
  },
  host: {
    answers: 'How fast is local-lambda beside serverless-offline and a bare server?',
    takes: '8 min',
    load: async () => (await import('./host/experiment.ts')).host,
  },
  container: {
    answers: 'How many requests does the container serve beside a bare server with the same answer?',
    takes: '2 min',
    load: async () => (await import('./container/experiment.ts')).container,
  },
  against: {
    answers: 'What does a request cost local-lambda, beside an earlier revision of it?',
    takes: '6 min',
    load: async () => (await import('./host/against.ts')).against,
  },
  soak: {
    answers: 'Does local-lambda lose a request, or grow, when one in a hundred goes wrong?',
    takes: '3 min',
    load: async () => (await import('./host/soak.ts')).soak,
  },
  fuzz: {
    answers: 'Does a random request end local-lambda, or get an answer that is no HTTP?',
    takes: '8 min',
    load: async () => (await import('./host/fuzz.ts')).fuzzHost,
  },
  reload: {
    answers: 'How long does local-lambda take to swap one function of many, and all of them?',
    takes: '20 s',
    load: async () => (await import('./host/reload.ts')).reload,
  },
  'cpu-reading': {
    answers: 'What does it cost to read the CPU time of an invocation?',
    takes: '10 s',
    load: async () => (await import('./host/cpu-reading.ts')).cpuReading,
  },
  strays: {
    answers: 'What does it cost to look for what environments left running, beside hundreds of processes?',
    takes: '10 s',
    load: async () => (await import('./host/strays.ts')).strays,
  },
  overhead: {
    answers: "What does the bench's own client cost beside autocannon, and in memory?",
    takes: '1 min',
    load: async () => (await import('./overhead/experiment.ts')).overhead,
  },
  engines: {
    answers: 'Does autocannon measure the same latency as the load engine of the bench?',
    takes: '1 min',
    load: async () => (await import('./overhead/engines.ts')).engines,
  },
  agents: {
    answers: 'Do load agents measure the same as one process, and what do many cost their coordinator?',
    takes: '3 min',
    load: async () => (await import('./agents/experiment.ts')).agents,
  },
  poller: {
    answers: 'How many messages a second does the poller serve, beside a bare loop of the SDK?',
    takes: '2 min',
    load: async () => (await import('./poller/experiment.ts')).poller,
  },
  insights: {
    answers: 'How much slower is the query evaluator than a loop written by hand?',
    takes: '1 min',
    load: async () => (await import('./insights/experiment.ts')).insights,
  },
  worker: {
    answers: 'How fast is the AMQP worker beside the one of the earlier runtime?',
    takes: '3 min',
    load: async () => (await import('./worker/experiment.ts')).worker,
  },
  import: {
    answers: 'How much memory does an import of a flock take, and how fast is it beside a bare loop?',
    takes: '2 min',
    load: async () => (await import('./import/experiment.ts')).importLab,
  },
  portraits: {
    answers: 'What do portraits take by size, from upload to gallery, and what do hostile files?',
    takes: '4 min',
    load: async () => (await import('./portraits/experiment.ts')).portraits,
  },
  platform: {
    answers: 'How long does a new function need to answer, and do updates under load lose calls?',
    takes: '1 min',
    load: async () => (await import('./platform/experiment.ts')).platform,
  },
  prediction: {
    answers: 'How near is the prediction of Lambda to figures that others have published?',
    takes: '10 min',
    load: async () => (await import('./prediction/experiment.ts')).prediction,
  },
  tracing: {
    answers: 'How many requests does local-lambda serve with OpenTelemetry on, over those without?',
    takes: '2 min',
    load: async () => (await import('./platform/tracing.ts')).tracing,
  },
  page: {
    answers: "What do 200 environments at work cost local-lambda's page and the host behind it?",
    takes: '3 min',
    load: async () => (await import('./platform/page.ts')).page,
  },
  self: {
    answers: 'How often does the bench see a difference between a stack and itself?',
    takes: '10 min',
    load: async () => (await import('./self/experiment.ts')).self,
  },
};

/** Runs a command line of the lab and gives its exit code. @param words those behind `lab`. */
export function labCommand(words: readonly string[], terminal: LabTerminal): Promise<number> {
  const [name, ...args] = words;
  return inLab(
    (lab) => (name === undefined || name === '--help' ? list(lab) : run(name, args, lab)),
    terminal,
  );
}

if (import.meta.main) {
  const signal = handleInterrupts(process, () => performance.now());
  process.exitCode = await labCommand(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    signal,
  });
}

async function list({ say }: Lab): Promise<void> {
  const rows = Object.entries(EXPERIMENTS).map(([key, { answers, takes }]) => [key, answers, takes]);
  say('Usage: npm run lab -- <experiment> [options]     its options: npm run lab -- <experiment> --help\n');
  say(renderTable(['experiment', 'answers', 'takes about'], rows));
}

async function run(chosen: string, args: readonly string[], lab: Lab): Promise<void> {
  const entry = Object.hasOwn(EXPERIMENTS, chosen) ? EXPERIMENTS[chosen] : undefined;
  if (entry === undefined) {
    const names = Object.keys(EXPERIMENTS).join(', ');
    throw new OptionError(`unknown experiment ${JSON.stringify(chosen)}; there are ${names}`);
  }
  const usage = `Usage: npm run lab -- ${chosen} [options]\n\n${entry.answers} Takes about ${entry.takes}.`;
  await (await entry.load())(args, usage, lab);
}
