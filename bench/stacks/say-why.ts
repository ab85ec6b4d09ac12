/** An error of AWS in one line, with its kind. */
export function sayWhy({ name, message }: Error): string {
  return `${name}: ${message.replaceAll(/\s+/g, ' ').trim()}`;
}
