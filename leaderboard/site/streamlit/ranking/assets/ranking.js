// The ranking in the browser, before Streamlit has started and after. The address says what is looked at: a choice is
// written there, and rows, controls and links follow from it. Only scores of other categories are asked of the server,
// and Streamlit hears of a choice when the reader turns to what Streamlit draws.
const PLAIN = { ø: "o", đ: "d", ł: "l", æ: "ae", œ: "oe", ß: "ss", 0: "o", 1: "l", i: "l", 5: "s" };
const TURNED = { ascending: "descending", descending: "ascending" };
const PARTS = [".mh-said", ".mh-tables"];
const PAGE_LINKS = "[data-testid=stPageLink] a";
const CARRIERS = `.mh-tables a[href^="./"], .mh-foot nav a, .mh-take a, .mh-notice a, ${PAGE_LINKS}`;

// This file runs twice where documents are served, with the first paint and as Streamlit loads it. Both have one state:
// whether Streamlit was not told of the address yet, whether the last choice was typed, the ranking that was drawn last,
// and how far the page is scrolled.
const page = (window.mhPage ??= { untold: false, typed: false, held: null, scrolled: 0, listens: false });

// As leaderboard/boards/spelling.py folds names.
const fold = (text) =>
  Array.from(text.toLowerCase().normalize("NFKD").matchAll(/[\p{L}\p{N}]/gu), ([sign]) => PLAIN[sign] ?? sign)
    .join("").replaceAll("rn", "m").replaceAll("vv", "w");
const find = (box, what) => box.querySelector(what);
const all = (box, what) => [...box.querySelectorAll(what)];
const controls = (box) => find(box, ".mh-tools").elements;

// The lists are the document's: which parameters an address has, and which of them are of a control.
const served = "served" in document.documentElement.dataset;
const parameters = (box) => (box.dataset.parameters ?? "").split(" ");
const filters = (box) => [...new Set(all(box, ".mh-tools [type=checkbox]:not([name=category])").map(({ name }) => name))];
const isControl = (box, name) => (box.dataset.controls ?? "").split(" ").includes(name);
const address = () => new URLSearchParams(location.search);
const categories = (view) => view.getAll("category").join(" ");

// A view and beside it what another address says of anything else.
function joined(box, view, other) {
  const parts = parameters(box).flatMap((name) => (isControl(box, name) ? view : other).getAll(name).map((value) => [name, value]));
  return new URLSearchParams(parts);
}

// What the controls say, and beside it what the address says of anything else.
export function chosen(box) {
  const said = new URLSearchParams();
  for (const [name, value] of new FormData(find(box, ".mh-tools"))) {
    if (value.trim() && !(name === "sort" && value === "rank")) said.append(name, value.trim());
  }
  return joined(box, said, address());
}

// Draws what the address says: first the controls, which drop what they do not know, then the rest.
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

// All values of a kind are the same as none.
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
  if (table) order(table, rows, view.get("sort") ?? "rank", controls(box).sort);
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
  carry(box, view);
}

// Every link that keeps the view, and the citation, say what is looked at now.
function carry(box, view) {
  const begins = new Map(); // of two hundred links to systems only the ends differ
  for (const link of all(document, CARRIERS)) {
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

// Puts the rows in an order; by rank each group has its heading. Missing values come last in both directions.
function order(table, rows, sort, orders) {
  const key = sort.replace("-", ""), byRank = sort === "rank";
  const first = find(orders, `[value="${key}"]`).dataset.first;
  const direction = sort === key ? first : TURNED[first];
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
    const held = all(body, "tr[data-at]"), wanted = rows.filter((row) => (byRank ? +row.dataset.in : 0) === at);
    // To put two hundred rows where they are already takes as long as to draw them.
    if (wanted.every((row, place) => row === held[place])) return;
    drawTopFirst(table);
    body.append(...wanted);
  });
  for (const body of table.tBodies) body.rows[0].hidden = !byRank || !find(body, "tr[data-at]:not([hidden])");
}

// Makes the controls work, those that come later with other scores among them.
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

// A reader has chosen something: it is drawn at once and written to the address.
function choose(box, typing) {
  dropAll(box);
  write(box, typing); // before anything is moved: a browser lays out the page to note its place
  renew(box);
  if (box.wanted) setTimeout(name, 100, box); // its rows are on their way, and most often here before that
  else draw(box, chosen(box));
}

function name(box) {
  label(box);
  carry(box, chosen(box));
}

// All keystrokes of a search are one step back. What else is drawn of the same rows, Streamlit draws again.
function write(box, typing) {
  const query = queryOf(box);
  if (query === location.search) return;
  history[typing && page.typed ? "replaceState" : "pushState"]({}, "", location.pathname + query);
  Object.assign(page, { typed: typing, untold: true });
  clearTimeout(page.timer);
  const other = !served || find(document, ".st-key-two_axes details[open]");
  if (other) page.timer = setTimeout(tell, typing ? 400 : 0);
}

