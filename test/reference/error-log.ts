/** Collects the JSON lines that functions log. */

/** The records of one process. */
export interface ErrorLog {
  /** Takes text as it comes, whole lines or parts of them; what is not JSON is passed over. */
  write(text: string): void;
  /** The records of level ERROR of one request. */
  errorsOf(requestId: string): Readonly<Record<string, unknown>>[];
}

/** Makes an empty log. */
export function errorLog(): ErrorLog {
  const records: Readonly<Record<string, unknown>>[] = [];
  let rest = '';
  return {
    write(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() as string;
      for (const line of lines) {
        if (line.startsWith('{')) records.push(JSON.parse(line) as Record<string, unknown>);
      }
    },
    errorsOf: (requestId) =>
      records.filter((record) => record['level'] === 'ERROR' && record['requestId'] === requestId),
  };
}
