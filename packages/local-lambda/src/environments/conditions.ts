/** Lets others wait for a state of affairs. */
export interface Conditions {
  /** Says that something has changed. */
  changed(): void;
  /** Resolves once a condition holds, at the latest after the change that made it. */
  until(condition: () => boolean): Promise<void>;
}

/** Makes conditions that are looked at whenever something changes. */
export function createConditions(): Conditions {
  const checks = new Set<() => void>();
  return {
    changed: () => {
      for (const check of checks) check();
    },
    until: (condition) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!condition()) return;
          checks.delete(check);
          resolve();
        };
        checks.add(check);
        check();
      }),
  };
}
