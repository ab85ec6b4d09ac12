import { Readable } from 'node:stream';
import { CsvError, type InfoRecord, parse } from 'csv-parse';
import { ShedError } from '../../domain/errors.ts';
import type { ReadRows } from '../../domain/flock.ts';
import type { Row } from '../../domain/flock-row.ts';

/** What is longer is no row: a quotation mark that nobody closed, or no CSV at all. */
const MAX_ROW_LENGTH = 65_536;

/** {@link ReadRows} by csv-parse. */
export const csvRows: ReadRows = async function* (bytes, { delimiter, firstLine }) {
  let extraLines = 0;
  let lines = firstLine;
  // Here, and not where rows are taken: an error overtakes the rows before it.
  const rowOf = (fields: string[], info: InfoRecord): Row => {
    let inside = 0;
    for (const field of fields) {
      if (!field.includes('\n') && !field.includes('\r')) continue;
      // csv-parse counts a CRLF between quotation marks as two lines.
      extraLines += field.split('\r\n').length - 1;
      inside += field.split(/\r\n|\n|\r/).length - 1;
    }
    lines = firstLine + info.lines - extraLines;
    return { fields, line: lines - inside, lines, bytes: info.bytes };
  };
  const parser = parse({
    bom: true,
    delimiter,
    // All of them, since a reading that begins in the middle could find others than the first line has.
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: MAX_ROW_LENGTH,
    // A wrong row is the importer's to judge, and ends no file.
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    on_record: rowOf as never,
  });
  const source = Readable.from(bytes);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    for await (const row of parser) yield row as Row;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const isOpen = error.code === 'CSV_QUOTE_NOT_CLOSED';
    const got = isOpen
      ? 'a quotation mark that is never closed'
      : `a row of more than ${MAX_ROW_LENGTH} characters`;
    const message = `the file must be a CSV; got ${got} after line ${lines}`;
    throw new ShedError('INVALID_INPUT', message, { cause: error });
  } finally {
    source.destroy();
    parser.destroy();
  }
};
