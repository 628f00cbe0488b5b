// The corners and edges of the frame follow a finger, a mouse or the arrow keys. The box checks
// what comes of it; without this script the buttons beside the picture do the same.
"use strict";
(() => {
  const svg = document.querySelector("[data-crop]");
  const turned = svg.querySelector("[data-turned]");
  const shade = svg.querySelector(".crop-shade");
  const line = svg.querySelector(".crop-line");
  const names = document.getElementById("crop-names").content;
  const straight = svg.dataset.straight === "yes"; // a scanner's paper stays a rectangle
  const [wide, high, mm, turn] = ["wide", "high", "mm", "turn"].map((key) => Number(svg.dataset[key]));
  const LEAST_MM = 15;
  const REACH_PX = 24; // a finger is 44 px wide
  const PLACES = ["top-left", "top", "top-right", "right", "bottom-right", "bottom", "bottom-left", "left"];
  let quad = JSON.parse(svg.dataset.quad);
  for (const told of document.querySelectorAll("[data-with-script]")) told.hidden = false;

  const distance = (a, b) => Math.hypot(b[0] - a[0], b[1] - a[1]);
  const times = (a, n) => [a[0] * n, a[1] * n];
  const sum = (a, b) => [a[0] + b[0], a[1] + b[1]];
  const along = (a, axis) => times(axis, a[0] * axis[0] + a[1] * axis[1]);
  const towards = (a, b) => times([b[0] - a[0], b[1] - a[1]], 1 / (distance(a, b) || 1));

  // Place n of eight, from the top left corner clockwise as it is seen, moved by [dx, dy] on the scan.
  function moved(place, by) {
    const to = quad.map((corner) => [...corner]);
    const first = ((place >> 1) - turn / 90 + 4) % 4; // of the scan's own corners
    const [u, v] = [towards(quad[0], quad[1]), towards(quad[0], quad[3])];
    const shift = (n, d) => (to[(n + 4) % 4] = sum(to[(n + 4) % 4], d));
    if (place % 2) {
      const across = straight ? along(by, first % 2 ? u : v) : by;
      shift(first, across);
      shift(first + 1, across);
    } else if (straight) {
      const beside = first % 2 ? first - 1 : first + 1; // the other corner of its upper or lower edge
      shift(first, by);
      shift(beside, along(by, v));
      shift(beside + 2, along(by, u)); // right across from it: shares the other edge
    } else shift(first, by);
    return to;
  }

  function isPaper(corners) {
    const slack = 0.02 * Math.max(wide, high);
    const inside = corners.every(
      ([x, y]) => x >= -slack && y >= -slack && x <= wide + slack && y <= high + slack,
    );
    const round = corners.every((at, n) => {
      const [before, after] = [corners[(n + 3) % 4], corners[(n + 1) % 4]];
      const [a, b] = [towards(before, at), towards(at, after)];
      return distance(at, after) * mm >= LEAST_MM && a[0] * b[1] - a[1] * b[0] > 0.02;
    });
    return inside && round;
  }

  function draw() {
    const points = quad.map((corner) => corner.map((n) => n.toFixed(1)).join(" "));
    line.setAttribute("points", points.join(" "));
    shade.setAttribute("d", `M0 0H${wide}V${high}H0ZM${points.join("L")}Z`);
    const px = 1 / (svg.getScreenCTM()?.a || 1);
    handles.forEach((handle, place) => {
      const first = ((place >> 1) - turn / 90 + 4) % 4;
      const [a, b] = [quad[first], quad[(first + 1) % 4]];
      const at = place % 2 ? times(sum(a, b), 0.5) : a;
      handle.setAttribute("transform", `translate(${at[0]} ${at[1]})`);
      handle.querySelector(".reach").setAttribute("r", REACH_PX * px);
      handle.querySelector(".knob").setAttribute("r", (place % 2 ? 7 : 10) * px);
    });
    const text = JSON.stringify(quad.map((corner) => corner.map((n) => Math.round(n * 10) / 10)));
    for (const field of document.querySelectorAll("[data-quad-field]")) field.value = text;
  }

  function tell() {
    const sides = [distance(quad[0], quad[1]), distance(quad[0], quad[3])];
    if (turn % 180) sides.reverse();
    ["wide", "high"].forEach((name, n) => {
      const place = document.querySelector(`[data-${name}-mm]`);
      if (place) place.textContent = Math.round(sides[n] * mm);
    });
  }

  function move(place, by) {
    const after = moved(place, by);
    if (!isPaper(after)) return false;
    quad = after;
    draw();
    return true;
  }

  const onScan = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(turned.getScreenCTM().inverse());
    return [at.x, at.y];
  };
  // What is up on the screen, as a step on the scan.
  const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const unturned = ([x, y]) => ({ 0: [x, y], 90: [y, -x], 180: [-x, -y], 270: [-y, x] })[turn];

  function handle(place) {
    const made = (name, kind) => {
      const one = document.createElementNS("http://www.w3.org/2000/svg", name);
      one.setAttribute("class", kind);
      return one;
    };
    const grip = made("g", "crop-handle");
    grip.append(made("circle", "reach"), made("circle", "knob"));
    grip.setAttribute("tabindex", "0");
    grip.setAttribute("role", "button");
    grip.setAttribute("aria-label", names.querySelector(`[data-place="${PLACES[place]}"]`).textContent);
    grip.dataset.place = PLACES[place];
    let from = null;
    grip.addEventListener("pointerdown", (event) => {
      grip.setPointerCapture(event.pointerId);
      from = onScan(event);
      event.preventDefault();
      grip.focus({ preventScroll: true });
    });
    grip.addEventListener("pointermove", (event) => {
      if (!from) return;
      const to = onScan(event);
      if (move(place, [to[0] - from[0], to[1] - from[1]])) from = to;
    });
    for (const end of ["pointerup", "pointercancel"])
      grip.addEventListener(end, () => {
        from = null;
        tell();
      });
    grip.addEventListener("keydown", (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow) return;
      event.preventDefault();
      move(place, times(unturned(arrow), (event.shiftKey ? 5 : 1) / mm));
      tell();
    });
    return grip;
  }

  const handles = PLACES.map((_, place) => handle(place));
  svg.querySelector("[data-handles]").append(...handles);
  for (const button of document.querySelectorAll("button[name=edge]"))
    button.addEventListener("click", (event) => {
      event.preventDefault();
      const [edge, way] = button.value.split(":");
      const outwards = { top: [0, -1], right: [1, 0], bottom: [0, 1], left: [-1, 0] }[edge];
      const step = Number(button.form.elements.step.value) * (way === "out" ? 1 : -1);
      move(PLACES.indexOf(edge), times(unturned(outwards), step / mm));
      tell();
    });
  new ResizeObserver(draw).observe(svg);
  draw();
})();
