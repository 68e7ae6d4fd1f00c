// Every page works without this: it adds what the design system does with script, such as moving
// the focus to what went wrong and taking a double tap on a button for one.
import { initAll } from "../nhsuk-frontend-10.6.1/nhsuk-frontend.min.js";

initAll();
