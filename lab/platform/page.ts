import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Option } from '@sheep-shed/options';
import { wholeNumber } from '@sheep-shed/options/readers';
import { renderTable } from '../../bench/reports/table.ts';
import { chromiumPath, launchChromium } from '../../test/bench/reports/chromium.ts';
import { experiment, type Lab, ROOT, takeTurns } from '../experiment.ts';
import { ownCpuTimeUs, treeCpuTimeUs } from '../host/process-figures.ts';
import { type Server, start } from '../host/servers.ts';
import { median } from '../median.ts';

const OPTIONS = {
  environments: {
    help: 'environments that work at once',
    default: 200,
    ...wholeNumber(1, 1_000),
  } satisfies Option<number>,
  rounds: {
    help: 'rounds with the page and without',
    default: 6,
    ...wholeNumber(1, 100),
  } satisfies Option<number>,
  seconds: { help: 'seconds of each', default: 10, ...wholeNumber(1, 600) } satisfies Option<number>,
};
/** All environments run after so long. */
const START_LIMIT_MS = 90_000;
/** Python starts in little memory, and this runtime client sleeps for most of the time. */
const BOOTSTRAP = `#!/usr/bin/env python3
import http.client, os, time
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
base = "/2018-06-01/runtime/invocation/"
while True:
    api.request("GET", base + "next")
    event = api.getresponse()
    event.read()
    print("works", flush=True)
    time.sleep(1)
    api.request("POST", base + event.getheader("Lambda-Runtime-Aws-Request-Id") + "/response", b'{"statusCode":200,"body":"ok"}')
    api.getresponse().read()
`;
const TEMPLATE = {
  Resources: {
    Work: {
      Type: 'AWS::Serverless::Function',
      Properties: {
        FunctionName: 'work',
        CodeUri: 'work',
        Handler: 'none',
        Runtime: 'provided.al2023',
        MemorySize: 128,
        Timeout: 30,
        Events: { Hello: { Type: 'HttpApi', Properties: { Path: '/hello', Method: 'get' } } },
      },
    },
  },
};

/** CPU time of a browser that shows many environments at work, and of the host that tells it of them. */
export const page = experiment(OPTIONS, async ({ environments, rounds, seconds }, lab) => {
  if (chromiumPath === undefined) throw new Error('there is no Chromium here: set CHROMIUM to its path');
  const server = await startHost(environments, lab);
  const browser = await launchChromium(chromiumPath);
  lab.atEnd(() => browser.close());
  const work = keepBusy(server.url, environments);
  lab.atEnd(work.stop);
  const shown = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  const host = server.url.replace(/\/hello$/, '/_host/');
  const look = async (url: string) => {
    await shown.goto(url);
    await sleep(1_000);
  };
  await look(host);
  await shown
    .locator('#total-environments', { hasText: String(environments) })
    .waitFor({ timeout: START_LIMIT_MS });
  const found = await takeTurns(['with the page', 'without'], rounds, lab.signal, async (way, round) => {
    lab.progress.step(`${way}, round ${round + 1} of ${rounds}`);
    await look(way === 'without' ? 'about:blank' : host);
    const before = { host: ownCpuTimeUs(server.pid), browser: browserCpuUs() };
    const began = performance.now();
    await sleep(seconds * 1_000);
    const elapsedUs = (performance.now() - began) * 1_000;
    const share = (before: number, after: number) => (100 * (after - before)) / elapsedUs;
    return {
      host: share(before.host, ownCpuTimeUs(server.pid)),
      browser: share(before.browser, browserCpuUs()),
    };
  });
  const rows = [...found].map(([way, all]) => [
    way,
    median(all.map(({ host }) => host)).toFixed(1),
    median(all.map(({ browser }) => browser)).toFixed(1),
  ]);
  lab.say(
    renderTable([`${environments} environments at work`, 'host, % of a core', 'browser, % of a core'], rows),
  );
  const [on = [], off = []] = [found.get('with the page'), found.get('without')];
  const more = median(on.map(({ host }, i) => host - (off[i]?.host ?? Number.NaN)));
  lab.say(`the page takes ${more.toFixed(1)} % of a core of the host`);
  await work.stop();
  await server.stop();

  function browserCpuUs(): number {
    return treeCpuTimeUs(process.pid, server.pid);
  }
});

async function startHost(environments: number, lab: Lab): Promise<Server> {
  const packageDir = join(lab.folder, 'package');
  await mkdir(join(packageDir, 'work'), { recursive: true });
  await writeFile(join(packageDir, 'template.yaml'), JSON.stringify(TEMPLATE));
  await writeFile(join(packageDir, 'work/bootstrap'), BOOTSTRAP, { mode: 0o755 });
  const cli = join(ROOT, 'packages/local-lambda/src/cli.ts');
  const logs = join(lab.folder, 'logs');
  const options = ['--package', packageDir, '--logs', logs, '--max-environments', String(environments)];
  return start('local-lambda', (port) => [cli, ...options, '--port', port], ROOT, lab);
}

/** Sends a request again as soon as it is answered, many at once. */
function keepBusy(url: string, many: number): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const one = async () => {
    while (!stopping.signal.aborted) {
      await fetch(url, { signal: stopping.signal }).then(
        (answer) => answer.text(),
        () => undefined,
      );
    }
  };
  const all = Promise.all(Array.from({ length: many }, one));
  return {
    stop: async () => {
      stopping.abort();
      await all;
    },
  };
}
