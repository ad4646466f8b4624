// The ranking in the browser, before Streamlit has started and after. A choice is written to the address, and rows,
// controls and links are drawn from the address. Only the scores of other categories are requested from the server.
// Streamlit is told of a new address only when the reader uses something that Streamlit draws: telling it causes a run.
const PLAIN = { ø: "o", đ: "d", ł: "l", æ: "ae", œ: "oe", ß: "ss", 0: "o", 1: "l", i: "l", 5: "s" };
const REVERSE = { ascending: "descending", descending: "ascending" };
const PARTS = [".mh-sentences", ".mh-tables"];
const PAGE_LINKS = "[data-testid=stPageLink] a";
// The links that hold the view in their address.
const VIEW_LINKS = `.mh-tables a[href^="./"], .mh-foot nav a, .mh-take a, .mh-notice a, ${PAGE_LINKS}`;

// This file runs twice where documents are served: with the first paint, and when Streamlit loads it. Both runs share this
// state: whether Streamlit does not know the address yet, whether the last choice was typed, the ranking that was drawn
// last, the scroll position, and whether the events of the page have a listener.
const page = (window.mhPage ??= { unsent: false, typed: false, last: null, scrolled: 0, listens: false });

// The same as `fold` of leaderboard/boards/spelling.py.
const fold = (text) =>
  Array.from(text.toLowerCase().normalize("NFKD").matchAll(/[\p{L}\p{N}]/gu), ([sign]) => PLAIN[sign] ?? sign)
    .join("").replaceAll("rn", "m").replaceAll("vv", "w");
const find = (box, what) => box.querySelector(what);
const all = (box, what) => [...box.querySelectorAll(what)];
const controls = (box) => find(box, ".mh-tools").elements;

// The document lists the parameters that an address has, and those of them that have a control.
const served = "served" in document.documentElement.dataset;
const parameters = (box) => (box.dataset.parameters ?? "").split(" ");
const filters = (box) => [...new Set(all(box, ".mh-tools [type=checkbox]:not([name=category])").map(({ name }) => name))];
const isControl = (box, name) => (box.dataset.controls ?? "").split(" ").includes(name);
const address = () => new URLSearchParams(location.search);
const categories = (view) => view.getAll("category").join(" ");

// The parameters with a control from `view`, all others from `other`.
function joined(box, view, other) {
  const parts = parameters(box).flatMap((name) => (isControl(box, name) ? view : other).getAll(name).map((value) => [name, value]));
  return new URLSearchParams(parts);
}

// The parameters of the controls, and all others of the address.
export function chosen(box) {
  const values = new URLSearchParams();
  for (const [name, value] of new FormData(find(box, ".mh-tools"))) {
    if (value.trim() && !(name === "sort" && value === "rank")) values.append(name, value.trim());
  }
  return joined(box, values, address());
}

// Draws the view of the address: first the controls, which drop values that they do not have, then the rest.
function show(box) {
  const view = address();
  for (const field of controls(box)) {
    if (field.type === "checkbox") field.checked = view.getAll(field.name).includes(field.value);
    else if (field.name === "sort") field.value = view.get("sort") ?? "rank";
    else if (field.name === "q" && field.value.trim() !== (view.get("q") ?? "")) field.value = view.get("q") ?? "";
  }
  if (!controls(box).sort.value) controls(box).sort.value = "rank";
  dropAll(box);
  draw(box, chosen(box));
}

// To select all values of a filter is the same as to select none.
function dropAll(box) {
  for (const name of ["category", ...filters(box)]) {
    const fields = all(box, `[name=${name}]`);
    if (fields.length > 1 && fields.every((field) => field.checked)) for (const field of fields) field.checked = false;
  }
}

function label(box) {
  for (const menu of all(box, ".mh-menu")) {
    const names = all(menu, ":checked").map((field) => field.parentNode.textContent);
    const { none, several } = find(menu, "b").dataset;
    find(menu, "b").textContent = names.length > 1 ? several.replace("{n}", names.length) : (names[0] ?? none);
  }
}

