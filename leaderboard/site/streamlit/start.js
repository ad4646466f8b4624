// Streamlit's scripts keep a browser busy for a second: start them when the first paint is on the screen, at the latest
// after one second.
{
  const parts = document.getElementById("streamlit").content;
  let started = false;
  const start = () => {
    if (!started) document.body.append(document.importNode(parts, true));
    started = true;
  };
  if (document.hidden) start();
  else document.fonts.ready.then(() => requestAnimationFrame(() => setTimeout(start)));
  setTimeout(start, 1000);
}
