// Put in every page before its own scripts: times of the page's clock, in milliseconds. The page says what to look for.
globalThis.bench = { seen: {}, find: {} };

// Standing in the window, with an area, neither hidden nor wholly transparent.
function visible(element) {
  if (!element?.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && box.top < innerHeight && box.bottom > 0 && box.left < innerWidth && box.right > 0;
}

// Two animation frames: the first sees it and paints it, the second comes once that frame is made.
bench.watch = (name) =>
  requestAnimationFrame(function look() {
    if (visible(bench.find[name]())) requestAnimationFrame(() => (bench.seen[name] = performance.now()));
    else requestAnimationFrame(look);
  });

addEventListener("click", (event) => {
  bench.seen.click = event.timeStamp;
  bench.watch("panel");
  bench.watch("answer");
}, { capture: true, once: true });

// Event Timing: from the click to the next frame that the browser showed; nothing is reported below 16 ms.
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (entry.name === "click") bench.seen.next_paint ??= entry.duration;
}).observe({ type: "event", durationThreshold: 16, buffered: true });
