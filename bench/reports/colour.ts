const CODES = { bold: 1, red: 31, green: 32, yellow: 33 } as const;

const paint = (colour: keyof typeof CODES) => (text: string) => `\u001b[${CODES[colour]}m${text}\u001b[0m`;

/** Whether colour is wanted: on a terminal that has it, unless NO_COLOR says otherwise (https://no-color.org). */
export function wantsColour(
  output: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  return output.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}

/** Stresses titles, verdicts, faults and warnings of a rendered report; takes no word away. */
export function colourText(text: string): string {
  return text
    .replace(/^.*(?=\n.*\n[─ ]+$)/gm, paint('bold'))
    .replace(/\S+ is faster\b/g, paint('green'))
    .replace(/\S+ is slower\b/g, paint('red'))
    .replace(/\binconclusive\b/g, paint('yellow'))
    .replace(/^Wrong in .*$/gm, paint('red'))
    .replace(/^Warning:/gm, paint('yellow'));
}
