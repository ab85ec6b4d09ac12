import { sharpPortraits } from '../adapters/sharp/sharp-portraits.ts';
import type { PortraitMaker } from '../domain/portrait-maker.ts';

/** Makes portraits by `sharp`, which has nothing to close. */
export async function openMaker(): Promise<PortraitMaker & { close(): Promise<void> }> {
  return { ...(await sharpPortraits()), close: async () => undefined };
}
