"use strict";
(() => {
  const form = document.getElementById("filters");
  if (!form) return;
  const findings = [...document.querySelectorAll(".finding")];
  const objects = [...document.querySelectorAll(".object")];
  const none = document.getElementById("none");
  const shown = document.getElementById("shown");
  const has = (finding, name, wanted) => (finding.dataset[name] || "").split("\n").some((value) => wanted.has(value));
  const apply = () => {
    const boxes = {};
    for (const box of form.querySelectorAll("[type=checkbox]")) {
      boxes[box.name] = boxes[box.name] || new Set();
      if (box.checked) boxes[box.name].add(box.value);
    }
    for (const choice of form.querySelectorAll("select")) {
      if (choice.value) boxes[choice.name] = new Set([choice.value]);
    }
    const wanted = Object.entries(boxes);
    const text = form.elements.text.value.trim().toLowerCase();
    let count = 0;
    for (const finding of findings) {
      const words = `${finding.closest(".object").firstElementChild.textContent} ${finding.textContent}`.toLowerCase();
      const fits = wanted.every(([name, values]) => has(finding, name, values)) && words.includes(text);
      finding.hidden = !fits;
      count += fits ? 1 : 0;
    }
    for (const object of objects) object.hidden = !object.querySelector(".finding:not([hidden])");
    none.hidden = count > 0;
    shown.textContent = `${count} of ${findings.length} shown`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
