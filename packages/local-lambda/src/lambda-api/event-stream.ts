import { crc32 } from 'node:zlib';

const TEXT_HEADER = 7;
const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;

/**
 * Encodes one event of AWS's event stream (`application/vnd.amazon.eventstream`): the lengths of the whole and of its
 * headers, their checksum, headers, payload, checksum of all.
 * @see https://smithy.io/2.0/aws/amazon-eventstream.html
 */
export function encodeEvent(type: string, contentType: string, payload: Buffer): Buffer {
  const headers = Buffer.concat([
    encodeHeader(':message-type', 'event'),
    encodeHeader(':event-type', type),
    encodeHeader(':content-type', contentType),
  ]);
  const length = PRELUDE_BYTES + headers.length + payload.length + CRC_BYTES;
  const event = Buffer.allocUnsafe(length);
  event.writeUInt32BE(length, 0);
  event.writeUInt32BE(headers.length, 4);
  event.writeUInt32BE(crc32(event.subarray(0, 8)), 8);
  headers.copy(event, PRELUDE_BYTES);
  payload.copy(event, PRELUDE_BYTES + headers.length);
  event.writeUInt32BE(crc32(event.subarray(0, length - CRC_BYTES)), length - CRC_BYTES);
  return event;
}

/** A header whose value is a text: Lambda's events have no others. */
function encodeHeader(name: string, value: string): Buffer {
  const header = Buffer.alloc(4 + Buffer.byteLength(name) + Buffer.byteLength(value));
  const nameEnd = 1 + header.write(name, 1);
  header.writeUInt8(nameEnd - 1, 0);
  header.writeUInt8(TEXT_HEADER, nameEnd);
  header.writeUInt16BE(Buffer.byteLength(value), nameEnd + 1);
  header.write(value, nameEnd + 3);
  return header;
}
