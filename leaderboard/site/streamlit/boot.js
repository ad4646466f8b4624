// Streamlit would look for its server below the path of a deep link first; it is at the root.
window.__streamlit = { BACKEND_BASE_URL: window.location.origin + "/" };
// Streamlit draws a page after the browser has looked for the address's #place, in several strokes: go there when it
// is drawn, and stay with it for a moment while other parts push it about, unless the reader does something.
if (location.hash.length > 1) {
  let place = null;
  const seeker = new MutationObserver(() => {
    const drawn = document.getElementById(location.hash.slice(1));
    if (drawn && drawn === place) return drawn.scrollIntoView();
    if (!drawn) return;
    place = drawn;
    location.replace(location.hash);  // which also opens a closed part that holds it
    setTimeout(() => seeker.disconnect(), 3000);
  });
  seeker.observe(document, { childList: true, subtree: true });
  for (const act of ["wheel", "keydown", "pointerdown"]) addEventListener(act, () => seeker.disconnect());
}
// Letters that come late move lines: the first paint waits for them, but not for long.
{
  const page = document.documentElement.style;
  const letters = ["Source Sans 3", "Source Serif 4"].map((name) => document.fonts.load(`1em "${name}"`));
  page.opacity = 0;
  Promise.race([Promise.allSettled(letters), new Promise((late) => setTimeout(late, 600))]).then(() => (page.opacity = ""));
}
