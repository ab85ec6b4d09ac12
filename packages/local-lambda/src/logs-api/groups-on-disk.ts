import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** One file of a log stream; a long stream has several. */
export interface StreamPart {
  readonly path: string;
  /** 1 for `<stream>.log`, 2 for `<stream>~0002.log`. */
  readonly part: number;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** One log stream on disk. */
export interface StreamOnDisk {
  readonly name: string;
  /** In their order; at least one. */
  readonly parts: readonly StreamPart[];
}

/** Names of log groups have no more parts than this. */
const MAX_DEPTH = 12;
const PART = /^(.*?)(?:~(\d{4,}))?\.log$/;

/** The log groups below a folder, sorted: a group is a folder with a folder for a year in it. Each name begins with `/`. */
export function listGroups(root: string): readonly string[] {
  const names: string[] = [];
  const look = (name: string, depth: number): void => {
    const inside = folders(join(root, name));
    if (inside.some(isYear)) names.push(name);
    if (depth === MAX_DEPTH) return;
    for (const one of inside) if (!isYear(one)) look(`${name}/${one}`, depth + 1);
  };
  look('', 0);
  return names.sort();
}

/** The streams of a group, by name; empty when there is no such group. */
export function listStreams(root: string, group: string): readonly StreamOnDisk[] {
  const streams = new Map<string, StreamPart[]>();
  const folder = join(root, group);
  for (const date of datesOf(folder)) {
    for (const file of files(join(folder, date))) {
      const [, stream, part] = PART.exec(file) ?? [];
      const path = join(folder, date, file);
      const found = stream === undefined ? undefined : facts(path);
      if (found === undefined) continue;
      const name = `${date}/${stream}`;
      const parts = streams.get(name) ?? [];
      parts.push({ path, part: Number(part ?? 1), ...found });
      streams.set(name, parts);
    }
  }
  return [...streams]
    .map(([name, parts]) => ({ name, parts: parts.sort((a, b) => a.part - b.part) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The folders of days below that of a group, such as `2026/11/21`. */
function datesOf(folder: string): readonly string[] {
  const below = (paths: readonly string[]) =>
    paths.flatMap((path) => folders(join(folder, path)).map((name) => `${path}/${name}`));
  return below(below(folders(folder).filter(isYear)));
}

function isYear(name: string): boolean {
  return /^\d{4}$/.test(name);
}

/** Pruning may remove a folder just now. */
function folders(path: string): readonly string[] {
  return entries(path)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function files(path: string): readonly string[] {
  return entries(path)
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

function entries(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

function facts(path: string): { bytes: number; modifiedMs: number } | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && { bytes: found.size, modifiedMs: found.mtimeMs };
}
