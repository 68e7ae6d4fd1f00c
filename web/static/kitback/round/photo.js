// A photograph by the phone's own camera, made small, and without where and when it was taken.
import { el } from "./dom.js";

const LONGEST = 1280;
const QUALITY = 0.7;
let last = 0;

export function photoField(label) {
  const id = `photo-${(last += 1)}`;
  const seen = el("img", {
    class: "kitback-round-photo",
    alt: "The photo that was taken",
    hidden: true,
  });
  const trouble = el("p", { class: "nhsuk-error-message", role: "alert", hidden: true });
  const box = el("input", {
    id,
    type: "file",
    accept: "image/*",
    capture: "environment",
    class: "nhsuk-input kitback-round-file",
  });
  let small = null;
  box.addEventListener("change", async () => {
    small = null;
    seen.hidden = trouble.hidden = true;
    const [file] = box.files;
    if (!file) return;
    try {
      small = await shrunk(file);
      seen.src = small;
      seen.hidden = false;
    } catch {
      trouble.textContent = "This picture cannot be read. Take another one.";
      trouble.hidden = false;
    }
  });
  const row = el(
    "div",
    { class: "nhsuk-form-group" },
    el("label", { class: "nhsuk-label", for: id }, label),
    trouble,
    box,
    seen,
  );
  return { row, value: () => small };
}

// Drawn anew, so that nothing of the file but its picture goes on.
async function shrunk(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.toDataURL("image/jpeg", QUALITY);
}
