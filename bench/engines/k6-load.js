// Load of the Sheep Shed bench for k6, written by `npm run bench -- export --for k6`. Run it by
//   k6 run --out json=points.json.gz load.js
// and bring its figures back by
//   npm run bench -- import points.json.gz
import { check } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { Counter } from 'k6/metrics';

// What the bench would have done, and where.
const PLAN = {};
const URLS = {};
// Thresholds beyond those below, by what they are on.
const LIMITS = {};

const { connections, duration, rounds, rate, timeout } = PLAN;
const WEIGHTS = { min: 80_000_000_000, max: 160_000_000_000 };
// A scenario of k6 begins at a fixed time: by then the last answers of the one before should be there.
const PAUSE_SECONDS = 1;

const plan = new Counter('sheep_shed_plan');
const first = {};
const scenarios = scenariosOf();
const names = Object.keys(scenarios);

export const options = {
  scenarios,
  thresholds: thresholdsOf(),
  summaryTrendStats: ['count', 'avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'p(99)', 'p(99.9)'],
  maxRedirects: 0,
};

function scenariosOf() {
  const found = {};
  let start = 0;
  for (const { name, bench, stack, seconds, load, tags } of [...warmUpsAndRounds(), ...steps()]) {
    found[name] = {
      exec: bench,
      env: { STACK: stack },
      tags,
      startTime: `${Math.round(start * 1000)}ms`,
      duration: `${Math.round(seconds * 1000)}ms`,
      gracefulStop: `${timeout}s`,
      ...load,
    };
    start += seconds + PAUSE_SECONDS;
  }
  return found;
}

function warmUpsAndRounds() {
  const load = rate === undefined ? closedLoad(connections) : openLoad(rate, connections);
  const seconds = (PLAN.calls === undefined ? duration : PLAN.calls / rate) / rounds;
  return PLAN.scenarios.flatMap((bench) => [
    ...PLAN.stacks
      .filter(() => PLAN.warmUp > 0)
      .map((stack) => {
        const tags = { warm_up: 'yes' };
        // k6 knows no scenario of less than a second.
        const whole = Math.max(1, PLAN.warmUp);
        return { name: `${bench}-${stack}-warm-up`, bench, stack, seconds: whole, load, tags };
      }),
    ...Array.from({ length: rounds }, (_, index) => index + 1).flatMap((round) =>
      // A B in one round, B A in the next.
      (round % 2 === 1 ? PLAN.stacks : [...PLAN.stacks].reverse()).map((stack) => {
        const tags = { bench, stack, round: String(round) };
        return { name: `${bench}-${stack}-round-${round}`, bench, stack, seconds, load, tags };
      }),
    ),
  ]);
}

// Each rate is a scenario of its own, so that its figures and thresholds stand apart.
function steps() {
  return PLAN.scenarios.flatMap((bench) =>
    PLAN.steps.flatMap((step) =>
      PLAN.stacks.map((stack) => {
        const name = `${bench}-${stack}-rate-${String(step.rate).replace('.', '_')}`;
        const load = openLoad(step.rate, PLAN.stepConnections);
        const tags = { bench, stack, rate: String(step.rate) };
        return { name, bench, stack, seconds: step.seconds, load, tags };
      }),
    ),
  );
}

function closedLoad(vus) {
  return { executor: 'constant-vus', vus };
}

// k6 takes whole numbers only.
function openLoad(perSecond, vus) {
  const isWhole = Number.isInteger(perSecond);
  return {
    executor: 'constant-arrival-rate',
    rate: isWhole ? perSecond : Math.round(perSecond * 1000),
    timeUnit: isWhole ? '1s' : '1000s',
    preAllocatedVUs: vus,
    maxVUs: vus,
  };
}

function thresholdsOf() {
  const found = {};
  for (const bench of PLAN.scenarios) {
    for (const stack of PLAN.stacks) {
      const on = `{bench:${bench},stack:${stack}}`;
      found[`checks${on}`] = ['rate==1'];
      found[`http_req_failed${on}`] = ['rate==0'];
      // Counted, so that the summary has them for each scenario and stack.
      found[`http_reqs${on}`] = ['count>=0'];
      found[`http_req_duration${on}`] = ['max>=0'];
      if (rate !== undefined) found[`dropped_iterations${on}`] = ['count==0'];
    }
  }
  for (const [on, limits] of Object.entries(LIMITS)) found[on] = [...(found[on] ?? []), ...limits];
  return found;
}

export function setup() {
  plan.add(1, { plan: JSON.stringify(PLAN) });
  for (const stack of PLAN.stacks) {
    const { status, body } = http.get(`${URLS[stack]}/dog`);
    if (objectOf(body).count === PLAN.herd) continue;
    throw new Error(
      `${stack} must hold ${PLAN.herd} sheep before the load (npm run herd); GET /dog answered ${status} ${body}`,
    );
  }
  // Eight digits, so that tattoos of 19 digits are below 2^64 and new in each run.
  return String(10_000_000 + (Math.floor(Date.now() / 1000) % 90_000_000));
}

export function cat() {
  const expected = [PLAN.n + 1, PLAN.n + 2, 2 * PLAN.n + 3][PLAN.m] ?? 2 ** (PLAN.n + 3) - 3;
  const path = `/cat?m=${PLAN.m}&n=${PLAN.n}`;
  send('GET', path, path, [200], ({ body }) => objectOf(body).result === expected);
}

export function sheep(run) {
  const { name, iterationInTest } = exec.scenario;
  const part = String(names.indexOf(name)).padStart(3, '0');
  const tattoo = `${run}${part}${String(iterationInTest).padStart(8, '0')}`;
  send('POST', `/sheep/${tattoo}`, '/sheep/{tattoo}', [201], ({ body }) => {
    const [, got, weight] = /^\{"tattoo":(\d+),"weight":(\d+)\}$/.exec(String(body).replace(/ /g, '')) ?? [];
    return got === tattoo && Number(weight) >= WEIGHTS.min && Number(weight) <= WEIGHTS.max;
  });
}

export function dog() {
  const changes = PLAN.scenarios.some((one) => one === 'sheep' || one === 'wolf');
  const key = `${exec.scenario.name}`;
  send('GET', '/dog', '/dog', [200], ({ body }) => {
    const { count } = objectOf(body);
    // How many sheep the scenarios before left no user of k6 knows alone; nobody changes them meanwhile.
    first[key] = first[key] ?? (changes ? count : PLAN.herd);
    return Number.isInteger(count) && count === first[key];
  });
}

export function wolf() {
  send('DELETE', '/wolf', '/wolf', [204, 404], ({ status, body }) =>
    status === 204 ? !body : objectOf(body).code === 'NO_FITTING_SHEEP',
  );
}

function send(method, path, name, statuses, isRight) {
  const response = http.request(method, `${URLS[__ENV.STACK]}${path}`, null, {
    responseCallback: http.expectedStatuses(...statuses),
    tags: { name },
    timeout: `${timeout}s`,
  });
  // What was lost or throttled is no wrong answer.
  if (response.status === 0 || response.status === 429) return;
  const isVerified = statuses.includes(response.status) && isRight(response);
  if (!isVerified)
    console.error(`${method} ${path}: ${response.status} ${String(response.body).slice(0, 200)}`);
  check(response, { [`${name} is right`]: () => isVerified });
}

function objectOf(body) {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    return {};
  }
}
