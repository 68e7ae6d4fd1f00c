// That something was read is heard and felt: nobody looks at a screen while lifting a bed.

let sound = null;

// Must be called from a press: browsers let nothing sound before one.
export function allowSound() {
  sound ??= globalThis.AudioContext ? new AudioContext() : null;
  void sound?.resume();
}

export function good() {
  beep(1250, 0.12);
  navigator.vibrate?.(80);
}

export function bad() {
  beep(280, 0.45);
  navigator.vibrate?.([150, 80, 150]);
}

function beep(hertz, seconds) {
  if (sound?.state !== "running") return;
  const tone = sound.createOscillator();
  const volume = sound.createGain();
  tone.frequency.value = hertz;
  volume.gain.value = 0.2;
  tone.connect(volume).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + seconds);
}
