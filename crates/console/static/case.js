// The page of a case is whole without this. With it: one key for each act, a passage by selecting it, a preview that
// follows the form, and who else is here.
"use strict";
(() => {
  const page = document.querySelector(".case");
  if (!page) return;
  const typing = (node) => node.matches?.("input:not([type=radio], [type=checkbox]), textarea, select");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && typing(document.activeElement)) { document.activeElement.blur(); return; }
    if (typing(event.target)) return;
    const aim = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key);
    if (!aim) return;
    event.preventDefault();
    if (typing(aim)) { aim.focus(); aim.select?.(); } else aim.click();
    // What opens is filled in next.
    const opened = aim.matches("summary") && aim.parentElement;
    if (opened?.open) opened.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  });

  // Sends the form as its preview button would, and takes the new state over: page and address.
  let asked = 0;
  const preview = async () => {
    const form = document.querySelector("[data-form]");
    if (!form) return;
    const turn = ++asked;
    const body = new URLSearchParams(new FormData(form));
    body.set("do", "preview");
    const answer = await fetch(form.action, { method: "POST", body });
    if (!answer.ok || turn !== asked) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const focused = document.activeElement?.id || document.activeElement?.name;
    for (const place of ["#decision", "[data-words]"]) {
      const [old, next] = [document.querySelector(place), fresh.querySelector(place)];
      if (old && next) old.replaceWith(next);
    }
    history.replaceState(null, "", answer.url);
    if (focused) document.querySelector(`#decision [id="${focused}"], #decision [name="${focused}"]`)?.focus();
  };
  const later = () => preview().catch(() => {});
  document.addEventListener("change", (event) => {
    if (event.target.form?.hasAttribute("data-form")) later();
  });

  // A stretch of the post that is selected becomes the passage.
  document.addEventListener("pointerup", () => {
    const [chosen, words] = [document.getSelection(), document.querySelector("[data-words]")];
    const [field, at] = [document.querySelector("[data-selected]"), document.querySelector("[data-at]")];
    const text = chosen.toString().trim();
    if (!field || !text || !words?.contains(chosen.anchorNode) || !words.contains(chosen.focusNode)) return;
    field.value = text;
    at.value = "";
    later();
  });

  const here = document.querySelector("[data-here]");
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch(page.dataset.presence, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { says, stands, alone } = await answer.json();
    if (here.textContent !== says) here.textContent = says;
    here.classList.toggle("alone", alone);
    // Somebody else was first: the page says so, and keeps what was written in its address.
    const open = document.querySelector("[data-form]");
    if (open && stands !== "open") {
      const to = new URL(location.href);
      to.searchParams.set("told", "late");
      location.replace(to);
    }
  };
  if (here) setInterval(() => look().catch(() => {}), 10000);

  const clock = document.querySelector("[data-countdown]");
  if (clock) {
    let left = Number(clock.dataset.countdown);
    const tick = setInterval(() => {
      left -= 1;
      clock.textContent = `${Math.max(left, 0)} s`;
      if (left <= 0) { clearInterval(tick); setTimeout(() => location.replace(location.pathname), 1200); }
    }, 1000);
  }
})();
