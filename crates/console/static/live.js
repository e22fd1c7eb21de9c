// Keeps the parts of a page marked `data-live` fresh. The page is whole without it.
"use strict";
(() => {
  const parts = document.querySelectorAll("[data-live]");
  const bar = document.querySelector("[data-live-bar]");
  if (!parts.length || !bar) return;

  let paused = false;
  const button = document.createElement("button");
  button.type = "button";
  const show = () => {
    button.textContent = paused ? "Resume updates" : "Pause updates";
    bar.dataset.paused = paused;
  };
  button.addEventListener("click", () => { paused = !paused; show(); });
  show();
  bar.append(button);
  bar.hidden = false;

  // A reader who is inside a part, or has something selected, is not disturbed.
  const inUse = (part) =>
    part.contains(document.activeElement) || !document.getSelection().isCollapsed;

  const refresh = async () => {
    if (paused || document.hidden) return;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts) {
      const next = fresh.getElementById(part.id);
      if (!next || inUse(part) || next.innerHTML === part.dataset.seen) continue;
      const open = [...part.querySelectorAll("details")].map((one) => one.open);
      part.dataset.seen = next.innerHTML;
      part.replaceChildren(...next.childNodes);
      part.querySelectorAll("details").forEach((one, at) => { one.open = open[at] ?? false; });
    }
  };
  setInterval(() => refresh().catch(() => {}), 4000);
})();
