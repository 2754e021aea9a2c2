// What the browser keeps for the page, in `sessionStorage` for this tab or in `localStorage` for all. It may refuse to: then nothing is kept.

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
