import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const CSS = readFileSync(
  join(import.meta.dirname, '..', '..', '..', 'bench', 'reports', 'html', 'report.css'),
  'utf8',
);

/** The variables of a block `:root { … }`: the first is light, the second dark. */
const [light = {}, dark = {}] = [...CSS.matchAll(/:root \{([^}]*)\}/g)].map(([, block = '']) =>
  Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
  ),
);

type Colour = readonly [red: number, green: number, blue: number];

/** Linear red, green and blue of a colour in sRGB. */
function linear(hex: string): Colour {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return [red, green, blue];
}

const luminance = ([red, green, blue]: Colour) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;

/** Contrast as WCAG 2.2 defines it. */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(linear(one)), luminance(linear(other))].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** How a colour looks without the cones for red or for green (Viénot, Brettel and Mollon 1999), linear. */
function dichromat([red, green, blue]: Colour, kind: 'protan' | 'deutan'): Colour {
  const [r, g, b] = kind === 'protan' ? [0.11238, 0.88762, 0.00401] : [0.29275, 0.70725, -0.02234];
  const mixed = r * red + g * green;
  return [mixed, mixed, blue + b * (red - green)];
}

const distance = (one: Colour, other: Colour) =>
  Math.hypot(...one.map((value, index) => value - (other[index] ?? 0)));

for (const [mode, colours] of Object.entries({ light, dark })) {
  const of = (name: string) => colours[name] ?? assert.fail(`--${name} is not in the ${mode} palette`);

  test(`${mode}: text has a contrast of 4.5, marks and lines of series one of 3`, () => {
    for (const ground of ['bg', 'panel']) {
      for (const name of ['ink', 'muted', 'accent', 'good', 'bad', 'even']) {
        const found = contrast(of(name), of(ground));
        assert.ok(found >= 4.5, `${name} on ${ground}: ${found.toFixed(2)}`);
      }
    }
    assert.ok(contrast(of('ink'), of('warn')) >= 4.5);
    for (const index of [1, 2, 3, 4, 5, 6]) {
      const found = contrast(of(`series-${index}`), of('panel'));
      assert.ok(found >= 3, `series ${index}: ${found.toFixed(2)}`);
    }
  });

  test(`${mode}: the colours of the first stacks, and of neighbouring parts of a bar, stay apart for the colour-blind`, () => {
    for (const [one, other] of [
      ['series-1', 'series-2'],
      ['series-1', 'series-3'],
      ['series-2', 'series-3'],
      ['part-1', 'part-2'],
      ['part-2', 'part-3'],
      ['part-4', 'part-5'],
    ] as const) {
      for (const kind of ['protan', 'deutan'] as const) {
        const found = distance(dichromat(linear(of(one)), kind), dichromat(linear(of(other)), kind));
        assert.ok(found >= 0.1, `${one} and ${other}, ${kind}: ${found.toFixed(3)}`);
      }
    }
  });
}
