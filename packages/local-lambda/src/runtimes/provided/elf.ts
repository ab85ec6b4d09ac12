const ELF_MAGIC = 0x7f454c46;
const MACHINES: Readonly<Record<number, string>> = {
  3: 'x86',
  40: 'arm',
  62: 'x86_64',
  183: 'arm64',
  243: 'riscv64',
};

/**
 * The architecture of an executable in Lambda's words (`x86_64`, `arm64`), from `e_machine` at offset 18 of its
 * ELF header; undefined when the bytes are no ELF file, such as a script.
 * @see https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
 */
export function elfArchitecture(start: Buffer): string | undefined {
  if (start.length < 20 || start.readUInt32BE(0) !== ELF_MAGIC) return undefined;
  const littleEndian = start[5] === 1;
  const machine = littleEndian ? start.readUInt16LE(18) : start.readUInt16BE(18);
  return MACHINES[machine] ?? `machine ${machine}`;
}
