import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

/** The memory of one running process, in MB of 1 048 576 bytes. */
export interface ProcessMemory {
  /** The largest resident set so far (`VmHWM`), rounded up; undefined once the process is gone. */
  peakMb(): number | undefined;
  /** The resident set now; 0 or undefined once the process is gone. */
  residentMb(): number | undefined;
  close(): void;
}

const USUAL_PAGE_BYTES = 4096;
/** The entry of the auxiliary vector that holds the page size. */
const AT_PAGESZ = 6;
const pageBytes = new Map<string, number>();
const scratch = Buffer.alloc(8192);

/**
 * Opens the memory counters of a process in `/proc`; undefined where there is none (macOS).
 * @param proc where the counters are looked for.
 *
 * The files stay open and are read at position 0: opening them would cost more than reading them.
 */
export function openProcessMemory(pid: number, proc: string): ProcessMemory | undefined {
  const opened: number[] = [];
  try {
    const status = openSync(`${proc}/${pid}/status`, 'r');
    opened.push(status);
    const statm = openSync(`${proc}/${pid}/statm`, 'r');
    opened.push(statm);
    const mbPerPage = pageSize(proc) / 1_048_576;
    return {
      peakMb: () => {
        const kilobytes = /VmHWM:\s*(\d+) kB/.exec(readStart(status))?.[1];
        return kilobytes === undefined ? undefined : Math.ceil(Number(kilobytes) / 1024);
      },
      residentMb: () => {
        const pages = readStart(statm).split(' ', 2)[1];
        return pages === undefined ? undefined : Number(pages) * mbPerPage;
      },
      close: () => {
        for (const fd of opened.splice(0)) closeSync(fd);
      },
    };
  } catch {
    for (const fd of opened) closeSync(fd);
    return undefined;
  }
}

/** The kernel's page size, read once: 4 kB as a rule, 16 or 64 kB on some arm64 kernels. */
function pageSize(proc: string): number {
  let size = pageBytes.get(proc);
  if (size === undefined) {
    size = pageSizeOf(readFileSync(`${proc}/self/auxv`)) ?? USUAL_PAGE_BYTES;
    pageBytes.set(proc, size);
  }
  return size;
}

/**
 * Reads the page size out of an auxiliary vector: pairs of 64-bit numbers, a kind and its value.
 * @see https://man7.org/linux/man-pages/man3/getauxval.3.html
 */
export function pageSizeOf(vector: Buffer): number | undefined {
  const little = endianness() === 'LE';
  const read = (at: number): bigint => (little ? vector.readBigUInt64LE(at) : vector.readBigUInt64BE(at));
  for (let at = 0; at + 16 <= vector.length; at += 16) {
    if (read(at) === BigInt(AT_PAGESZ)) return Number(read(at + 8));
  }
  return undefined;
}

function readStart(fd: number): string {
  try {
    return scratch.toString('latin1', 0, readSync(fd, scratch, 0, scratch.length, 0));
  } catch {
    return '';
  }
}
