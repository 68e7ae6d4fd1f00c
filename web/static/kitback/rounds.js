// A stop is dragged to another place on a van: this only leads to the page that says what that
// would do, to which the link "Move" in each row leads as well.
const rows = document.querySelectorAll(".kitback-lane tbody tr");
let dragged = null;

const linkIn = (row) => row.querySelector("a[data-visit]");

for (const row of rows) {
  if (linkIn(row)) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      dragged = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
  }
  row.addEventListener("dragover", (event) => {
    if (dragged && dragged !== row) event.preventDefault();
  });
  row.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!dragged || dragged === row) return;
    const lane = row.closest("[data-van]");
    const after = linkIn(row)?.dataset.visit ?? "";
    const address = new URL(linkIn(dragged).href);
    address.searchParams.set("place", `${lane.dataset.van}:${after}`);
    address.searchParams.set("pinned", "yes");
    location.assign(address);
  });
}

// On a telephone, a full day is folded: each van's stops open when they are asked for.
if (rows.length > 40 && matchMedia("(max-width: 48em)").matches) {
  for (const stops of document.querySelectorAll(".kitback-stops")) stops.open = false;
}
