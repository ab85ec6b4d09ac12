/** Splits what calls a function, such as `orders` or `orders:live`, into its name and the alias or version behind it. */
export function splitQualifier(name: string): readonly [name: string, qualifier: string | undefined] {
  const at = name.indexOf(':');
  return at === -1 ? [name, undefined] : [name.slice(0, at), name.slice(at + 1)];
}
