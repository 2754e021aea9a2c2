// What the browser keeps for the page, in `sessionStorage` or `localStorage`, if it does.

export function kept(where, name) {
  try {
    return window[where].getItem(`chinwag.${name}`);
  } catch {
    return null;
  }
}

export function keep(where, name, value) {
  try {
    window[where].setItem(`chinwag.${name}`, value);
  } catch {
    // What is not kept is asked for again.
  }
}

/** Returns what is kept, and forgets it. */
export function take(where, name) {
  const value = kept(where, name);
  try {
    window[where].removeItem(`chinwag.${name}`);
  } catch {
    // Then nothing was kept.
  }
  return value;
}
