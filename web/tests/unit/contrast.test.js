// The colours of style.css: all text can be read, in light and in dark.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { HUES } from '../../colours.js';

const css = readFileSync(new URL('../../style.css', import.meta.url), 'utf8');
const darkAt = css.indexOf('@media (prefers-color-scheme: dark)');
const schemes = { light: css.slice(0, darkAt), dark: css.slice(darkAt, css.indexOf('/* Everywhere */')) };

function parse(hex) {
  const digits = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit) : hex.slice(1).match(/../g);
  return digits.map((pair) => Number.parseInt(pair, 16));
}

/** The relative luminance as WCAG defines it. */
function luminance(colour) {
  const [red, green, blue] = colour.map((value) => value / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** What `share` of `colour` on `ground` looks like. */
const mix = (colour, ground, share) => colour.map((value, at) => share * value + (1 - share) * ground[at]);

for (const [scheme, text] of Object.entries(schemes)) {
  const variable = (name) => parse(text.match(new RegExp(`--${name}: (#\\w+)`))[1]);
  const hues = [...text.matchAll(/\.hue-(\d+) \{ --hue: (#\w+) \}/g)];

  test(`there is a colour for each hue in ${scheme}`, () => {
    assert.deepEqual(hues.map(([, number]) => Number(number)), Array.from({ length: HUES }, (_, at) => at));
    assert.equal(new Set(hues.map(([, , colour]) => colour)).size, HUES);
  });

  test(`every name can be read on every ground it stands on in ${scheme}`, () => {
    const hover = mix(variable('hover'), variable('ground'), 0.45);
    for (const [rule, , hex] of hues) {
      const hue = parse(hex);
      const grounds = [variable('ground'), variable('call'), variable('alone'), hover];
      // The round sign has its colour on a tint of it.
      for (const ground of [...grounds, variable('side')]) grounds.push(mix(hue, ground, 0.14));
      for (const ground of grounds) assert.ok(contrast(hue, ground) >= 4.5, `${rule} on ${ground}: ${contrast(hue, ground)}`);
    }
  });

  test(`every other text can be read in ${scheme}`, () => {
    const pairs = {
      ink: ['ground', 'side', 'raised', 'hover', 'current', 'call', 'call-mark', 'alone'],
      soft: ['ground', 'side', 'raised', 'hover'],
      bad: ['ground', 'side', 'raised'],
      'on-accent': ['accent'],
    };
    for (const [colour, grounds] of Object.entries(pairs)) {
      for (const ground of grounds) {
        const found = contrast(variable(colour), variable(ground));
        assert.ok(found >= 4.5, `${colour} on ${ground}: ${found}`);
      }
    }
  });

  test(`the edge of what one writes in, and the ring around what has the focus, can be seen in ${scheme}`, () => {
    for (const colour of ['edge', 'accent']) {
      for (const ground of ['ground', 'side', 'raised']) {
        const found = contrast(variable(colour), variable(ground));
        assert.ok(found >= 3, `${colour} on ${ground}: ${found}`);
      }
    }
  });
}
