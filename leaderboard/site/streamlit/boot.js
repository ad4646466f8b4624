// At a deep link Streamlit first tries to reach its server below the path of the page. The server is at the root.
window.__streamlit = { BACKEND_BASE_URL: window.location.origin + "/" };
// The browser looks for the #anchor of an address before Streamlit has drawn it. So scroll when it is drawn, and again
// for three seconds while other parts move it. Stop when the reader scrolls, clicks or types.
if (location.hash.length > 1) {
  let target = null;
  const observer = new MutationObserver(() => {
    const drawn = document.getElementById(location.hash.slice(1));
    if (drawn && drawn === target) return drawn.scrollIntoView();
    if (!drawn) return;
    target = drawn;
    location.replace(location.hash);  // unlike scrollIntoView, also opens a closed part around it
    setTimeout(() => observer.disconnect(), 3000);
  });
  observer.observe(document, { childList: true, subtree: true });
  for (const type of ["wheel", "keydown", "pointerdown"]) addEventListener(type, () => observer.disconnect());
}
// A late font shifts the layout: the first paint waits for the fonts, at most 0.6 seconds.
{
  const page = document.documentElement.style;
  const fonts = ["Source Sans 3", "Source Serif 4"].map((name) => document.fonts.load(`1em "${name}"`));
  page.opacity = 0;
  Promise.race([Promise.allSettled(fonts), new Promise((late) => setTimeout(late, 600))]).then(() => (page.opacity = ""));
}