const queryOf = (box) => `?${chosen(box)}`.replace(/\?$/, "");

// Lets the address say what the controls say, where they do not agree: it named what this board does not know, or a
// reader was quicker than this script.
export function correct(box) {
  if (queryOf(box) !== location.search) history.replaceState(history.state, "", location.pathname + queryOf(box));
  show(box);
  renew(box);
}

// Streamlit runs its script with the address that it was told of last.
const tell = () => dispatchEvent(new PopStateEvent("popstate"));

// Other categories, another board and a new release have other scores: the document of their address, drawn by the
// server, holds them. Where no documents are served, Streamlit sends them.
async function renew(box) {
  const board = box.board ?? box.dataset.board;
  const view = board === box.dataset.board ? chosen(box) : address(); // the controls are of one board
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

// Filters are left out: they hide rows that are there, and with them hardly any two documents would be the same.
async function fetched(box, view) {
  const query = new URLSearchParams([...view].filter(([name]) => name === "category" || !isControl(box, name)));
  return parsed(await (await fetch(`./?${query}`, { signal: AbortSignal.timeout(10_000) })).text());
}

// Elements of another document, such as a parser's, would each have to be adopted by this one.
function parsed(text) {
  const box = document.createElement("div");
  box.innerHTML = text;
  return find(box, ".mh-ranking");
}

// Takes over what a newly drawn ranking says; controls of the same board stay, and with them what is being typed.
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
  if (queryOf(box) !== location.search) correct(box); // an order, for example, that these categories do not have
  else renew(box);
}

// A browser takes a second for two hundred rows: those in sight come a frame before the others.
function drawTopFirst(table) {
  if (!table || page.scrolled > innerHeight) return;
  table.classList.add("mh-begins");
  requestAnimationFrame(() => setTimeout(() => table.classList.remove("mh-begins")));
}

// The live page: Streamlit calls this whenever it has run its script. Coming back to the page finds what was left.
export default function ({ data, parentElement, setTriggerValue }) {
  let box = find(parentElement, ".mh-ranking");
  const fresh = !box;
  if (fresh) parentElement.append((box = again(data.board)));
  page.held = box;
  Object.assign(box, { board: data.board, whole: () => setTriggerValue("whole", location.search.slice(1)) });
  const source = data.drawn && parsed(data.drawn);
  if (source && !isSame(box, source)) take(box, source);
  if (find(box, ".mh-tools")) show(box);
  renew(box);
  if (fresh && history.state?.scroll) find(document, "[data-testid=stMain]").scrollTop = history.state.scroll;
}

const isSame = (box, { dataset }) => box.dataset.board === dataset.board && box.dataset.categories === dataset.categories;

function again(board) {
  const before = page.held ?? find(document, "#first .mh-ranking")?.cloneNode(true);
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
  Object.assign(page, { typed: false, untold: false });
  refresh();
}

// Draws every ranking on the page as the address says.
export function refresh() {
  for (const box of all(document, ".mh-ranking")) {
    if (box.at !== location.pathname || !find(box, ".mh-tools")) continue;
    show(box);
    renew(box);
  }
}

// Stored, because to ask a browser for it forces a layout of the page.
function scrolled({ target }) {
  if (target.matches?.("[data-testid=stMain], #first main")) page.scrolled = target.scrollTop;
}

// A link within the site, or a row, opens its page as Back and Forward do: Streamlit follows the address, nothing is
// loaded again. It is a link for everything else that is done with one.
function clicked(event) {
  const { target } = event;
  for (const menu of all(document, ".mh-menu[open]")) if (!menu.contains(target)) menu.open = false;
  if (!find(document, "#root .mh-foot") || find(document, "#first")) return;
  const row = target.closest("tr[data-system]"), link = target.closest("a") ?? (row && find(row, ".mh-name"));
  if (link && isWithin(link) && isPlain(event)) return open(event, link);
  if (page.untold && !target.closest(".stHtml")) tell(); // what is plain markup is no widget, and would close again
}

// A page of this site has a plain name; files and the API have not.
const isWithin = ({ origin, pathname, hash }) => origin === location.origin && !hash && !/[./]/.test(pathname.slice(1));
const isPlain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || `${getSelection()}`);

function open(event, link) {
  event.preventDefault();
  event.stopPropagation();
  history.replaceState({ ...history.state, scroll: page.scrolled }, "");
  const home = link.matches(`${PAGE_LINKS}[href^="?"]`); // Streamlit writes so on every page
  history.pushState({}, "", home ? `./${link.getAttribute("href")}` : link.href);
  tell();
}
