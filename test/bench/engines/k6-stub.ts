import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';

/** What a script did that ran on the stub of k6. */
export interface StubRun {
  readonly options: Readonly<Record<string, unknown>>;
  /** Of each call: what was checked, whether it was kept, and with which tags requests were sent. */
  readonly checks: readonly (readonly [name: string, isKept: boolean])[];
  readonly counted: readonly (readonly [name: string, tags: Readonly<Record<string, string>>])[];
  /** What `setup` threw. */
  readonly failure: string | undefined;
}

const NAMES = { k6: '{ check }', 'k6/execution': 'exec', 'k6/http': 'http', 'k6/metrics': '{ Counter }' };

/** Runs in a thread, since requests of k6 wait for their answers, and the server is in this process. */
const THREAD = `
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
const { script, calls, port, flag } = workerData;
const seen = { checks: [], counted: [], failure: undefined };
const ask = (method, url) => {
  Atomics.store(flag, 0, 0);
  port.postMessage({ method, url });
  Atomics.wait(flag, 0, 0);
  return receiveMessageOnPort(port).message;
};
globalThis.__ENV = {};
globalThis.k6 = {
  'k6': { check: (response, all) => {
    for (const [name, isKept] of Object.entries(all)) seen.checks.push([name, isKept(response)]);
  } },
  'k6/execution': { scenario: { name: '', iterationInTest: 0 } },
  'k6/http': {
    get: (url) => ask('GET', url),
    request: (method, url) => ask(method, url),
    expectedStatuses: (...statuses) => statuses,
  },
  'k6/metrics': { Counter: class {
    constructor(name) { this.name = name; }
    add(_, tags) { seen.counted.push([this.name, tags]); }
  } },
};
const module = await import(script);
try {
  const data = module.setup();
  for (const [name, { exec, env }] of Object.entries(module.options.scenarios)) {
    globalThis.__ENV.STACK = env.STACK;
    for (let i = 0; i < calls; i++) {
      globalThis.k6['k6/execution'].scenario = { name, iterationInTest: i };
      module[exec](data);
    }
  }
} catch (error) {
  seen.failure = error.message;
}
port.postMessage({ done: { ...seen, options: module.options } });
`;

/** Runs a script for k6 on a stub of k6's modules: `setup`, then so many iterations of each scenario. */
export async function runOnStub(text: string, file: string, calls: number): Promise<StubRun> {
  let module = text;
  for (const [name, what] of Object.entries(NAMES)) {
    module = module.replace(`import ${what} from '${name}';`, `const ${what} = globalThis.k6['${name}'];`);
  }
  await writeFile(file, module);
  const { port1, port2 } = new MessageChannel();
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const script = pathToFileURL(file).href;
  const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(THREAD)}`), {
    workerData: { script, calls, port: port2, flag },
    transferList: [port2],
    // What the script says of wrong answers.
    stderr: true,
  });
  const failed = once(thread, 'error').then(([error]) => Promise.reject(error));
  const ended = new Promise<StubRun>((resolve) => {
    port1.on('message', async ({ method, url, done }) => {
      if (done !== undefined) return resolve(done);
      const answer = await fetch(url, { method });
      port1.postMessage({ status: answer.status, body: await answer.text() });
      Atomics.store(flag, 0, 1);
      Atomics.notify(flag, 0);
    });
  });
  try {
    return await Promise.race([ended, failed]);
  } finally {
    port1.close();
    await thread.terminate();
  }
}
