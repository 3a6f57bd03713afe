// Reads out what is pointed at or reached by arrow keys, and fills the tables of data.
"use strict";
(() => {
  const MOST_ROWS = 2000;
  const tables = JSON.parse(document.getElementById("data").textContent).pictures;

  const spell = (cell) => {
    if (cell === null) {
      return "none";
    }
    return typeof cell === "number" ? String(Number(cell.toPrecision(4))) : cell;
  };

  const element = (name, text) => {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  };

  const fill = (place, data) => {
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    data.columns.forEach((name) => head.append(element("th", name)));
    const body = table.createTBody();
    data.rows.slice(0, MOST_ROWS).forEach((row) => {
      const line = body.insertRow();
      row.forEach((cell) => {
        const made = element("td", typeof cell === "number" ? String(cell) : spell(cell));
        made.className = typeof cell === "string" ? "" : "number";
        line.append(made);
      });
    });
    place.append(table);
    if (data.rows.length > MOST_ROWS) {
      place.append(element("p", `${data.rows.length - MOST_ROWS} more rows: save as CSV to have them.`));
    }
  };

  document.querySelectorAll("figure").forEach((figure, index) => {
    const data = tables[index];
    const svg = figure.querySelector("svg");
    const plot = figure.querySelector(".plot");
    const readout = figure.querySelector(".readout");
    const titles = [...svg.querySelectorAll("title")].filter((title) => title.parentNode !== svg);
    const grids = [...svg.querySelectorAll("g[data-cells]")];
    // Cells without titles are too many for elements of their own; the data has a row for each.
    const large = grids.find((grid) => grid.querySelector("title") === null);
    const shape = (grid) => grid.dataset.cells.split(" ").map(Number);
    const across = grids.length > 0 ? shape(grids[0])[5] : 1;
    const count = large ? shape(large)[4] * shape(large)[5] : titles.length;
    let now = -1;

    const words = (place) =>
      large
        ? data.columns.map((name, column) => `${name}: ${spell(data.rows[place][column])}`).join(", ")
        : titles[place].textContent;

    const mark = (place, on) => {
      if (!large && place >= 0) {
        titles[place].parentNode.classList.toggle("now", on);
      }
    };

    const show = (place) => {
      mark(now, false);
      now = place;
      mark(now, true);
      readout.textContent = now < 0 ? "" : words(now);
    };

    const cellAt = (event) => {
      const [x, y, width, height, rows, columns] = shape(large);
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const row = Math.floor((at.y - y) / height);
      const column = Math.floor((at.x - x) / width);
      return row >= 0 && row < rows && column >= 0 && column < columns ? row * columns + column : -1;
    };

    const placeOf = (event) => {
      if (large) {
        return cellAt(event);
      }
      return titles.findIndex((title) => title.parentNode === event.target);
    };

    svg.addEventListener("pointermove", (event) => {
      const place = placeOf(event);
      if (place !== now && place >= 0) {
        show(place);
      }
    });
    plot.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across }[event.key];
      if (step !== undefined && count > 0) {
        event.preventDefault();
        const next = now < 0 ? 0 : now + step;
        show(Math.min(count - 1, Math.max(0, next)));
      }
    });
    plot.addEventListener("blur", () => show(-1));
    if (count > 0) {
      plot.tabIndex = 0;
      plot.setAttribute("role", "group");
      plot.setAttribute("aria-label", "Picture; arrow keys read out its values");
    }

    const details = figure.querySelector("details");
    details.addEventListener("toggle", () => fill(details.querySelector(".table"), data), { once: true });
  });
})();