function draw(box, view) {
  label(box);
  const wanted = fold(view.get("q") ?? "");
  const set = filters(box).filter((name) => view.has(name));
  for (const row of all(box, "tr[data-find]")) {
    row.hidden = !row.dataset.find.includes(wanted)
      || !set.every((name) => view.getAll(name).includes(row.dataset[name]));
  }
  const table = find(box, ".mh-standings"), rows = all(box, "tr[data-at]");
  if (table) sortRows(table, rows, view.get("sort") ?? "rank", controls(box).sort);
  const seen = rows.filter((row) => !row.hidden).length;
  const by = all(box, ".mh-tools :checked[type=checkbox]:not([name=category])").map((field) => field.parentNode.textContent);
  const named = find(box, ".mh-named");
  if (view.has("q")) by.push(named.dataset.search);
  find(box, ".mh-count").hidden = !by.length;
  find(box, ".mh-count b").textContent = seen;
  named.textContent = by.length ? named.dataset.filters.replace("{names}", by.join(", ")) : "";
  find(box, ".mh-nothing").hidden = seen > 0;
  for (const part of all(box, ".mh-unranked")) part.hidden = !find(part, "tr[data-find]:not([hidden])");
  for (const part of all(box, ".mh-simulated")) part.hidden = wanted !== "" || set.length > 0;
  writeLinks(box, view);
}

// Writes the view to every link that holds it, and to the citation.
function writeLinks(box, view) {
  const begins = new Map(); // two hundred links to systems differ only after `system=`
  for (const link of all(document, VIEW_LINKS)) {
    const [, begin, end] = link.getAttribute("href").match(/^(.*?)(system=.*)?$/), [path, query] = begin.split("?");
    if (!begins.has(begin)) begins.set(begin, `${path}?${joined(box, view, new URLSearchParams(query))}`);
    link.setAttribute("href", begins.get(begin) + (end ? `&${end}` : ""));
  }
  const cited = find(document, ".mh-here");
  if (!cited) return;
  const permanent = new URLSearchParams(view);
  permanent.set("release", cited.dataset.release);
  cited.textContent = `${location.origin}${location.pathname}?${joined(box, permanent, permanent)}`;
  find(document, ".mh-scope").textContent = box.dataset.scope;
}

// Sorts the rows. Sorted by rank, each group has its heading. Missing values are last in both directions.
function sortRows(table, rows, sort, options) {
  const key = sort.replace("-", ""), byRank = sort === "rank";
  const first = find(options, `[value="${key}"]`).dataset.first;
  const direction = sort === key ? first : REVERSE[first];
  for (const head of all(table, "th[data-sort]")) {
    if (head.dataset.sort === key) head.setAttribute("aria-sort", direction);
    else head.removeAttribute("aria-sort");
  }
  const value = ({ dataset }) => (key === "name" || !(key in dataset) ? dataset[key] : Number(dataset[key]));
  const compare = (one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === b) return 0;
    if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
    return (a < b) === (direction === "ascending") ? -1 : 1;
  };
  rows.sort((one, other) => (byRank ? 0 : one.hidden - other.hidden || compare(one, other)) || one.dataset.at - other.dataset.at);
  [...table.tBodies].forEach((body, at) => {
    const current = all(body, "tr[data-at]"), wanted = rows.filter((row) => (byRank ? +row.dataset.in : 0) === at);
    // Moving two hundred rows to the positions that they already have takes as long as drawing them.
    if (wanted.every((row, index) => row === current[index])) return;
    drawTopFirst(table);
    body.append(...wanted);
  });
  for (const body of table.tBodies) body.rows[0].hidden = !byRank || !find(body, "tr[data-at]:not([hidden])");
}

// Makes the controls work. The handlers are on the box, so that they also work for tables that replace these.
export function attach(box) {
  box.at = location.pathname;
  box.onsubmit = (event) => event.preventDefault();
  box.oninput = ({ target }) => choose(box, target.name === "q");
  box.onkeydown = ({ key, target }) => {
    const menu = key === "Escape" && target.closest("details[open]");
    if (!menu) return;
    menu.open = false;
    find(menu, "summary").focus();
  };
  box.onclick = ({ target }) => {
    const head = target.closest("th[data-sort]:has(button)");
    if (head && target.closest("button")) sortBy(box, head);
    if (target.closest(".mh-all")) showAll(box);
  };
  makeButtons(box);
}

