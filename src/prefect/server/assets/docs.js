// Finds operations by words, and sends the GETs that are tried.
"use strict";

const find = document.getElementById("find");
const operations = [...document.querySelectorAll(".operation")];

find.hidden = false;
find.addEventListener("input", () => {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const each of operations) {
    const text = each.querySelector("summary").textContent.toLowerCase();
    each.hidden = !words.every((word) => text.includes(word));
  }
});

async function send(form) {
  const query = new URLSearchParams();
  let path = form.dataset.path;
  for (const field of form.querySelectorAll("input")) {
    if (field.dataset.in === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(field.value));
    else if (field.value !== "") query.append(field.name, field.value);
  }
  const answer = await fetch(query.size ? `${path}?${query}` : path, { credentials: "same-origin" });
  const text = await answer.text();
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // no JSON: shown as it is
  }
  return `${answer.status} ${answer.statusText}\n\n${shown}`;
}

for (const form of document.querySelectorAll("form.try")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const shown = form.querySelector("pre");
    shown.hidden = false;
    shown.textContent = "...";
    shown.textContent = await send(form).catch((error) => String(error));
  });
}

function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === "DETAILS") target.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();
