"use strict";
(() => {
  const form = document.getElementById("filters");
  if (!form) return;
  const findings = [...document.querySelectorAll(".finding")];
  const objects = [...document.querySelectorAll(".object")];
  const none = document.getElementById("none");
  const shown = document.getElementById("shown");
  const chosen = (name) => (form.elements[name] ? form.elements[name].value : "");
  const apply = () => {
    const classes = new Set([...form.querySelectorAll("[name=class]:checked")].map((box) => box.value));
    const manager = chosen("manager");
    const team = chosen("team");
    const text = chosen("text").trim().toLowerCase();
    let count = 0;
    for (const finding of findings) {
      const { class: cls, manager: by, team: of } = finding.dataset;
      const words = `${finding.closest(".object").firstElementChild.textContent} ${finding.textContent}`.toLowerCase();
      const fits = classes.has(cls) && (!manager || by === manager) && (!team || of === team) && words.includes(text);
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