function makeButtons(box) {
  for (const words of all(box, "th[data-sort] > .mh-by")) {
    const button = document.createElement("button");
    button.type = "button";
    words.replaceWith(button);
    button.append(words);
  }
}

function sortBy(box, head) {
  const { sort, oneWay } = head.dataset, field = controls(box).sort;
  const turns = oneWay === undefined && head.getAttribute("aria-sort") === find(field, `[value="${sort}"]`).dataset.first;
  field.value = (turns ? "-" : "") + sort;
  choose(box);
}

function showAll(box) {
  for (const field of controls(box)) if (field.type === "checkbox" && field.name !== "category") field.checked = false;
  controls(box).q.value = "";
  controls(box).q.focus();
  choose(box);
}

// A reader has changed a control: write the address and draw the view at once.
function choose(box, typing) {
  dropAll(box);
  write(box, typing); // before any row moves: for a history entry a browser stores the scroll position, and lays out the page
  renew(box);
  if (box.wanted) setTimeout(name, 100, box); // its rows are loading, and usually arrive earlier and draw everything
  else draw(box, chosen(box));
}

function name(box) {
  label(box);
  writeLinks(box, chosen(box));
}

// All keystrokes of a search are one entry of the history. Streamlit needs a run only for its figure of the same rows or,
// without the server, for its downloads.
function write(box, typing) {
  const query = queryOf(box);
  if (query === location.search) return;
  history[typing && page.typed ? "replaceState" : "pushState"]({}, "", location.pathname + query);
  Object.assign(page, { typed: typing, unsent: true });
  clearTimeout(page.timer);
  const needsRun = !served || find(document, ".st-key-two_axes details[open]");
  if (needsRun) page.timer = setTimeout(tell, typing ? 400 : 0);
}

const queryOf = (box) => `?${chosen(box)}`.replace(/\?$/, "");

// Writes the view of the controls to the address if they differ: the address had a value that this board does not have,
// or the reader used a control before this script ran.
export function correct(box) {
  if (queryOf(box) !== location.search) history.replaceState(history.state, "", location.pathname + queryOf(box));
  show(box);
  renew(box);
}

// Streamlit reads the address only on this event, and runs its script with the address that it read last.
const tell = () => dispatchEvent(new PopStateEvent("popstate"));

// Other categories, another board and a new release have other scores. They are in the document that the server draws
// for that address. Without such a server (`streamlit run`) Streamlit sends them.
async function renew(box) {
  const board = box.board ?? box.dataset.board;
  const view = board === box.dataset.board ? chosen(box) : address(); // the controls belong to one board
  const wanted = `${board} ${categories(view)}`;
  if (wanted === `${box.dataset.board} ${box.dataset.categories}`) return (box.wanted = null);
  if (wanted === box.wanted) return;
  box.wanted = wanted;
  setTimeout(() => (box.ariaBusy = Boolean(box.wanted)), 100);
  if (!served) return box.whole?.();
  const source = await fetched(box, view).catch(() => null);
  if (box.wanted !== wanted) return;
  box.wanted = null;
  if (source) take(box, source);
  else box.whole?.();
}

// Filters are left out of the address: the script hides rows itself, and the server can then cache few documents.
async function fetched(box, view) {
  const query = new URLSearchParams([...view].filter(([name]) => name === "category" || !isControl(box, name)));
  return parsed(await (await fetch(`./?${query}`, { signal: AbortSignal.timeout(10_000) })).text());
}

// Not DOMParser: its elements belong to another document, and moving each of them into this one takes time.
function parsed(text) {
  const box = document.createElement("div");
  box.innerHTML = text;
  return find(box, ".mh-ranking");
}

