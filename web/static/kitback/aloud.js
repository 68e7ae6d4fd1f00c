// The page says what came of a scan; whoever looks at the goods and not at the screen hears it.
const said = document.querySelector("[data-aloud]");
if (said && "speechSynthesis" in window) {
  const words = new SpeechSynthesisUtterance(said.dataset.aloud);
  words.lang = "en-GB";
  window.speechSynthesis.speak(words);
}
