import { closeSync, openSync, readSync } from 'node:fs';

/** The memory of one running process, in MB of 1 048 576 bytes. */
export interface ProcessMemory {
  /** The largest resident set so far (`VmHWM`), rounded up; undefined once the process is gone. */
  peakMb(): number | undefined;
  /** The resident set now; undefined once the process is gone. */
  residentMb(): number | undefined;
  close(): void;
}

const PAGE_BYTES = 4096;
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
    return {
      peakMb: () => {
        const kilobytes = /VmHWM:\s*(\d+) kB/.exec(readStart(status))?.[1];
        return kilobytes === undefined ? undefined : Math.ceil(Number(kilobytes) / 1024);
      },
      residentMb: () => {
        const pages = readStart(statm).split(' ', 2)[1];
        return pages === undefined ? undefined : (Number(pages) * PAGE_BYTES) / 1_048_576;
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

function readStart(fd: number): string {
  try {
    return scratch.toString('latin1', 0, readSync(fd, scratch, 0, scratch.length, 0));
  } catch {
    return '';
  }
}
