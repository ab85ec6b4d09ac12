/** Requests that were refused because there were too many, by who refused them; no function ran for them. */
export interface Throttled {
  /** By API Gateway: above the limits of the stage or the account. */
  readonly gateway: number;
  /** By Lambda: above its concurrency or its requests a second. */
  readonly lambda: number;
}

/** Nothing throttled. */
export const NONE_THROTTLED: Throttled = { gateway: 0, lambda: 0 };

/** Two counts together. */
export function addThrottled(one: Throttled, other: Throttled = NONE_THROTTLED): Throttled {
  return { gateway: one.gateway + other.gateway, lambda: one.lambda + other.lambda };
}

/** All throttled requests, whoever refused them. */
export function sumThrottled({ gateway, lambda }: Throttled = NONE_THROTTLED): number {
  return gateway + lambda;
}

/** Says how many requests who throttled, such as `12 requests were throttled by API Gateway (429)`; empty for none. */
export function sayThrottled({ gateway, lambda }: Throttled = NONE_THROTTLED): string[] {
  return [
    ...(gateway > 0 ? [`${gateway} requests were throttled by API Gateway (429)`] : []),
    ...(lambda > 0 ? [`${lambda} requests were throttled by Lambda`] : []),
  ];
}
