import { OptionError } from '@sheep-shed/options';
import { stringify } from 'yaml';
import { WEIGHTS } from '../herd/make-herd.ts';
import { isEventScenario, type ScenarioName } from '../results/names.ts';
import type { Plan } from '../results/result.ts';
import type { ExportedLimit } from './exported-limits.ts';
import { exportedLimits } from './exported-limits.ts';
import type { ExportedRun } from './exported-run.ts';

const HEAD = `# Load of the Sheep Shed bench for Artillery 2, written by \`npm run bench -- export --for artillery\`.
# Run it by: artillery run load.yml
`;

/**
 * A script of Artillery 2 for one scenario on one stack: Artillery mixes scenarios by weight and knows no rounds.
 * @throws OptionError on what Artillery cannot do.
 */
export function artilleryScript(run: ExportedRun): string {
  const { plan, urls } = run;
  const [scenario, ...others] = plan.scenarios;
  const [[stack, target] = ['', ''], ...otherTargets] = Object.entries(urls);
  if (scenario === undefined || others.length > 0) {
    throw new OptionError(
      `--scenario must name one when --for is artillery, which mixes several; got "${plan.scenarios.join(',')}"`,
    );
  }
  if (otherTargets.length > 0) {
    throw new OptionError(`--url must be one when --for is artillery; got "${Object.keys(urls).join(',')}"`);
  }
  const limits = exportedLimits(run);
  const ofSteps = limits.find(({ rate }) => rate !== undefined);
  if (ofSteps !== undefined && run.steps.length > 1) {
    throw new OptionError(
      `--rate-steps must be one when --for is artillery, which judges all phases together; got "${plan.rateSteps?.join(',')}"`,
    );
  }
  const { connections, calls } = plan;
  const request = requestOf(scenario, plan);
  const isClosed = plan.rate === undefined && plan.rateSteps === undefined;
  const config = {
    target,
    phases: phasesOf(run),
    // One pool for all virtual users, as the bench has: else each opens a connection of its own.
    http: { timeout: plan.timeout, pool: connections },
    plugins: { expect: { reportFailuresAsErrors: true, outputFormat: 'silent' }, ensure: {} },
    ensure: {
      maxErrorRate: 0,
      conditions: limits.map((limit) => ({ expression: expressionOf(limit) })),
    },
  };
  const flow = isClosed ? [{ loop: [request], count: Math.ceil((calls ?? 1) / connections) }] : [request];
  const scenarios = [{ name: `${scenario}-${stack}`, flow }];
  return `${HEAD}${stringify({ config, scenarios }, { lineWidth: 0 })}`;
}

function phasesOf({ plan, steps, stepConnections }: ExportedRun) {
  const { rate, rateSteps, calls, connections, duration, arrivals, warmUp } = plan;
  const cap = rate === undefined ? stepConnections : connections;
  const open = (name: string, perSecond: number, seconds: number) => ({
    name,
    duration: `${Math.round(seconds * 1000)}ms`,
    arrivalRate: perSecond,
    maxVusers: cap,
    ...(arrivals === 'poisson' && { mode: 'poisson' }),
  });
  if (rate === undefined && rateSteps === undefined) {
    if (calls === undefined) {
      throw new OptionError(
        '--calls or --rate is missing: Artillery ends a closed load by its calls, such as --calls 1000 --connections 10',
      );
    }
    return [{ name: 'closed', duration: 1, arrivalCount: connections }];
  }
  return [
    ...(warmUp > 0 ? [open('warm-up', rate ?? steps[0]?.rate ?? 1, warmUp)] : []),
    ...(rate === undefined ? [] : [open('load', rate, calls === undefined ? duration : calls / rate)]),
    ...steps.map((step) => open(`rate ${step.rate}`, step.rate, step.seconds)),
  ];
}

/** One request of a scenario, with all that Artillery can verify of its answer. */
function requestOf(scenario: ScenarioName, { m, n, herd }: Plan) {
  if (isEventScenario(scenario)) throw new RangeError(`${scenario} is no HTTP request`);
  const cat = [n + 1, n + 2, 2 * n + 3][m] ?? 2 ** (n + 3) - 3;
  const requests = {
    cat: {
      get: { url: `/cat?m=${m}&n=${n}`, expect: [{ statusCode: 200 }, { jmespath: `result == \`${cat}\`` }] },
    },
    // Within what a double tells apart, since Artillery's numbers are doubles.
    sheep: {
      post: {
        url: '/sheep/{{ $randomNumber(1000000000000, 9007199254740991) }}',
        expect: [
          { statusCode: 201 },
          { jmespath: `weight >= \`${WEIGHTS.min}\` && weight <= \`${WEIGHTS.max}\`` },
        ],
      },
    },
    dog: { get: { url: '/dog', expect: [{ statusCode: 200 }, { jmespath: `count == \`${herd}\`` }] } },
    wolf: { delete: { url: '/wolf', expect: [{ statusCode: [204, 404] }] } },
  };
  return requests[scenario];
}

function expressionOf({ quantile, sign, ms }: ExportedLimit): string {
  const stat = { p50: 'p50', p90: 'p90', p95: 'p95', p99: 'p99', 'p99.9': 'p999', max: 'max' }[quantile];
  return `http.response_time.${stat} ${sign} ${ms}`;
}
