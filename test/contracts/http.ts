/** The HTTP contract as data and checks, for every stack on every host; `docs/openapi.yaml` describes the same. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gatewayChecks } from './http-gateway.ts';
import { checkRow, ROWS } from './http-rows.ts';
import { shedChecks } from './http-shed.ts';

/** A sheep as the table holds it; `weight` in micrograms. */
export interface StoredSheep {
  readonly tattoo: bigint;
  readonly weight: number;
}

/** Direct access to the table behind a target. */
export interface TargetTable {
  clear(): Promise<void>;
  load(sheep: readonly StoredSheep[]): Promise<void>;
  /** All sheep, by tattoo. */
  read(): Promise<StoredSheep[]>;
}

/** How the database behind a target can be made to fail. */
export interface TargetFaults {
  /** Makes each request for one of these operations fail in this way until `mend` is called. */
  break(kind: 'down' | 'throttled', operations: readonly string[]): void;
  mend(): void;
  /** The records of level ERROR that the functions logged with this request id. */
  errorsLogged(requestId: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** One stack on one host. */
export interface HttpTarget {
  readonly name: string;
  /** Requests a path with its query, such as `/cat?m=3&n=8`. */
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** Base URL when an HTTP API stands in front of the functions, so that routes and CORS can be checked. */
  readonly url?: string;
  /** Absent when the table cannot be reached, as behind a deployed API. */
  readonly table?: TargetTable;
  readonly faults?: TargetFaults;
}

/** No check takes nearly so long; a target that does not answer shall fail, not hang. */
const CHECK_TIMEOUT_MS = 120_000;

/** One statement of the contract; `run` throws when it does not hold. */
export interface Check<Target extends HttpTarget = HttpTarget> {
  readonly name: string;
  readonly run: (target: Target) => Promise<void>;
}

/** A check together with whether this target has what it needs. */
export interface ApplicableCheck {
  readonly name: string;
  /** What the target lacks; absent when the check can run. */
  readonly lacks?: string;
  readonly run: () => Promise<void>;
}

/** Every check of the contract for a target, those that it cannot run included. */
export function checksFor(target: HttpTarget): ApplicableCheck[] {
  const { table, url } = target;
  return [
    ...ROWS.map((row) => ({ name: `${row.request} → ${row.status}`, run: () => checkRow(target, row) })),
    ...applicable(shedChecks.plain, target, undefined),
    ...applicable(shedChecks.table, target, table === undefined ? 'access to the table' : undefined),
    ...applicable(
      shedChecks.faults,
      target,
      target.faults === undefined || table === undefined ? 'faults' : undefined,
    ),
    ...applicable(
      gatewayChecks,
      target,
      url === undefined ? 'an HTTP API that takes unsigned requests' : undefined,
    ),
  ];
}

/** Registers the contract as test cases of node:test; what the target cannot show is no case. */
export function httpContract(target: HttpTarget): void {
  describe(`HTTP contract: ${target.name}`, () => {
    const checks = checksFor(target).filter(({ lacks }) => lacks === undefined);
    assert.ok(checks.length > ROWS.length);
    for (const { name, run } of checks) it(name, { timeout: CHECK_TIMEOUT_MS }, run);
  });
}

function applicable(
  checks: readonly Check[],
  target: HttpTarget,
  lacks: string | undefined,
): ApplicableCheck[] {
  return checks.map((check) => ({
    name: check.name,
    run: () => check.run(target),
    ...(lacks === undefined ? {} : { lacks }),
  }));
}
