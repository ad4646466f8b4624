// Streamlit would look for its server below the path of a deep link first; it is at the root.
window.__streamlit = { BACKEND_BASE_URL: window.location.origin + "/" };
// Streamlit draws a page after the browser has looked for the address's #anchor, and in several steps: scroll there when
// it is drawn, and again for a moment while other parts move it, unless the reader does something.
if (location.hash.length > 1) {
  let target = null;
  const seeker = new MutationObserver(() => {
    const drawn = document.getElementById(location.hash.slice(1));
    if (drawn && drawn === target) return drawn.scrollIntoView();
    if (!drawn) return;
    target = drawn;
    location.replace(location.hash);  // which also opens a closed part that holds it
    setTimeout(() => seeker.disconnect(), 3000);
  });
  seeker.observe(document, { childList: true, subtree: true });
  for (const act of ["wheel", "keydown", "pointerdown"]) addEventListener(act, () => seeker.disconnect());
}
// A late font shifts the layout: the first paint waits for the fonts, but not for long.
{
  const page = document.documentElement.style;
  const fonts = ["Source Sans 3", "Source Serif 4"].map((name) => document.fonts.load(`1em "${name}"`));
  page.opacity = 0;
  Promise.race([Promise.allSettled(fonts), new Promise((late) => setTimeout(late, 600))]).then(() => (page.opacity = ""));
}
