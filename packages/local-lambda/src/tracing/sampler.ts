/** Says of each new trace whether its spans are kept. */
export type Sampler = () => boolean;

/**
 * Makes a sampler after X-Ray's rules: a reservoir for each second, then a share of what more there is. So whoever tries
 * things by hand sees all, and load costs little.
 * @param share 0 to 1.
 * @param nowMs milliseconds since the epoch.
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
 */
export function createSampler(
  reservoir: number,
  share: number,
  nowMs: () => number,
  random: () => number,
): Sampler {
  let second = Number.NaN;
  let taken = 0;
  return () => {
    const current = Math.floor(nowMs() / 1_000);
    if (current !== second) {
      second = current;
      taken = 0;
    }
    if (taken >= reservoir) return random() < share;
    taken += 1;
    return true;
  };
}
