// The page says what came of a scan.
import { aloud } from "./speech.js";

const said = document.querySelector("[data-aloud]");
if (said) aloud(said.dataset.aloud);
