import { loosened, type Policy } from './policies.ts';

/** Makes one call to the emulator; rejects with the error of the client. */
export type Call<Clients> = (clients: Clients) => Promise<unknown>;

/** Calls by name that somebody must not be able to make, and some that he makes, which show that the calls are right. */
export interface Calls<Clients> {
  readonly forbidden: Readonly<Record<string, Call<Clients>>>;
  readonly allowed: Readonly<Record<string, Call<Clients>>>;
}

/** What was proved. */
export interface Proved {
  /** Forbidden calls that were refused. */
  readonly refused: number;
  /** Conditions and lists of resources without which one of these calls gets through. */
  readonly needed: number;
}

/** The names of the error by which the services refuse a call that no policy allows. */
const REFUSALS = new Set(['AccessDenied', 'AccessDeniedException', 'ForbiddenException']);

/** Whether a call was refused by IAM, or what happened instead. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'it was allowed',
    ({ name, message }: Error) => (REFUSALS.has(name) ? REFUSED : `${name}: ${message}`),
  );
}

/** What {@link outcomeOf} gives for a call that IAM refused. */
export const REFUSED = 'refused';

/**
 * Makes calls that a policy must refuse, and then the same ones with a policy that is looser by one condition or one
 * list of resources: one call must get through, so that no line stands there for show and no call is refused by chance.
 * @param leftOut what {@link loosened} names that no call can show here.
 * @throws Error naming the call that was not refused, or the line that nothing needs.
 */
export async function proveBounds<Clients>(
  who: string,
  policy: Policy,
  clients: Clients,
  { forbidden, allowed }: Calls<Clients>,
  leftOut: readonly string[] = [],
): Promise<Proved> {
  for (const [name, call] of Object.entries(allowed)) {
    await call(clients).catch((error: Error) => {
      throw new Error(`${who}, ${name}: ${error.name}: ${error.message}`, { cause: error });
    });
  }
  const letThrough = await firstLetThrough(forbidden, clients);
  if (letThrough !== undefined) throw new Error(`${who}, ${letThrough}`);
  const looser = loosened(policy.statements);
  const stale = leftOut.filter((name) => looser.every((one) => one.name !== name));
  if (stale.length > 0)
    throw new Error(`${who}: the policy has no ${stale.join(', ')}; take it off the list`);
  const shown = looser.filter(({ name }) => !leftOut.includes(name));
  for (const { name, statements } of shown) {
    const call = await policy.during(statements, () => firstLetThrough(forbidden, clients));
    if (call === undefined) throw new Error(`${who}: no forbidden call needs ${name}`);
  }
  // A call that went through may have changed what another one is about, which would then fail for another reason.
  const since = await firstLetThrough(forbidden, clients);
  if (since !== undefined) throw new Error(`${who}, after policies that were looser: ${since}`);
  return { refused: Object.keys(forbidden).length, needed: shown.length };
}

/** The first forbidden call that is not refused, with what happened instead. */
async function firstLetThrough<Clients>(
  forbidden: Calls<Clients>['forbidden'],
  clients: Clients,
): Promise<string | undefined> {
  for (const [name, call] of Object.entries(forbidden)) {
    const outcome = await outcomeOf(call(clients));
    if (outcome !== REFUSED) return `${name}: ${outcome}`;
  }
  return undefined;
}
