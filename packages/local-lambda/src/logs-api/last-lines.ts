import { listStreams, type StreamOnDisk } from './groups-on-disk.ts';
import { folderOf } from './read-logs.ts';
import { endOf, linesBefore } from './stream-lines.ts';

/** One event of a log, for those who look on. */
export interface LastLine {
  readonly timeMs: number;
  readonly group: string;
  readonly stream: string;
  /** Its beginning: at most 2 000 characters. */
  readonly message: string;
}

/** Of a message. */
export const MAX_LINE_CHARACTERS = 2_000;
/** No more is read for one answer, in bytes, however long the lines are. */
const MAX_READ_BYTES = 8_388_608;

/**
 * The last events of some groups together, the oldest first.
 * @param root of the log groups on disk.
 * @param groups their names; one without a stream has no events.
 */
export function lastLines(root: string, groups: readonly string[], limit: number): readonly LastLine[] {
  const streams = groups
    .flatMap((group) => listStreams(root, folderOf(group) ?? '').map((stream) => ({ group, stream })))
    .sort((a, b) => modifiedMs(b.stream) - modifiedMs(a.stream));
  let kept: readonly LastLine[] = [];
  let bytes = 0;
  for (const { group, stream } of streams) {
    const oldest = kept.length < limit ? Number.NEGATIVE_INFINITY : (kept[0]?.timeMs ?? 0);
    if (modifiedMs(stream) < oldest) break;
    const own: LastLine[] = [];
    for (const line of linesBefore(stream, endOf(stream))) {
      bytes += line.end - line.start;
      if (line.timeMs < oldest || own.length === limit || bytes > MAX_READ_BYTES) break;
      const message = line.message.slice(0, MAX_LINE_CHARACTERS);
      own.push({ timeMs: line.timeMs, group, stream: stream.name, message });
    }
    kept = [...own.reverse(), ...kept].sort((a, b) => a.timeMs - b.timeMs).slice(-limit);
    if (bytes > MAX_READ_BYTES) break;
  }
  return kept;
}

function modifiedMs({ parts }: StreamOnDisk): number {
  return parts.at(-1)?.modifiedMs ?? 0;
}
