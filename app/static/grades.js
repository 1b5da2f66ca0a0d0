// The sum of the grades while it is typed. Without this module it shows once the grades are stored.

const form = document.querySelector("[data-sums] form");
const place = document.querySelector("[data-sum]");
const number = new Intl.NumberFormat("fr-FR");

/** The whole number typed in a box; null for an empty box or for something that the server will refuse. */
function typed(box) {
  const digits = box.value.replace(/\s/g, "");
  return /^[0-9]{1,9}$/.test(digits) ? Number(digits) : null;
}

function add() {
  const sums = ["counted", "out_of"].map((name) =>
    [...form.querySelectorAll(`[name$="-${name}"]`)].map(typed).filter((value) => value !== null),
  );
  const [counted, outOf] = sums.map((values) => values.reduce((sum, value) => sum + value, 0));
  place.hidden = !sums[0].length;
  const whole = form.querySelector("[name$='-out_of']") ? ` sur ${number.format(outOf)}` : "";
  const grades = sums[0].length > 1 ? "niveaux" : "niveau";
  place.querySelector("output").value = `${number.format(counted)}${whole}, ${sums[0].length} ${grades}`;
}

form.addEventListener("input", add);
add();
