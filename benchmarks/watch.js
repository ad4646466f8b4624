// What a visit is timed by. ROW and FIRST are put before it: the rows of the ranking, and what is clicked at once.
window.watched = { visible: 0, clicked: 0, shift: 0 };

const seen = () => [...document.querySelectorAll(ROW)].filter((one) => !one.hidden).slice(0, 5);
const words = () => seen().map((one) => one.textContent).join("");

new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) watched.shift += value;
}).observe({ type: "layout-shift", buffered: true });

let drawn = "";
requestAnimationFrame(function look() {
  const [one] = seen();
  if (!watched.visible && one?.textContent.trim() && one.checkVisibility({ opacityProperty: true })) {
    // the frame after this one has it on the screen
    requestAnimationFrame(() => (watched.visible ||= performance.now()));
    drawn = words();
  }
  if (FIRST && watched.visible && !watched.clicked) {
    if (words() !== drawn && words()) watched.clicked = performance.now();
    else document.querySelector(FIRST)?.click();
  }
  if (!watched.visible || (FIRST && !watched.clicked)) requestAnimationFrame(look);
});

// Clicks, and returns how long it is until the first rows say something else.
window.timed = (what, which) => new Promise((done) => {
  const before = words(), from = performance.now();
  document.querySelectorAll(what)[which].click();
  requestAnimationFrame(function look() {
    if (words() && words() !== before) requestAnimationFrame(() => done(performance.now() - from));
    else if (performance.now() - from > 20000) done(NaN);
    else requestAnimationFrame(look);
  });
});