// Replaces the ranking by a newly drawn one. For the same board the controls stay, and with them the text being typed.
function take(box, source) {
  if (box.dataset.board === source.dataset.board) {
    drawTopFirst(find(source, ".mh-standings"));
    controls(box).sort.replaceChildren(...find(source, "[name=sort]").children);
    for (const part of PARTS) find(box, part).replaceWith(find(source, part));
  } else box.replaceChildren(...source.childNodes);
  Object.assign(box.dataset, source.dataset);
  box.ariaBusy = false;
  box.board = source.dataset.board; // perhaps of a newer release than Streamlit has drawn
  makeButtons(box);
  show(box);
  if (queryOf(box) !== location.search) correct(box); // for example a sort that these categories do not have
  else renew(box);
}

// A browser takes a second to draw two hundred rows: draw the visible ones one frame earlier.
function drawTopFirst(table) {
  if (!table || page.scrolled > innerHeight) return;
  table.classList.add("mh-begins");
  requestAnimationFrame(() => setTimeout(() => table.classList.remove("mh-begins")));
}

// The live page: Streamlit calls this after each run of its script. Back restores the ranking and the scroll position.
export default function ({ data, parentElement, setTriggerValue }) {
  let box = find(parentElement, ".mh-ranking");
  const fresh = !box;
  if (fresh) parentElement.append((box = boxFor(data.board)));
  page.last = box;
  Object.assign(box, { board: data.board, whole: () => setTriggerValue("whole", location.search.slice(1)) });
  const source = data.drawn && parsed(data.drawn);
  if (source && !isSame(box, source)) take(box, source);
  if (find(box, ".mh-tools")) show(box);
  renew(box);
  if (fresh && history.state?.scroll) find(document, "[data-testid=stMain]").scrollTop = history.state.scroll;
}

const isSame = (box, { dataset }) => box.dataset.board === dataset.board && box.dataset.categories === dataset.categories;

// The last ranking if it is of the same board, else an empty box.
function boxFor(board) {
  const before = page.last ?? find(document, "#first .mh-ranking")?.cloneNode(true);
  const box = before?.dataset.board === board ? before : document.createElement("div");
  box.classList.add("mh-ranking", "stHtml");
  attach(box);
  return box;
}

if (!page.listens) {
  page.listens = true;
  addEventListener("popstate", moved);
  addEventListener("click", clicked, true);
  addEventListener("scroll", scrolled, true);
}

function moved() {
  Object.assign(page, { typed: false, unsent: false });
  refresh();
}

// Draws every ranking on the page for the current address.
export function refresh() {
  for (const box of all(document, ".mh-ranking")) {
    if (box.at !== location.pathname || !find(box, ".mh-tools")) continue;
    show(box);
    renew(box);
  }
}

// Stored, because reading scrollTop later forces the browser to lay out the page.
function scrolled({ target }) {
  if (target.matches?.("[data-testid=stMain], #first main")) page.scrolled = target.scrollTop;
}

// A click on a link within the site, or on a row, changes the address and tells Streamlit, so that no document is loaded.
// Other uses of a link, such as opening it in a new tab, are the browser's.
function clicked(event) {
  const { target } = event;
  for (const menu of all(document, ".mh-menu[open]")) if (!menu.contains(target)) menu.open = false;
  if (!find(document, "#root .mh-foot") || find(document, "#first")) return;
  const row = target.closest("tr[data-system]"), link = target.closest("a") ?? (row && find(row, ".mh-name"));
  if (link && isWithin(link) && isPlain(event)) return open(event, link);
  // Not for plain markup: it is no widget, and a run would draw it again and close a part that the click opens.
  if (page.unsent && !target.closest(".stHtml")) tell();
}

// The path of a page has no dot and no further slash; those of files and of the API have.
const isWithin = ({ origin, pathname, hash }) => origin === location.origin && !hash && !/[./]/.test(pathname.slice(1));
const isPlain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || `${getSelection()}`);

function open(event, link) {
  event.preventDefault();
  event.stopPropagation();
  history.replaceState({ ...history.state, scroll: page.scrolled }, "");
  const home = link.matches(`${PAGE_LINKS}[href^="?"]`); // Streamlit writes the link to the home page so on every page
  history.pushState({}, "", home ? `./${link.getAttribute("href")}` : link.href);
  tell();
}
