// What this phone holds: the presses that are not sent yet, and each count as it was last heard of. Nobody's name.

const opened = new Promise((resolve, reject) => {
  const asked = indexedDB.open("comptage", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("taps", { keyPath: "id" }).createIndex("count", "count");
    asked.result.createObjectStore("counts", { keyPath: "count" });
  };
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

/** One transaction over both stores: on the disk when it resolves, or refused whole. */
async function within(mode, work) {
  const act = (await opened).transaction(["taps", "counts"], mode, { durability: "strict" });
  return new Promise((resolve, reject) => {
    const asked = work(act.objectStore("taps"), act.objectStore("counts"));
    act.oncomplete = () => resolve(Array.isArray(asked) ? asked.map((one) => one.result) : undefined);
    act.onerror = act.onabort = () => reject(act.error);
  });
}

/** [presses not sent, count last heard of] */
export const read = (count) => within("readonly", (taps, counts) => [taps.index("count").getAll(count), counts.get(count)]);
export const readAll = () => within("readonly", (taps, counts) => [taps.getAll(), counts.getAll()]);
export const keep = (made) => within("readwrite", (taps) => made.forEach((tap) => taps.put(tap)));

/** Presses leave in the same breath as the sums that include them arrive: a total never has them twice, or not at all. */
export function settle(sent, heard) {
  return within("readwrite", (taps, counts) => {
    for (const { id } of sent) taps.delete(id);
    if (!heard) return;
    const asked = counts.get(heard.count);
    asked.onsuccess = () => {
      // The number received only grows: an answer that was overtaken on its way is not believed.
      if (!asked.result || asked.result.taps <= heard.taps) counts.put({ ...asked.result, ...heard, at: Date.now() });
    };
  });
}
