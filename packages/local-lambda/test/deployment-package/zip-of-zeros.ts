import { constants, deflateRawSync } from 'node:zlib';

/**
 * A zip with one file `zeros.bin` of so many MiB of zeros, a thousandth as large itself. Its checksum is 0: nobody is to
 * unpack it whole.
 * @param claimedBytes what the zip says of the file's size; default: the truth.
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3.7, 4.3.12 and 4.3.16
 */
export function zipOfZeros(megabytes: number, claimedBytes = megabytes << 20): Buffer {
  const zeros = Buffer.alloc(1 << 20);
  // After a full flush the next block refers to none before it, so that one is as good as another.
  const block = deflateRawSync(zeros, { level: 1, finishFlush: constants.Z_FULL_FLUSH });
  const last = deflateRawSync(zeros, { level: 1 });
  const deflated = Buffer.concat([...Array<Buffer>(megabytes - 1).fill(block), last]);
  const name = Buffer.from('zeros.bin');
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(8, 4);
  common.writeUInt32LE(deflated.length, 14);
  common.writeUInt32LE(claimedBytes, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, deflated]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, Buffer.alloc(14), name]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
