// A scanner in the hand fills a form of several fields: the Enter after each label goes on to the
// next field, that after the last one sends the form. Without this each Enter sends it, and the
// page that comes back has the focus in the next field.
const form = document.querySelector("[data-one-by-one]");
const fields = [...form.querySelectorAll("input[type=text]")].filter((field) => field.name !== "batch");
const at = form.elements.namedItem("at");

form.addEventListener("keydown", (event) => {
  const place = fields.indexOf(event.target);
  if (event.key !== "Enter" || place < 0) return;
  at.value = event.target.name;
  const next = fields.slice(place + 1).find((field) => !field.value.trim());
  if (!next) return;
  event.preventDefault();
  next.focus();
});
