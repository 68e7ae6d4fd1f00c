// Lets the technician in: a PIN of their own, chosen once while there is a network.
import { button, el, heading, link, paragraph, show } from "./dom.js";
import * as fields from "./fields.js";
import { post, Revoked, SignedOut } from "./sender.js";
import { newLock, PIN, TRIES, unlock } from "./vault.js";

const RETRY = "No network. This phone must be set up where there is one.";

// Gives { device, vault } once the right PIN was typed; a new phone is registered first.
export async function enter(app, store) {
  const [device, lock] = [await store.kept("device"), await store.kept("lock")];
  return device && lock ? asked(app, store, device, lock) : setUp(app, store);
}

const pinBox = (label, hint = "") =>
  fields.text(label, {
    hint,
    attributes: {
      type: "password",
      inputmode: "numeric",
      autocomplete: "off",
      maxlength: "6",
      class: "nhsuk-input nhsuk-input--width-10",
    },
  });

function form(words, box, send) {
  return el(
    "form",
    { novalidate: true, onsubmit: (event) => (event.preventDefault(), void send()) },
    ...box,
    el("button", { class: "nhsuk-button kitback-round-button" }, words),
  );
}

function setUp(app, store) {
  return new Promise((resolve) => {
    const trouble = el("div", {});
    const [first, again] = [pinBox("New PIN", "6 digits"), pinBox("The same PIN again")];
    const send = async () => {
      if (!PIN.test(first.value())) return fields.problem(trouble, "Choose a PIN of 6 digits.");
      if (/^(\d)\1+$/.test(first.value()) || "0123456789876543210".includes(first.value())) {
        return fields.problem(trouble, "Choose a PIN that is harder to guess.");
      }
      if (first.value() !== again.value())
        return fields.problem(trouble, "The two PINs are not the same.");
      try {
        resolve(await register(app, store, first.value()));
      } catch (error) {
        if (error instanceof SignedOut) location.assign(app.config.signIn);
        else
          fields.problem(
            trouble,
            error instanceof Revoked
              ? "This phone was taken off the register. Call the depot."
              : RETRY,
          );
      }
    };
    show(
      trouble,
      heading("Set up this phone"),
      paragraph(
        "Choose a PIN for this phone. What is kept here for times without a network can only be read with it.",
      ),
      form("Set up this phone", [first.row, again.row], send),
    );
  });
}

async function register(app, store, pin) {
  const device = (await store.kept("device")) ?? crypto.randomUUID();
  const told = await post(`${app.config.path}/device`, { device, name: deviceName() });
  const lock = await newLock(pin);
  await store.numberFrom(told.next_seq ?? 1);
  await store.keep("device", device);
  await store.keep("lock", lock);
  return { device, vault: await unlock(lock, pin) };
}

function asked(app, store, device, lock) {
  return new Promise((resolve) => {
    const trouble = el("div", {});
    const pin = pinBox("PIN", "6 digits");
    const send = async () => {
      const tries = ((await store.kept("tries")) ?? 0) + 1;
      // Counted before it is tried, so that ending the page does not give another try.
      await store.keep("tries", tries);
      if (tries > TRIES) return lockedOut(app, store);
      const vault = await unlock(lock, pin.value());
      if (vault) {
        await store.keep("tries", 0);
        return resolve({ device, vault });
      }
      pin.box.value = "";
      if (tries >= TRIES) {
        await store.drop("day");
        return lockedOut(app, store);
      }
      fields.problem(
        trouble,
        `That is not the PIN. ${TRIES - tries} ${TRIES - tries === 1 ? "try" : "tries"} left.`,
      );
    };
    void store.kept("tries").then(async (tries) => {
      if ((tries ?? 0) >= TRIES && !(await signedInAgain(app, store, device)))
        return lockedOut(app, store);
      show(trouble, heading("Your round"), form("Open", [pin.row], send));
      pin.box.focus();
    });
  });
}

// After too many wrong PINs only somebody who knows the password may try again.
async function signedInAgain(app, store, device) {
  if (!(await store.kept("signed-out"))) return false;
  try {
    await post(`${app.config.path}/device`, { device, name: deviceName() });
  } catch {
    return false;
  }
  await store.keep("tries", 0);
  await store.drop("signed-out");
  return true;
}

function lockedOut(app, store) {
  const send = async () => {
    const ended = await fetch(app.config.signOut, { method: "POST", redirect: "manual" }).catch(
      () => null,
    );
    if (!ended)
      return show(
        heading("No network"),
        paragraph("You need a network to sign in. Try again where there is one."),
      );
    await store.keep("signed-out", true);
    location.assign(app.config.signIn);
  };
  show(
    heading("Too many wrong PINs"),
    paragraph(
      "People's names and addresses have been taken off this phone. What you did and have not sent is still here, locked.",
    ),
    paragraph("Sign in with your password, and you may try the PIN again."),
    button("Sign in", () => void send()),
    app.config.phone
      ? el(
          "p",
          {},
          "Or call ",
          link(app.config.phone, `tel:${app.config.phone.replace(/[^0-9+]/g, "")}`),
        )
      : null,
  );
}

function deviceName() {
  const agent = navigator.userAgent;
  const browser = /Firefox|Edg|Chrome|Safari/.exec(agent)?.[0] ?? "Browser";
  const system = /Android|iPhone|iPad|Windows|Mac|Linux/.exec(agent)?.[0] ?? "phone";
  return `${browser.replace("Edg", "Edge")} on ${system}`;
}
