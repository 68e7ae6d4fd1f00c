// A button that opens the camera and closes it again, and reads one label after another meanwhile.
import { allowSound } from "./round/signals.js";
import { Scanner } from "./round/scanner.js";

// `parts` are the box, the button and the picture; read(text) is called for each label, fail() where
// there is no camera to be had.
export function cameraButton({ box, button, video }, folder, read, fail) {
  const scanner = new Scanner(video, async (text) => void read(text));
  if (navigator.mediaDevices?.getUserMedia) box.hidden = false;
  button.addEventListener("click", async () => {
    allowSound();
    const open = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(open));
    button.textContent = open ? "Close the camera" : "Use the camera";
    video.hidden = !open;
    if (!open) {
      scanner.close();
      return;
    }
    try {
      await scanner.open(folder);
    } catch {
      fail();
    }
  });
}
