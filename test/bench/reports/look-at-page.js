/* Runs in the browser, where it is the whole script: gives plain data of what is seen of a report. */
(() => {
  const isShown = (element) => element.getBoundingClientRect().width > 0;
  const pictures = [...document.querySelectorAll('figure svg[role=img]')].filter(isShown);
  const texts = [...document.querySelectorAll('figure svg[role=img] text')].filter(isShown);
  const colourOf = (element) => getComputedStyle(element).fill;
  return {
    scrollWidth: document.documentElement.scrollWidth,
    figures: document.querySelectorAll('figure').length,
    pictures: pictures.length,
    namedPictures: pictures.filter((one) => (one.getAttribute('aria-label') ?? '').length > 20).length,
    tables: document.querySelectorAll('figure details table').length,
    nameless: [...document.querySelectorAll('svg')].filter(
      (one) => one.getAttribute('role') !== 'img' && one.getAttribute('aria-hidden') !== 'true',
    ).length,
    ids: [...document.querySelectorAll('[id]')].map(({ id }) => id),
    deadLinks: [...document.querySelectorAll('a[href^="#"]')].filter(
      (one) => document.querySelector(one.getAttribute('href') ?? '') === null,
    ).length,
    unreachable: [...document.querySelectorAll('.scroll')].filter((one) => one.tabIndex < 0).length,
    smallestText: Math.min(
      99,
      ...texts.map((one) => {
        const svg = one.closest('svg');
        const scale = (svg?.getBoundingClientRect().width ?? 0) / (svg?.viewBox.baseVal.width ?? 1);
        return Number.parseFloat(getComputedStyle(one).fontSize) * scale;
      }),
    ),
    // A variable that the browser did not understand would leave text black, on dark ground too.
    textColours: [...new Set(texts.map(colourOf))],
    background: getComputedStyle(document.body).backgroundColor,
    headings: [...document.querySelectorAll('h1')].length,
    clipped: texts
      .filter((one) => {
        const [inner, outer] = [one.getBoundingClientRect(), one.closest('svg')?.getBoundingClientRect()];
        return outer !== undefined && (inner.left < outer.left - 1 || inner.right > outer.right + 1);
      })
      .map((one) => one.textContent),
  };
})();
