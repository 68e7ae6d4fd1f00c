// A signature with a finger, kept as a small picture; who cannot sign is named instead.
import { button, el } from "./dom.js";

const WIDTH = 600;
const HEIGHT = 220;

export function signaturePad() {
  const canvas = el("canvas", {
    class: "kitback-round-pad",
    role: "img",
    "aria-label": "Where to sign with a finger",
  });
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const pen = canvas.getContext("2d");
  let drawn = false;
  const clear = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, WIDTH, HEIGHT);
    drawn = false;
  };
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * WIDTH) / box.width,
      ((event.clientY - box.top) * HEIGHT) / box.height,
    ];
  };
  const begin = (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
  };
  const draw = (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...at(event));
    pen.stroke();
    drawn = true;
  };
  Object.assign(pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#212b32" });
  canvas.addEventListener("pointerdown", begin);
  canvas.addEventListener("pointermove", draw);
  clear();
  const row = el(
    "div",
    { class: "nhsuk-form-group" },
    el("p", { class: "nhsuk-label" }, "Signature"),
    canvas,
    button("Clear the signature", clear, "secondary"),
  );
  return { row, value: () => (drawn ? canvas.toDataURL("image/png") : null) };
}
