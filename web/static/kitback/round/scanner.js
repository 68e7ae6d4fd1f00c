// The camera: stays open, and reads one code after another without a click between.
import { BarcodeDetector, prepareZXingModule } from "../../barcode-detector-3.2.2/ponyfill.js";

const AGAIN = 3000; // The same code within seconds is the same look at the same label.
const PAUSE = 60;
const WANTED = {
  audio: false,
  video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
};

let detector = null;

// The reader, compiled once and kept by the service worker.
export async function prepare(folder) {
  if (detector) return;
  await prepareZXingModule({
    overrides: { locateFile: (name) => `${folder}/${name}` },
    fireImmediately: true,
  });
  detector = new BarcodeDetector({ formats: ["qr_code", "data_matrix", "code_128"] });
}

export class Scanner {
  #stream = null;
  #seen = new Map();
  #going = false;

  // read(text) is called for each new code; `video` is where the picture is shown.
  constructor(video, read) {
    this.video = video;
    this.read = read;
  }

  async open(folder) {
    this.#going = true;
    const [stream] = await Promise.all([
      navigator.mediaDevices.getUserMedia(WANTED),
      prepare(folder),
    ]);
    this.#stream = stream;
    if (!this.#going) return this.close();
    this.video.srcObject = stream;
    await this.video.play();
    void this.#look();
  }

  close() {
    this.#going = false;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.video.srcObject = null;
  }

  hasTorch() {
    return Boolean(this.#track()?.getCapabilities?.().torch);
  }

  async light(on) {
    await this.#track()?.applyConstraints({ advanced: [{ torch: on }] });
  }

  #track() {
    return this.#stream?.getVideoTracks()[0];
  }

  async #look() {
    while (this.#going) {
      const began = performance.now();
      if (this.video.readyState >= 2 && !document.hidden) await this.#frame(began);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  async #frame(began) {
    // A frame that cannot be read is followed by another in a moment.
    const codes = await detector.detect(this.video).catch(() => []);
    for (const { rawValue } of codes) {
      const last = this.#seen.get(rawValue) ?? -AGAIN;
      this.#seen.set(rawValue, performance.now());
      if (began - last >= AGAIN && this.#going) await this.read(rawValue, began);
    }
  }
}
