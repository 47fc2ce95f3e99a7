// Two comforts; the page does all of its work without them: packages are found while one types, and a file may be
// dropped on the field for the listing.
"use strict";
(() => {
  const form = document.getElementById("make");
  if (!form) return;
  const find = document.getElementById("find");
  const found = document.getElementById("found");
  const add = document.getElementById("add");
  const place = document.getElementById("place");
  const named = () => add.value.split(/[\s,]+/).filter(Boolean);
  let waiting, asked = 0;

  const line = (entry) => {
    const label = document.createElement("label"), box = document.createElement("input");
    const text = document.createElement("span"), name = document.createElement("code");
    label.className = "pick";
    box.type = "checkbox";
    box.value = entry.name;
    box.checked = named().includes(entry.name);
    name.textContent = entry.name;
    text.append(name, " " + entry.description);
    label.append(box, text);
    return label;
  };
  const show = (answer) => {
    const count = document.createElement("p");
    count.className = "quiet";
    count.textContent = answer.message ||
      answer.found + " found" + (answer.found > answer.packages.length ? ", the first " + answer.packages.length + " of them" : "");
    found.replaceChildren(count, ...(answer.packages || []).map(line));
  };
  const ask = async () => {
    const own = ++asked;
    if (!find.value.trim()) return found.replaceChildren();
    const query = new URLSearchParams({ q: find.value, place: place ? place.value : "" });
    try {
      const answer = await (await fetch(form.dataset.packages + "?" + query)).json();
      if (own === asked) show(answer);
    } catch {
      // The button beside it asks too, and says what is wrong.
    }
  };
  if (find) {
    find.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, 200);
    });
    found.addEventListener("change", ({ target }) => {
      const others = named().filter((name) => name !== target.value);
      add.value = (target.checked ? [...others, target.value] : others).join(" ");
    });
  }

  const listing = document.getElementById("listing");
  const file = document.getElementById("file");
  const over = (event, is) => {
    event.preventDefault();
    listing.classList.toggle("over", is);
  };
  listing.addEventListener("dragover", (event) => over(event, true));
  listing.addEventListener("dragleave", (event) => over(event, false));
  listing.addEventListener("drop", (event) => {
    over(event, false);
    if (event.dataTransfer.files.length) file.files = event.dataTransfer.files;
    else listing.value = event.dataTransfer.getData("text");
  });
})();
