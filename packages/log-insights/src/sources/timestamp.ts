const DATE = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)$/;

/** Length of a timestamp, in bytes. */
export const TIMESTAMP_LENGTH = 24;

/**
 * Makes a reader of `YYYY-MM-DDTHH:MM:SS.mmmZ` at a place of a block of ASCII: milliseconds since the epoch, or NaN for
 * anything else. It remembers the minute, since neighbouring lines share it.
 */
export function createTimestampReader(): (bytes: Uint8Array, at: number) => number {
  const prefix = new Uint8Array(16);
  let minute = Number.NaN;

  // From the end, where neighbouring minutes differ first.
  function isSameMinute(bytes: Uint8Array, at: number): boolean {
    for (let i = 15; i >= 0; i--) if (bytes[at + i] !== prefix[i]) return false;
    return true;
  }
  function readMinute(bytes: Uint8Array, at: number): void {
    prefix.set(bytes.subarray(at, at + 16));
    const text = String.fromCharCode(...prefix);
    minute = DATE.test(text) ? Date.parse(`${text}:00.000Z`) : Number.NaN;
  }
  return (bytes, at) => {
    // Z, and the colon and point around the seconds.
    if (bytes[at + 23] !== 90 || bytes[at + 16] !== 58 || bytes[at + 19] !== 46) return Number.NaN;
    if (!isSameMinute(bytes, at)) readMinute(bytes, at);
    const seconds = digit(bytes[at + 17]) * 10 + digit(bytes[at + 18]);
    const milliseconds = digit(bytes[at + 20]) * 100 + digit(bytes[at + 21]) * 10 + digit(bytes[at + 22]);
    return seconds > 59 ? Number.NaN : minute + seconds * 1_000 + milliseconds;
  };
}

function digit(code: number | undefined): number {
  const value = (code ?? 0) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}
