/** `npm run test:python`: lint and types of the Python stack, its tests on every Python of this machine. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureEnvironment, findPythons, STACK } from './python-environment.ts';

const CHECK_TIMEOUT_MS = 300_000;
const TEMPLATE_FOLDER = join(import.meta.dirname, '../../.cache/python-package');

const pythons = await findPythons(process.env);
const newest = pythons[0];
if (newest === undefined) {
  process.stderr.write('no python3 of version 3.10 or later with venv is on this machine: install one\n');
  process.exit(1);
}

const bin = await ensureEnvironment(newest, 'requirements-dev.txt');
check(join(bin, 'ruff'), 'format', '--check', '.');
check(join(bin, 'ruff'), 'check', '.');
check(join(bin, 'mypy'));
check(join(import.meta.dirname, '../../node_modules/.bin/sls'), 'package', '--package', TEMPLATE_FOLDER);
// W3005: osls writes dependencies that a reference already implies.
const template = join(TEMPLATE_FOLDER, 'cloudformation-template-update-stack.json');
check(join(bin, 'cfn-lint'), '--ignore-checks', 'W3005', '--template', template);
check(join(bin, 'pytest'), '--quiet');
for (const python of pythons.slice(1)) {
  check(join(await ensureEnvironment(python, 'requirements-test.txt'), 'pytest'), '--quiet');
}
process.stdout.write(`checked on Python ${pythons.map(({ minor }) => `3.${minor}`).join(', ')}\n`);

function check(command: string, ...args: string[]): void {
  const { status, error } = spawnSync(command, args, {
    cwd: STACK,
    stdio: 'inherit',
    timeout: CHECK_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
